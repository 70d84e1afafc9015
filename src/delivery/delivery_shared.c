#include "delivery/delivery_shared.h"

#include <stdlib.h>

struct delivery_shared *delivery_shared_new(const struct clock *clock,
                                            const struct random *random) {
    struct delivery_shared *shared = calloc(1, sizeof *shared);
    if (!shared) {
        return NULL;
    }
    shared->clock = clock;
    shared->random = random;
    cooldown_init(&shared->cooldown);
    retry_budget_init(&shared->budget);
    pace_init(&shared->pace);
    return shared;
}

void delivery_shared_destroy(struct delivery_shared *shared) {
    if (!shared) {
        return;
    }
    pace_clean_up(&shared->pace);
    retry_budget_clean_up(&shared->budget);
    cooldown_clean_up(&shared->cooldown);
    free(shared);
}
