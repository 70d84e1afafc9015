#include "base/buf.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 256 };

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max};
}

void buf_clean_up(struct buf *b) {
    free(b->data);
    buf_init(b, b->max);
}

void secure_wipe(void *data, size_t len) {
    if (data) {
        explicit_bzero(data, len);
    }
}

void buf_wipe(struct buf *b) {
    secure_wipe(b->data, b->cap);
    buf_clean_up(b);
}

void buf_reset(struct buf *b) {
    b->len = 0;
    b->failed = b->no_memory = false;
}

void buf_truncate(struct buf *b, size_t len) {
    if (len < b->len) {
        b->len = len;
    }
}

static size_t grown_capacity(const struct buf *b, size_t wanted) {
    size_t cap = b->cap ? b->cap : FIRST_CAPACITY;
    while (cap < wanted) {
        cap = cap > b->max / 2 ? b->max : cap * 2;
    }
    return cap < b->max ? cap : b->max;
}

bool buf_reserve(struct buf *b, size_t extra) {
    if (extra <= b->cap - b->len) {
        return true;
    }
    if (extra > b->max - b->len) {
        b->failed = true;
        return false;
    }
    size_t cap = grown_capacity(b, b->len + extra);
    char *data = realloc(b->data, cap);
    if (!data) {
        b->failed = b->no_memory = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

bool buf_append_growing(struct buf *b, const void *data, size_t len) {
    if (b->failed || !buf_reserve(b, len)) {
        return false;
    }
    if (len) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
    return true;
}

bool buf_vprintf(struct buf *b, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int wanted = vsnprintf(NULL, 0, format, args);
    bool fits = wanted >= 0 && !b->failed && buf_reserve(b, (size_t)wanted);
    if (fits && wanted > 0) {
        /* vsnprintf wants room for a NUL, which the buffer does not keep: the last byte is put
         * right by hand when the buffer is exactly full. */
        if (buf_reserve(b, (size_t)wanted + 1)) {
            vsnprintf(b->data + b->len, (size_t)wanted + 1, format, again);
            b->len += (size_t)wanted;
        } else {
            char *text = malloc((size_t)wanted + 1);
            b->failed = b->no_memory = text == NULL;
            if (text) {
                vsnprintf(text, (size_t)wanted + 1, format, again);
                buf_append(b, text, (size_t)wanted);
                free(text);
            }
        }
    } else if (!fits) {
        b->failed = true;
    }
    va_end(again);
    return !b->failed;
}

bool buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bool ok = buf_vprintf(b, format, args);
    va_end(args);
    return ok;
}

const char *buf_cstr(struct buf *b) {
    bool failed = b->failed;
    if (!buf_reserve(b, 1)) {
        b->failed = failed;
        return "";
    }
    b->data[b->len] = '\0';
    return b->data;
}
