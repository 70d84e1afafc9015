/* A borrowed run of bytes, passed by value. Who made the bytes keeps them alive; nobody frees
 * through a slice. Not NUL-terminated. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include "base/banned.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *data;
    size_t len;
};

#define SLICE_LITERAL(text) ((struct slice){(text), sizeof(text) - 1})

/* For printf: "%.*s" takes SLICE_ARG(s). */
#define SLICE_ARG(s) (int)(s).len, (s).data

static inline struct slice slice_make(const void *data, size_t len) {
    return (struct slice){(const char *)data, len};
}

/* The text of a C string without its NUL; NULL gives the empty slice. */
static inline struct slice slice_of(const char *text) {
    return text ? (struct slice){text, strlen(text)} : (struct slice){"", 0};
}

static inline bool slice_equal(struct slice a, struct slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Below, at or above 0 as a stands before, at or behind b: byte by byte, the shorter first. */
static inline int slice_compare(struct slice a, struct slice b) {
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static inline bool slice_equal_text(struct slice a, const char *text) {
    return slice_equal(a, slice_of(text));
}

#endif
