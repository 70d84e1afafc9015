/* Inside the json room: `\uXXXX`, in text that json_scan accepts. */
#ifndef JSON_JSON_ESCAPE_H
#define JSON_JSON_ESCAPE_H

#include "base/slice.h"

enum { JSON_ESCAPE_BYTES = 6 }; /* of \uXXXX */

static inline unsigned json_hex_value(char c) {
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c | 0x20) - 'a' + 10;
}

/* The code unit of the \uXXXX at the beginning of text; 0 when something else stands there. */
static inline unsigned json_escaped_unit(struct slice text) {
    if (text.len < JSON_ESCAPE_BYTES || text.data[0] != '\\' || text.data[1] != 'u') {
        return 0;
    }
    unsigned unit = 0;
    for (size_t i = 2; i < JSON_ESCAPE_BYTES; i++) {
        unit = unit << 4 | json_hex_value(text.data[i]);
    }
    return unit;
}

#endif
