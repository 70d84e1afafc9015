/* A set of ids, kept as 64-bit hashes: 16 bytes an id at most. Two ids that share a hash count as
 * one, which happens once in some hundred million sets of 500,000. */
#ifndef DESTINATIONS_ID_SET_H
#define DESTINATIONS_ID_SET_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set {
    uint64_t *slots; /* 0: free */
    size_t n_slots;  /* a power of two, or 0 */
    size_t count;
};

void id_set_init(struct id_set *set);
void id_set_clean_up(struct id_set *set);
void id_set_clear(struct id_set *set);

/* *added (may be NULL): it was not there yet. False: no memory. */
bool id_set_add(struct id_set *set, struct slice id, bool *added);

#endif
