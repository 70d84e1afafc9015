#include "base/cancel.h"

#include <time.h>

void cancel_init(struct cancel *c, const struct clock *clock, int64_t deadline_ms) {
    c->clock = clock;
    c->deadline_ms = deadline_ms;
    c->wakers = NULL;
    atomic_init(&c->reason, CANCEL_NONE);
    pthread_mutex_init(&c->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->fired, &attributes);
    pthread_condattr_destroy(&attributes);
}

void cancel_clean_up(struct cancel *c) {
    pthread_cond_destroy(&c->fired);
    pthread_mutex_destroy(&c->mutex);
}

void cancel_fire(struct cancel *c, enum cancel_reason reason) {
    int none = CANCEL_NONE;
    if (!atomic_compare_exchange_strong(&c->reason, &none, (int)reason)) {
        return;
    }
    pthread_mutex_lock(&c->mutex);
    pthread_cond_broadcast(&c->fired);
    for (struct cancel_waker *w = c->wakers; w; w = w->next) {
        w->wake(w->context);
    }
    pthread_mutex_unlock(&c->mutex);
}

int64_t cancel_remaining_ms(struct cancel *c) {
    if (c->deadline_ms == CANCEL_NO_DEADLINE) {
        return INT64_MAX;
    }
    int64_t left = c->deadline_ms - clock_monotonic_ms(c->clock);
    return left > 0 ? left : 0;
}

enum cancel_reason cancel_check(struct cancel *c) {
    int reason = atomic_load(&c->reason);
    if (reason == CANCEL_NONE && cancel_remaining_ms(c) == 0) {
        return CANCEL_DEADLINE;
    }
    return (enum cancel_reason)reason;
}

bool cancel_go_on(struct cancel *c, struct status *status) {
    switch (cancel_check(c)) {
    case CANCEL_NONE:
        return true;
    case CANCEL_CALLER:
        return status_fail(status, STATUS_CANCELLED, "cancelled by the caller");
    case CANCEL_SHUTDOWN:
        return status_fail(status, STATUS_UNAVAILABLE, "stopped because the server shuts down");
    case CANCEL_DEADLINE:
        break;
    }
    return status_fail(status, STATUS_DEADLINE, "the deadline of this call has passed");
}

static struct timespec monotonic_after(int64_t ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void cancel_wait(struct cancel *c, int64_t ms) {
    int64_t left = cancel_remaining_ms(c);
    struct timespec until = monotonic_after(ms < left ? ms : left);
    pthread_mutex_lock(&c->mutex);
    int timed_out = 0;
    while (!timed_out && atomic_load(&c->reason) == CANCEL_NONE) {
        timed_out = pthread_cond_timedwait(&c->fired, &c->mutex, &until);
    }
    pthread_mutex_unlock(&c->mutex);
}

void cancel_add_waker(struct cancel *c, struct cancel_waker *waker) {
    pthread_mutex_lock(&c->mutex);
    waker->next = c->wakers;
    c->wakers = waker;
    if (atomic_load(&c->reason) != CANCEL_NONE) {
        waker->wake(waker->context);
    }
    pthread_mutex_unlock(&c->mutex);
}

void cancel_remove_waker(struct cancel *c, struct cancel_waker *waker) {
    pthread_mutex_lock(&c->mutex);
    struct cancel_waker **at = &c->wakers;
    while (*at && *at != waker) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = waker->next;
    }
    pthread_mutex_unlock(&c->mutex);
}
