/* Randomness, injectable. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t (*next)(void *context);
    void *context;
};

/* The kernel's generator (getrandom). Any thread. */
const struct random *random_system(void);

static inline uint64_t random_next(const struct random *r) {
    return r->next(r->context);
}

/* A number in [0, bound), bound > 0. */
uint64_t random_below(const struct random *r, uint64_t bound);

enum { UUID_TEXT_BYTES = 37 };

/* A version 4 UUID (RFC 9562), lower case, NUL-terminated. */
void random_uuid(const struct random *r, char text[UUID_TEXT_BYTES]);

#endif
