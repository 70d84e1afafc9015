/* What a table is called on the other side (architecture, "Names on the other side"). Pure. */
#ifndef DESTINATIONS_TABLE_NAME_H
#define DESTINATIONS_TABLE_NAME_H

#include "base/buf.h"

/* Appends `{schema}__{table}`, and `-` plus 8 hex digits of SHA-256 over both names when the schema
 * contains `__` or ends in `_`, so that two tables never share a name. Without a schema: the table
 * alone. Failure sticks to out. */
void table_name_append(struct buf *out, struct slice schema, struct slice table);

/* Appends the first n_digits hex digits (at most 64) of SHA-256 over the parts, each preceded by
 * its length as eight bytes, most significant first. */
void sha256_hex_append(struct buf *out, const struct slice *parts, size_t n_parts, size_t n_digits);

/* Appends text with everything but unreserved characters percent-encoded (RFC 3986 2.3). */
void url_escape_append(struct buf *out, struct slice text);

#endif
