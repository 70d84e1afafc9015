/* Inside the json room: runs of bytes that stand in a JSON string as they are. */
#ifndef JSON_JSON_PLAIN_H
#define JSON_JSON_PLAIN_H

#include "base/slice.h"

#include <stdint.h>

/* True for ASCII that needs no care in a JSON string: no control character, quote or backslash. */
static inline bool json_is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

enum { JSON_BLOCK_BYTES = 16 };

/* Bytes that are compared at once, by whatever instructions the machine has for it. */
typedef signed char json_block __attribute__((vector_size(JSON_BLOCK_BYTES)));

/* Which of eight bytes comes first that has a bit set in word, which was read from memory. */
static inline size_t json_first_byte(uint64_t word) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(word) / 8;
#else
    return (size_t)__builtin_clzll(word) / 8;
#endif
}

/* How many of the JSON_BLOCK_BYTES bytes at text are plain, from the first on. */
static inline size_t json_plain_in_block(const char *text) {
    json_block block;
    uint64_t special[2];
    memcpy(&block, text, sizeof block);
    /* Bytes from 0x80 on are below 0x20 too, being negative. */
    json_block hits = (json_block)((block < 0x20) | (block == '"') | (block == '\\'));
    memcpy(special, &hits, sizeof special);
    if (special[0]) {
        return json_first_byte(special[0]);
    }
    return 8 + (special[1] ? json_first_byte(special[1]) : 8);
}

/* How many bytes from the beginning are plain. */
static inline size_t json_plain_prefix(const char *text, size_t len) {
    size_t at = 0;
    while (len - at >= JSON_BLOCK_BYTES) {
        size_t plain = json_plain_in_block(text + at);
        at += plain;
        if (plain < JSON_BLOCK_BYTES) {
            return at;
        }
    }
    if (at > 0 && at < len) { /* the last block overlaps the one before */
        at = len - JSON_BLOCK_BYTES;
        return at + json_plain_in_block(text + at);
    }
    while (at < len && json_is_plain((unsigned char)text[at])) {
        at++;
    }
    return at;
}

#endif
