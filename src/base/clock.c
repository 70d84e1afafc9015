#include "base/clock.h"

#include "base/cancel.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static int64_t system_monotonic_ms(void *context) {
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_realtime_us(void *context) {
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void system_sleep_ms(void *context, int64_t ms, struct cancel *cancel) {
    (void)context;
    if (ms <= 0) {
        return;
    }
    if (cancel) {
        cancel_wait(cancel, ms);
        return;
    }
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

const struct clock *clock_system(void) {
    static const struct clock system_clock = {
        .monotonic_ms = system_monotonic_ms,
        .realtime_us = system_realtime_us,
        .sleep_ms = system_sleep_ms,
    };
    return &system_clock;
}
