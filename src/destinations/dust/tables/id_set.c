#include "destinations/dust/tables/id_set.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

/* Never 0, which says that a slot is free. */
static uint64_t hash_of(struct slice id) {
    uint64_t hash = hash_mix(hash_add(HASH_START, id));
    return hash ? hash : 1;
}

void id_set_init(struct id_set *set) {
    *set = (struct id_set){0};
}

void id_set_clean_up(struct id_set *set) {
    free(set->slots);
    id_set_init(set);
}

void id_set_clear(struct id_set *set) {
    if (set->slots) {
        memset(set->slots, 0, set->n_slots * sizeof *set->slots);
    }
    set->count = 0;
}

/* The slot that holds hash, or the free one where it belongs. */
static uint64_t *slot_of(uint64_t *slots, size_t n_slots, uint64_t hash) {
    size_t at = (size_t)hash & (n_slots - 1);
    while (slots[at] != 0 && slots[at] != hash) {
        at = (at + 1) & (n_slots - 1);
    }
    return &slots[at];
}

static bool grow(struct id_set *set) {
    size_t n_slots = set->n_slots ? set->n_slots * 2 : FIRST_SLOTS;
    uint64_t *slots = calloc(n_slots, sizeof *slots);
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < set->n_slots; i++) {
        if (set->slots[i] != 0) {
            *slot_of(slots, n_slots, set->slots[i]) = set->slots[i];
        }
    }
    free(set->slots);
    set->slots = slots;
    set->n_slots = n_slots;
    return true;
}

bool id_set_add(struct id_set *set, struct slice id, bool *added) {
    uint64_t hash = hash_of(id);
    if ((set->count + 1) * 4 > set->n_slots * 3 && !grow(set)) {
        return false;
    }
    uint64_t *slot = slot_of(set->slots, set->n_slots, hash);
    if (added) {
        *added = *slot == 0;
    }
    set->count += *slot == 0;
    *slot = hash;
    return true;
}
