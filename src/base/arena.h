/* Memory for one record, or one request: handed out in pieces, taken back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used; /* bytes handed out since the last reset */
    size_t max;
};

/* An arena that hands out at most max bytes between resets. Allocates nothing yet. */
void arena_init(struct arena *a, size_t max);
void arena_clean_up(struct arena *a);

/* Takes everything back; keeps the newest block for the next use. */
void arena_reset(struct arena *a);

/* len bytes, aligned for any type, valid until the reset. NULL when that passes the maximum or
 * memory is out. */
void *arena_alloc(struct arena *a, size_t len);

/* A copy of s with a NUL behind it. NULL as arena_alloc. */
char *arena_copy_text(struct arena *a, struct slice s);

#endif
