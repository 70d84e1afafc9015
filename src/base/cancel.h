/* The wish to stop one piece of work (a call), seen by everything that works for it. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include "base/clock.h"
#include "base/status.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum cancel_reason {
    CANCEL_NONE = 0,
    CANCEL_CALLER,   /* the client cancelled or went away */
    CANCEL_DEADLINE, /* the work's deadline has passed */
    CANCEL_SHUTDOWN, /* the process is stopping */
};

/* Something to be roused when the cancel fires; lives in the caller's memory. */
struct cancel_waker {
    void (*wake)(void *context); /* called from the cancelling thread; must be quick */
    void *context;
    struct cancel_waker *next;
};

#define CANCEL_NO_DEADLINE INT64_MAX

struct cancel {
    const struct clock *clock;
    int64_t deadline_ms; /* clock_monotonic_ms; set before the cancel is shared */
    atomic_int reason;
    pthread_mutex_t mutex; /* guards wakers, and the wait on fired */
    pthread_cond_t fired;
    struct cancel_waker *wakers;
};

/* deadline_ms is a reading of clock_monotonic_ms, or CANCEL_NO_DEADLINE. */
void cancel_init(struct cancel *c, const struct clock *clock, int64_t deadline_ms);
void cancel_clean_up(struct cancel *c);

/* Fires; the first reason stays. Any thread, not from a signal handler. */
void cancel_fire(struct cancel *c, enum cancel_reason reason);

/* Why to stop, CANCEL_NONE to go on. Looks at the deadline too. Any thread; cheap. */
enum cancel_reason cancel_check(struct cancel *c);

/* As cancel_check, filling *status (CANCELLED or DEADLINE) when it is time to stop: false then. */
bool cancel_go_on(struct cancel *c, struct status *status);

/* Milliseconds until the deadline: 0 when past, INT64_MAX without one. */
int64_t cancel_remaining_ms(struct cancel *c);

/* Sleeps on the real clock for ms milliseconds at most; returns early when fired or past the
 * deadline. Used by clock_system's sleep; call clock_sleep_ms instead. */
void cancel_wait(struct cancel *c, int64_t ms);

/* Registers a waker until cancel_remove_waker; when the cancel has fired already, wakes at once. */
void cancel_add_waker(struct cancel *c, struct cancel_waker *waker);
void cancel_remove_waker(struct cancel *c, struct cancel_waker *waker);

#endif
