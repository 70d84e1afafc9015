#include "base/key_index.h"

#include "base/hash.h"

#include <stdint.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void key_index_init(struct key_index *index, size_t max_bytes) {
    *index = (struct key_index){0};
    arena_init(&index->arena, max_bytes);
}

void key_index_clean_up(struct key_index *index) {
    arena_clean_up(&index->arena);
    free(index->keys);
    free(index->slots);
    key_index_init(index, index->arena.max);
}

void key_index_reset(struct key_index *index) {
    arena_reset(&index->arena);
    index->n_keys = 0;
    if (index->slots) {
        memset(index->slots, 0, index->n_slots * sizeof *index->slots);
    }
}

/* The slot of the key, or the free one where it belongs. */
static size_t *slot_of(const struct key_index *index, struct slice key) {
    size_t at = (size_t)hash_mix(hash_add(HASH_START, key)) & (index->n_slots - 1);
    while (index->slots[at] != 0 && !slice_equal(index->keys[index->slots[at] - 1], key)) {
        at = (at + 1) & (index->n_slots - 1);
    }
    return &index->slots[at];
}

size_t key_index_find(const struct key_index *index, struct slice key) {
    return index->n_keys == 0 ? KEY_INDEX_NONE : *slot_of(index, key) - 1;
}

/* Room for one more: half of the slots stay free. */
static bool grow(struct key_index *index) {
    size_t capacity = index->capacity ? 2 * index->capacity : FIRST_CAPACITY;
    struct slice *keys = realloc(index->keys, capacity * sizeof *keys);
    size_t *slots = calloc(2 * capacity, sizeof *slots);
    index->keys = keys ? keys : index->keys;
    if (!keys || !slots) {
        free(slots);
        return false;
    }
    free(index->slots);
    index->slots = slots;
    index->n_slots = 2 * capacity;
    index->capacity = capacity;
    for (size_t i = 0; i < index->n_keys; i++) {
        *slot_of(index, keys[i]) = i + 1;
    }
    return true;
}

bool key_index_add(struct key_index *index, struct slice key, size_t *at, struct status *status) {
    *at = key_index_find(index, key);
    if (*at != KEY_INDEX_NONE) {
        return true;
    }
    if (key.len + 1 > index->arena.max - index->arena.used) {
        return status_fail(
            status, STATUS_TASK,
            "The keys of the rows that this call is about do not fit into the %zu MB "
            "of memory set aside for them. Sync fewer rows.",
            index->arena.max >> 20);
    }
    char *copy =
        index->n_keys < index->capacity || grow(index) ? arena_copy_text(&index->arena, key) : NULL;
    if (!copy) {
        return status_no_memory(status, "keeping keys");
    }
    *at = index->n_keys;
    *slot_of(index, key) = *at + 1;
    index->keys[index->n_keys++] = (struct slice){copy, key.len};
    return true;
}
