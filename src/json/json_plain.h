/* Inside the json room: runs of bytes that stand in a JSON string as they are. */
#ifndef JSON_JSON_PLAIN_H
#define JSON_JSON_PLAIN_H

#include "base/slice.h"

#include <stdint.h>

/* True for ASCII that needs no care in a JSON string: no control character, quote or backslash. */
static inline bool json_is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Eight bytes at once: 0 when all of them are plain. (A borrow can flag a byte too many, but only
 * above one that is rightly flagged.) */
static inline uint64_t json_word_not_plain(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = word ^ ones * '"';
    uint64_t backslash = word ^ ones * '\\';
    uint64_t hit = (word - ones * 0x20) | (quote - ones) | (backslash - ones) | word;
    return hit & ones * 0x80;
}

/* How many bytes from the beginning are plain. */
static inline size_t json_plain_prefix(const char *text, size_t len) {
    size_t at = 0;
    for (uint64_t word = 0; len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        uint64_t hit = json_word_not_plain(word);
        if (hit) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return at + (size_t)__builtin_ctzll(hit) / 8; /* the first is rightly flagged */
#else
            break;
#endif
        }
    }
    while (at < len && json_is_plain((unsigned char)text[at])) {
        at++;
    }
    return at;
}

#endif
