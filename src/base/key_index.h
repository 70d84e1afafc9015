/* Keys (any bytes), each once, numbered in the order in which they were added. */
#ifndef BASE_KEY_INDEX_H
#define BASE_KEY_INDEX_H

#include "base/arena.h"
#include "base/status.h"

#define KEY_INDEX_NONE SIZE_MAX

struct key_index {
    struct arena arena;
    struct slice *keys;
    size_t n_keys;
    size_t capacity;
    size_t *slots; /* numbers + 1 by hash; 0: free */
    size_t n_slots;
};

/* max_bytes: of the keys; what finds them costs 32 bytes each besides. */
void key_index_init(struct key_index *index, size_t max_bytes);
void key_index_clean_up(struct key_index *index);
void key_index_reset(struct key_index *index);

/* Adds a copy of the key unless it is there; *at is its number (n_keys - 1 when it was new, and
 * n_keys grew). False with *status, a Task, when it does not fit, or INTERNAL. */
bool key_index_add(struct key_index *index, struct slice key, size_t *at, struct status *status);

/* The key's number, or KEY_INDEX_NONE. */
size_t key_index_find(const struct key_index *index, struct slice key);

#endif
