/* A clock that moves only when told to, or when somebody sleeps on it. */
#ifndef SUPPORT_FAKE_CLOCK_H
#define SUPPORT_FAKE_CLOCK_H

#include "base/clock.h"

#include <pthread.h>
#include <stddef.h>

enum { FAKE_CLOCK_SLEEPS = 4096 };

struct fake_clock {
    struct clock clock; /* hand out &fake->clock */
    pthread_mutex_t mutex;
    int64_t now_ms;                              /* monotonic */
    int64_t epoch_us;                            /* realtime at now_ms 0 */
    int64_t sleeps[FAKE_CLOCK_SLEEPS];           /* what each sleep asked for */
    size_t n_sleeps;                             /* counted beyond the array too */
    void (*on_sleep)(void *context, int64_t ms); /* after a sleep; may be NULL */
    void *on_sleep_context;
};

/* Starts at now_ms = 1000000 and 2026-01-01T00:00:00Z. */
void fake_clock_init(struct fake_clock *fake);
void fake_clock_clean_up(struct fake_clock *fake);
void fake_clock_advance(struct fake_clock *fake, int64_t ms);
int64_t fake_clock_now(struct fake_clock *fake);
/* All that sleeps asked for, together. */
int64_t fake_clock_slept(struct fake_clock *fake);

#endif
