/* Time, injectable: production uses clock_system(), tests a clock of their own. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct cancel;

struct clock {
    /* Milliseconds that only grow; the zero is arbitrary. */
    int64_t (*monotonic_ms)(void *context);
    /* Microseconds since 1970-01-01 UTC. */
    int64_t (*realtime_us)(void *context);
    /* Waits ms milliseconds, or less when cancel (may be NULL) fires. */
    void (*sleep_ms)(void *context, int64_t ms, struct cancel *cancel);
    void *context;
};

/* The machine's clock. Any thread. */
const struct clock *clock_system(void);

static inline int64_t clock_monotonic_ms(const struct clock *c) {
    return c->monotonic_ms(c->context);
}

static inline int64_t clock_realtime_us(const struct clock *c) {
    return c->realtime_us(c->context);
}

static inline void clock_sleep_ms(const struct clock *c, int64_t ms, struct cancel *cancel) {
    c->sleep_ms(c->context, ms, cancel);
}

#endif
