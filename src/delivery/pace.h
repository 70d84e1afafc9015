/* Keeps to a rate that an API allows: at most max requests in any window, counted for all calls of
 * the process that name the same key. A sliding window, like the API's own (contracts/dust.md, 5),
 * so that being throttled is the exception. */
#ifndef DELIVERY_PACE_H
#define DELIVERY_PACE_H

#include "destinations/api.h"

#include <pthread.h>

enum {
    PACE_KEYS = 64,
    PACE_KEY_BYTES = 160,
    PACE_MAX = 100 * 1000, /* of api_pace.max; more is as if that were asked for */
};

struct pace_window {
    char key[PACE_KEY_BYTES];
    int64_t *taken_ms; /* when the places were taken, oldest first */
    size_t capacity;
    size_t count;
};

/* Any thread. Keys are cut to PACE_KEY_BYTES - 1. Times are clock_monotonic_ms. */
struct pace {
    pthread_mutex_t mutex; /* guards what follows */
    size_t n_windows;
    struct pace_window windows[PACE_KEYS];
};

void pace_init(struct pace *pace);
void pace_clean_up(struct pace *pace);

/* pace_take's word that the call must end first. */
#define PACE_NO_TIME (-1)

/* Takes a place in the window. 0: taken, send now. Above: nothing is taken, ask again after so many
 * milliseconds. PACE_NO_TIME: the wait would pass remaining_ms, what the call has left; or, when
 * the last of limit->left requests would, it would end later than limit->reserve_ms before that.
 * With more than PACE_KEYS keys the one that was idle longest is forgotten. Without memory nothing
 * is held back: the API throttles then. */
int64_t pace_take(struct pace *pace, const struct api_pace *limit, int64_t remaining_ms,
                  int64_t now_ms);

/* How long until the oldest request of the window leaves it; 0: there is none. After so long an API
 * that throttles by such a window has room again, whatever its maximum is. */
int64_t pace_oldest_ms(struct pace *pace, const struct api_pace *limit, int64_t now_ms);

/* The request whose place was taken at taken_ms was answered at now_ms. counted: the API counts it,
 * from some moment between, so its place lasts from now on; else the place is given back. */
void pace_answered(struct pace *pace, const struct api_pace *limit, int64_t taken_ms,
                   int64_t now_ms, bool counted);

#endif
