/* What all calls of the process share: who cools down until when, which pace is kept, and the retry
 * budget per host (architecture, rule 5). */
#ifndef DELIVERY_DELIVERY_SHARED_H
#define DELIVERY_DELIVERY_SHARED_H

#include "base/clock.h"
#include "base/random.h"
#include "delivery/cooldown.h"
#include "delivery/pace.h"
#include "delivery/retry.h"

/* Any thread: each part guards itself. */
struct delivery_shared {
    const struct clock *clock;
    const struct random *random;
    struct cooldown cooldown;
    struct retry_budget budget;
    struct pace pace;
};

/* clock and random are borrowed and outlive it. NULL: no memory. */
struct delivery_shared *delivery_shared_new(const struct clock *clock, const struct random *random);
void delivery_shared_destroy(struct delivery_shared *shared);

#endif
