/* Lays JSON text out for people. Pure. */
#ifndef JSON_JSON_INDENT_H
#define JSON_JSON_INDENT_H

#include "base/buf.h"

/* Appends text, which json_scan must have accepted, with a line per member and element, indented by
 * two spaces a level: `{"a":[1,{}]}` becomes
 *
 *     {
 *       "a": [
 *         1,
 *         {}
 *       ]
 *     }
 *
 * Strings and numbers stay as they are, byte for byte. level is how deep the value itself stands:
 * its first line is not indented, the others are. Failure sticks to out. */
void json_indent_append(struct buf *out, struct slice text, size_t level);

/* A new line, indented for a member at that level. */
void json_indent_line(struct buf *out, size_t level);

#endif
