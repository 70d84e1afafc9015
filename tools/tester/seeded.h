/* Randomness that a seed repeats: the order of columns, keys, IVs and markers of a run. */
#ifndef TESTER_SEEDED_H
#define TESTER_SEEDED_H

#include "base/random.h"

#include <stddef.h>

struct seeded {
    uint64_t state;
    struct random random;
};

/* The same seed gives the same numbers; seeded must stay where it is. One thread. */
void seeded_init(struct seeded *seeded, uint64_t seed);

/* len random bytes. */
void seeded_bytes(struct seeded *seeded, void *bytes, size_t len);

/* Puts the numbers 0 to n-1 into order, shuffled (Fisher and Yates). */
void seeded_shuffle(struct seeded *seeded, size_t *order, size_t n);

#endif
