/* UTF-8 as Unicode 3.9 defines it (table 3-7): no surrogates, nothing above U+10FFFF, no longer
 * form than needed. Pure; any thread. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct utf8_step {
    size_t len; /* bytes to go on by: 1 to 4; 0 only at the end of the text */
    bool valid;
};

/* What stands at the beginning of text: one well-formed character, or else one maximal subpart of
 * an ill-formed sequence (1 to 3 bytes), the piece that becomes one U+FFFD. */
struct utf8_step utf8_step(struct slice text);

/* How many bytes from the beginning are well-formed characters. */
size_t utf8_valid_prefix(struct slice text);

/* The same, but also stopping at the first ASCII byte. */
size_t utf8_valid_multibyte_prefix(struct slice text);

/* Makes a text well-formed in place: each byte that belongs to no character becomes `?`. For texts
 * that were cut to a size, or hold what a stranger wrote. */
void utf8_repair(char *text);

static inline bool utf8_is_valid(struct slice text) {
    return utf8_valid_prefix(text) == text.len;
}

#endif
