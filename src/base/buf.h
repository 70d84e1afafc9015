/* Owned bytes that grow up to a maximum which is set at birth.
 *
 * Failure sticks: an append that would pass the maximum, or that finds no memory, appends nothing
 * and sets `failed`; the caller may append many times and look once. buf_reset clears it. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/slice.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
    bool no_memory; /* why it failed: memory, not the maximum */
};

/* An empty buffer of at most max bytes. Allocates nothing yet. */
void buf_init(struct buf *b, size_t max);

/* Frees the bytes; the buffer may be used again and keeps its maximum. */
void buf_clean_up(struct buf *b);

/* Overwrites the bytes (in a way no compiler removes), then frees them. For secrets, whose room
 * must be reserved at once: a buffer that grows leaves what it held behind. */
void buf_wipe(struct buf *b);

/* Empties the buffer, keeps its memory, forgets a failure. */
void buf_reset(struct buf *b);

/* Cuts back to len bytes; len must not exceed the present length. */
void buf_truncate(struct buf *b, size_t len);

/* Makes room for extra more bytes. False when that would pass the maximum or memory is out. */
bool buf_reserve(struct buf *b, size_t extra);

/* The way of an append for which there is no room yet. */
bool buf_append_growing(struct buf *b, const void *data, size_t len);

/* Inline, because the hot path is made of appends of a few bytes. */
static inline bool buf_append(struct buf *b, const void *data, size_t len) {
    if (b->failed || len > b->cap - b->len) {
        return buf_append_growing(b, data, len);
    }
    if (len) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
    return true;
}

/* Appends len bytes that the caller fills in at once; where they lie, or NULL when there is no
 * room. */
static inline char *buf_claim(struct buf *b, size_t len) {
    if (b->failed || (len > b->cap - b->len && !buf_reserve(b, len))) {
        return NULL;
    }
    b->len += len;
    return b->data + b->len - len;
}

static inline bool buf_append_slice(struct buf *b, struct slice s) {
    return buf_append(b, s.data, s.len);
}

enum { BUF_PAD = 32 };

/* The same for a short text behind whose end BUF_PAD more bytes may be read: copied in one go, as
 * most are shorter than that. */
static inline bool buf_append_padded(struct buf *b, struct slice s) {
    if (b->failed || s.len > BUF_PAD || b->cap - b->len < BUF_PAD) {
        return buf_append_slice(b, s);
    }
    memcpy(b->data + b->len, s.data, BUF_PAD);
    b->len += s.len;
    return true;
}

static inline bool buf_append_text(struct buf *b, const char *text) {
    return buf_append_slice(b, slice_of(text));
}

static inline bool buf_append_char(struct buf *b, char c) {
    return buf_append(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The bytes, valid until the next append. */
static inline struct slice buf_slice(const struct buf *b) {
    return (struct slice){b->len ? b->data : "", b->len};
}

/* The bytes with a NUL behind them (not counted in len), valid until the next append. "" when
 * there was no room for the NUL. */
const char *buf_cstr(struct buf *b);

/* Overwrites memory that held a secret; never optimised away. */
void secure_wipe(void *data, size_t len);

#endif
