#include "delivery/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pace_init(struct pace *pace) {
    *pace = (struct pace){.n_windows = 0};
    pthread_mutex_init(&pace->mutex, NULL);
}

void pace_clean_up(struct pace *pace) {
    for (size_t i = 0; i < pace->n_windows; i++) {
        free(pace->windows[i].taken_ms);
    }
    pace->n_windows = 0;
    pthread_mutex_destroy(&pace->mutex);
}

static size_t places_of(const struct api_pace *limit) {
    return limit->max < 1 ? 1 : limit->max > PACE_MAX ? PACE_MAX : (size_t)limit->max;
}

static void forget_first(struct pace_window *window, size_t n) {
    window->count -= n;
    memmove(window->taken_ms, window->taken_ms + n, window->count * sizeof *window->taken_ms);
}

static int64_t last_taken(const struct pace_window *window) {
    return window->count ? window->taken_ms[window->count - 1] : INT64_MIN;
}

static struct pace_window *place_locked(struct pace *pace) {
    if (pace->n_windows < PACE_KEYS) {
        return &pace->windows[pace->n_windows++];
    }
    struct pace_window *idle = &pace->windows[0];
    for (size_t i = 1; i < PACE_KEYS; i++) {
        if (last_taken(&pace->windows[i]) < last_taken(idle)) {
            idle = &pace->windows[i];
        }
    }
    idle->count = 0;
    return idle;
}

/* The key's window, without what has left it. */
static struct pace_window *find_locked(struct pace *pace, const struct api_pace *limit,
                                       int64_t now_ms) {
    struct pace_window *window = NULL;
    for (size_t i = 0; i < pace->n_windows && !window; i++) {
        if (strncmp(pace->windows[i].key, limit->key, PACE_KEY_BYTES - 1) == 0) {
            window = &pace->windows[i];
        }
    }
    if (!window) {
        window = place_locked(pace);
        snprintf(window->key, sizeof window->key, "%s", limit->key);
    }
    size_t gone = 0;
    while (gone < window->count && window->taken_ms[gone] + limit->window_ms <= now_ms) {
        gone++;
    }
    if (gone > 0) {
        forget_first(window, gone);
    }
    return window;
}

/* Place n comes when all but max - n of the places in use have left, and every max places a window
 * later than the one before. */
static int64_t wait_locked(const struct pace_window *window, const struct api_pace *limit,
                           uint64_t n, int64_t now_ms) {
    uint64_t max = places_of(limit);
    uint64_t whole_windows = (n - 1) / max;
    uint64_t in_use_then = window->count + (n - 1) % max;
    int64_t wait = 0;
    if (in_use_then >= max) {
        wait = window->taken_ms[in_use_then - max] + limit->window_ms - now_ms;
    }
    int64_t most = (INT64_MAX - wait) / (limit->window_ms > 0 ? limit->window_ms : 1);
    return whole_windows > (uint64_t)most ? INT64_MAX
                                          : wait + (int64_t)whole_windows * limit->window_ms;
}

static bool make_room(struct pace_window *window, size_t places) {
    if (window->capacity >= places) {
        return true;
    }
    int64_t *larger = realloc(window->taken_ms, places * sizeof *larger);
    if (!larger) {
        return false;
    }
    window->taken_ms = larger;
    window->capacity = places;
    return true;
}

/* What of the remaining time may be used: when not all requests fit, it ends earlier. */
static int64_t usable_ms(const struct pace_window *window, const struct api_pace *limit,
                         int64_t remaining_ms, int64_t now_ms) {
    uint64_t left = limit->left > 0 ? limit->left : 1;
    bool all_fit = wait_locked(window, limit, left, now_ms) < remaining_ms;
    return all_fit ? remaining_ms : remaining_ms - limit->reserve_ms;
}

int64_t pace_take(struct pace *pace, const struct api_pace *limit, int64_t remaining_ms,
                  int64_t now_ms) {
    pthread_mutex_lock(&pace->mutex);
    struct pace_window *window = find_locked(pace, limit, now_ms);
    int64_t wait = wait_locked(window, limit, 1, now_ms);
    if (wait >= usable_ms(window, limit, remaining_ms, now_ms)) {
        wait = PACE_NO_TIME;
    } else if (wait == 0 && make_room(window, places_of(limit))) {
        window->taken_ms[window->count++] = now_ms;
    }
    pthread_mutex_unlock(&pace->mutex);
    return wait;
}

int64_t pace_oldest_ms(struct pace *pace, const struct api_pace *limit, int64_t now_ms) {
    pthread_mutex_lock(&pace->mutex);
    const struct pace_window *window = find_locked(pace, limit, now_ms);
    int64_t left = window->count ? window->taken_ms[0] + limit->window_ms - now_ms : 0;
    pthread_mutex_unlock(&pace->mutex);
    return left;
}

void pace_answered(struct pace *pace, const struct api_pace *limit, int64_t taken_ms,
                   int64_t now_ms, bool counted) {
    pthread_mutex_lock(&pace->mutex);
    struct pace_window *window = find_locked(pace, limit, now_ms);
    size_t at = 0;
    while (at < window->count && window->taken_ms[at] != taken_ms) {
        at++;
    }
    if (at < window->count) {
        window->count--;
        memmove(window->taken_ms + at, window->taken_ms + at + 1,
                (window->count - at) * sizeof *window->taken_ms);
    }
    if (counted && window->count < window->capacity) {
        window->taken_ms[window->count++] = now_ms;
    }
    pthread_mutex_unlock(&pace->mutex);
}
