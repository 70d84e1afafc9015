/* Randomness that a test knows beforehand. */
#ifndef SUPPORT_SCRIPTED_RANDOM_H
#define SUPPORT_SCRIPTED_RANDOM_H

#include "base/random.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct scripted_random {
    struct random random; /* hand out &scripted->random */
    uint64_t value;       /* every draw; random_below(bound) is then value % bound */
    bool counting;        /* instead of value: a fixed sequence that covers the whole range */
    atomic_uint_fast64_t draws;
};

/* Always the same value; at least 2^32, or random_below would draw for ever. */
void scripted_random_init(struct scripted_random *scripted, uint64_t value);
/* A fixed, well spread sequence. */
void scripted_random_init_sequence(struct scripted_random *scripted);

#endif
