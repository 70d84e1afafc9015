/* Inside the json room: JSON that RFC 8259 allows and the library behind json_value.h does not. */
#ifndef JSON_JSON_TIDY_H
#define JSON_JSON_TIDY_H

#include "base/buf.h"

/* Appends text, which json_scan must have accepted, with what the library refuses replaced: an
 * integer out of int64's range by the nearest double, a number out of a double's range by the
 * largest double, a lone surrogate escape by \ufffd. Failure sticks to the buffer. */
void json_tidy(struct slice text, struct buf *out);

#endif
