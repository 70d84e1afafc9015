#include "tester/seeded.h"

#include <string.h>

/* SplitMix64 (Steele, Lea, Flood 2014): every state is good, zero too. */
static uint64_t seeded_next(void *context) {
    struct seeded *seeded = context;
    seeded->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = seeded->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void seeded_init(struct seeded *seeded, uint64_t seed) {
    seeded->state = seed;
    seeded->random = (struct random){seeded_next, seeded};
}

void seeded_bytes(struct seeded *seeded, void *bytes, size_t len) {
    unsigned char *at = bytes;
    for (size_t done = 0; done < len;) {
        uint64_t word = random_next(&seeded->random);
        size_t part = len - done < sizeof word ? len - done : sizeof word;
        memcpy(at + done, &word, part);
        done += part;
    }
}

void seeded_shuffle(struct seeded *seeded, size_t *order, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t j = (size_t)random_below(&seeded->random, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}
