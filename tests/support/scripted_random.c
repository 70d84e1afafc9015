#include "support/scripted_random.h"

static uint64_t scripted_next(void *context) {
    struct scripted_random *scripted = context;
    uint64_t draw = atomic_fetch_add(&scripted->draws, 1);
    if (!scripted->counting) {
        return scripted->value;
    }
    /* splitmix64 */
    uint64_t z = (draw + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

void scripted_random_init(struct scripted_random *scripted, uint64_t value) {
    *scripted = (struct scripted_random){.random = {.next = scripted_next, .context = scripted},
                                         .value = value};
    atomic_init(&scripted->draws, 0);
}

void scripted_random_init_sequence(struct scripted_random *scripted) {
    scripted_random_init(scripted, 0);
    scripted->counting = true;
}
