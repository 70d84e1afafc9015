#include "support/fake_clock.h"

#include "base/cancel.h"

static const int64_t START_MS = 1000000;
static const int64_t START_US = 1767225600000000; /* 2026-01-01T00:00:00Z */

static int64_t fake_monotonic_ms(void *context) {
    struct fake_clock *fake = context;
    pthread_mutex_lock(&fake->mutex);
    int64_t now = fake->now_ms;
    pthread_mutex_unlock(&fake->mutex);
    return now;
}

static int64_t fake_realtime_us(void *context) {
    struct fake_clock *fake = context;
    return fake->epoch_us + (fake_monotonic_ms(context) - START_MS) * 1000;
}

static void fake_sleep_ms(void *context, int64_t ms, struct cancel *cancel) {
    struct fake_clock *fake = context;
    pthread_mutex_lock(&fake->mutex);
    if (fake->n_sleeps < FAKE_CLOCK_SLEEPS) {
        fake->sleeps[fake->n_sleeps] = ms;
    }
    fake->n_sleeps++;
    pthread_mutex_unlock(&fake->mutex);
    if (!cancel || cancel_check(cancel) == CANCEL_NONE) {
        fake_clock_advance(fake, ms);
    }
    if (fake->on_sleep) {
        fake->on_sleep(fake->on_sleep_context, ms);
    }
}

void fake_clock_init(struct fake_clock *fake) {
    *fake = (struct fake_clock){
        .clock = {.monotonic_ms = fake_monotonic_ms,
                  .realtime_us = fake_realtime_us,
                  .sleep_ms = fake_sleep_ms,
                  .context = fake},
        .now_ms = START_MS,
        .epoch_us = START_US,
    };
    pthread_mutex_init(&fake->mutex, NULL);
}

void fake_clock_clean_up(struct fake_clock *fake) {
    pthread_mutex_destroy(&fake->mutex);
}

void fake_clock_advance(struct fake_clock *fake, int64_t ms) {
    pthread_mutex_lock(&fake->mutex);
    fake->now_ms += ms;
    pthread_mutex_unlock(&fake->mutex);
}

int64_t fake_clock_now(struct fake_clock *fake) {
    return fake_monotonic_ms(fake);
}

int64_t fake_clock_slept(struct fake_clock *fake) {
    int64_t sum = 0;
    pthread_mutex_lock(&fake->mutex);
    for (size_t i = 0; i < fake->n_sleeps && i < FAKE_CLOCK_SLEEPS; i++) {
        sum += fake->sleeps[i];
    }
    pthread_mutex_unlock(&fake->mutex);
    return sum;
}
