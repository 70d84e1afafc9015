#include "rewrite/table_lock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_EVERY_MS = 1000 }; /* the deadline has no waker of its own */

struct table_lock {
    struct table_lock *next;
    size_t users; /* who holds it and who waits */
    bool held;
    size_t name_len;
    char name[]; /* scope, schema and name, a NUL behind each */
};

struct table_locks {
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t given;
    struct table_lock *locks;
};

struct table_locks *table_locks_new(void) {
    struct table_locks *locks = calloc(1, sizeof *locks);
    if (!locks) {
        return NULL;
    }
    pthread_condattr_t attributes;
    pthread_mutex_init(&locks->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&locks->given, &attributes);
    pthread_condattr_destroy(&attributes);
    return locks;
}

void table_locks_destroy(struct table_locks *locks) {
    if (locks) {
        pthread_cond_destroy(&locks->given);
        pthread_mutex_destroy(&locks->mutex);
        free(locks);
    }
}

static size_t copy_part(char *at, struct slice part) {
    if (part.len) {
        memcpy(at, part.data, part.len);
    }
    at[part.len] = '\0';
    return part.len + 1;
}

static struct table_lock *new_lock(struct slice scope, struct slice schema, struct slice name) {
    size_t len = scope.len + schema.len + name.len + 3;
    struct table_lock *lock = malloc(sizeof *lock + len);
    if (lock) {
        *lock = (struct table_lock){.name_len = len};
        size_t at = copy_part(lock->name, scope);
        at += copy_part(lock->name + at, schema);
        copy_part(lock->name + at, name);
    }
    return lock;
}

/* The lock that everybody who names the table shares: the one there is, else mine. mutex held. */
static struct table_lock *shared_lock(struct table_locks *locks, struct table_lock *mine) {
    struct table_lock *lock = locks->locks;
    while (lock && !slice_equal(slice_make(lock->name, lock->name_len),
                                slice_make(mine->name, mine->name_len))) {
        lock = lock->next;
    }
    if (lock) {
        free(mine);
    } else {
        lock = mine;
        lock->next = locks->locks;
        locks->locks = lock;
    }
    lock->users++;
    return lock;
}

/* mutex held. */
static void leave(struct table_locks *locks, struct table_lock *lock) {
    if (--lock->users > 0) {
        return;
    }
    struct table_lock **at = &locks->locks;
    while (*at != lock) {
        at = &(*at)->next;
    }
    *at = lock->next;
    free(lock);
}

/* Who waits for a lock, roused when the call is cancelled. */
struct waiter {
    struct table_locks *locks;
    bool cancelled; /* guarded by the mutex */
};

static void rouse(void *context) {
    struct waiter *waiter = context;
    pthread_mutex_lock(&waiter->locks->mutex);
    waiter->cancelled = true;
    pthread_cond_broadcast(&waiter->locks->given);
    pthread_mutex_unlock(&waiter->locks->mutex);
}

/* Waits for a while at most. mutex held. */
static bool wait_for(struct waiter *waiter, struct table_lock *lock, int64_t ms) {
    struct timespec until;
    int timed_out = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += (time_t)(ms / 1000) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (lock->held && !waiter->cancelled && !timed_out) {
        timed_out = pthread_cond_timedwait(&waiter->locks->given, &waiter->locks->mutex, &until);
    }
    if (lock->held) {
        return false;
    }
    lock->held = true;
    return true;
}

bool table_lock_take(struct table_locks *locks, struct slice scope, struct slice schema,
                     struct slice name, struct cancel *cancel, struct table_lock **lock,
                     struct status *status) {
    struct waiter waiter = {.locks = locks};
    struct cancel_waker waker = {.wake = rouse, .context = &waiter};
    struct table_lock *mine = new_lock(scope, schema, name);
    bool taken = false;
    *lock = NULL;
    if (!mine) {
        return status_no_memory(status, "waiting for a table's turn");
    }
    pthread_mutex_lock(&locks->mutex);
    mine = shared_lock(locks, mine);
    pthread_mutex_unlock(&locks->mutex);
    cancel_add_waker(cancel, &waker);
    while (!taken && cancel_go_on(cancel, status)) {
        int64_t left = cancel_remaining_ms(cancel);
        pthread_mutex_lock(&locks->mutex);
        taken = wait_for(&waiter, mine, left < LOOK_EVERY_MS ? left : LOOK_EVERY_MS);
        pthread_mutex_unlock(&locks->mutex);
    }
    cancel_remove_waker(cancel, &waker);
    if (taken) {
        *lock = mine;
        return true;
    }
    pthread_mutex_lock(&locks->mutex);
    leave(locks, mine);
    pthread_mutex_unlock(&locks->mutex);
    return status_context(status, "table %.*s.%.*s: waiting for the call on it before this one",
                          SLICE_ARG(schema), SLICE_ARG(name));
}

void table_lock_give(struct table_locks *locks, struct table_lock *lock) {
    if (!lock) {
        return;
    }
    pthread_mutex_lock(&locks->mutex);
    lock->held = false;
    leave(locks, lock);
    pthread_cond_broadcast(&locks->given);
    pthread_mutex_unlock(&locks->mutex);
}
