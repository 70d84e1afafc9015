/* Checks JSON text against RFC 8259 without building anything, so that a value can be copied as
 * the bytes it came in: numbers of any length keep their digits. Pure. */
#ifndef JSON_JSON_SCAN_H
#define JSON_JSON_SCAN_H

#include "base/slice.h"

#include <stdbool.h>

enum { JSON_MAX_DEPTH = 512 };

/* True when text is exactly one JSON value (white space around it allowed): any kind, scalars
 * included, valid UTF-8 throughout, at most JSON_MAX_DEPTH nested arrays and objects
 * (recursion-free or bounded). *error_at (may be NULL) is the offset of the first byte that cannot
 * stand. */
bool json_scan(struct slice text, size_t *error_at);

/* Whether text, which json_scan refuses, is refused because its brackets open deeper than
 * JSON_MAX_DEPTH. */
bool json_scan_is_too_deep(struct slice text);

/* How many bytes the JSON value at the beginning of text takes, under the same rules; whatever
 * stands behind it is not looked at. 0: there is none (white space in front is none either). */
size_t json_scan_value(struct slice text);

#endif
