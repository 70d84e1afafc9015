#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t system_next(void *context) {
    (void)context;
    uint64_t value = 0;
    if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value) {
        abort(); /* eight bytes are never refused by a kernel that has getrandom */
    }
    return value;
}

const struct random *random_system(void) {
    static const struct random system_random = {.next = system_next};
    return &system_random;
}

uint64_t random_below(const struct random *r, uint64_t bound) {
    /* Values below 2^64 mod bound would favour the small results: throw again. */
    uint64_t unfair = (0 - bound) % bound;
    uint64_t value = random_next(r);
    while (value < unfair) {
        value = random_next(r);
    }
    return value % bound;
}

void random_uuid(const struct random *r, char text[UUID_TEXT_BYTES]) {
    uint64_t high = (random_next(r) & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
    uint64_t low = (random_next(r) & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
    snprintf(text, UUID_TEXT_BYTES, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
             (unsigned)(high >> 16) & 0xFFFF, (unsigned)high & 0xFFFF, (unsigned)(low >> 48),
             (unsigned long long)(low & 0xFFFFFFFFFFFFULL));
}
