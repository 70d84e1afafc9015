/* Appends JSON to a buffer. Knows no nesting: the caller writes the braces and commas it needs with
 * buf_append_char and SLICE_LITERALs; these functions write the parts that need care. Failure
 * sticks to the buffer (base/buf.h). Pure but for the buffer; any thread. */
#ifndef JSON_JSON_WRITER_H
#define JSON_JSON_WRITER_H

#include "base/buf.h"

#include <stdint.h>

/* A JSON string of UTF-8 text: quotes, backslash and control characters escaped, everything else
 * as it is. Each maximal ill-formed subsequence becomes U+FFFD (Unicode 3.9, "substitution of
 * maximal subparts"). Returns how many were replaced. Fast for long plain text. */
size_t json_write_string(struct buf *out, struct slice text);

/* A JSON string of text that is known to need no escape, as a date's. */
void json_write_plain(struct buf *out, struct slice text);

/* `"name":` */
void json_write_key(struct buf *out, struct slice name);

/* A decimal integer. */
void json_write_int(struct buf *out, int64_t value);

#endif
