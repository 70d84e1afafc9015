#include "sandbox/gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct gate {
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed;
    size_t held;
    uint64_t releases;
    bool stopped;
};

struct gate *gate_new(void) {
    struct gate *gate = calloc(1, sizeof(*gate));
    if (!gate) {
        return NULL;
    }
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return gate;
}

void gate_destroy(struct gate *gate) {
    if (!gate) {
        return;
    }
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->mutex);
    free(gate);
}

static struct timespec gate_deadline(int64_t ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void gate_sleep(struct gate *gate, int64_t ms) {
    struct timespec at = gate_deadline(ms);
    pthread_mutex_lock(&gate->mutex);
    while (!gate->stopped && pthread_cond_timedwait(&gate->changed, &gate->mutex, &at) == 0) {
    }
    pthread_mutex_unlock(&gate->mutex);
}

void gate_hold(struct gate *gate) {
    pthread_mutex_lock(&gate->mutex);
    uint64_t releases = gate->releases;
    gate->held++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->stopped && gate->releases == releases) {
        pthread_cond_wait(&gate->changed, &gate->mutex);
    }
    gate->held--;
    pthread_mutex_unlock(&gate->mutex);
}

size_t gate_release(struct gate *gate) {
    pthread_mutex_lock(&gate->mutex);
    size_t held = gate->held;
    gate->releases++;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
    return held;
}

bool gate_wait_held(struct gate *gate, size_t n, int64_t timeout_ms) {
    struct timespec at = gate_deadline(timeout_ms);
    pthread_mutex_lock(&gate->mutex);
    int rc = 0;
    while (rc == 0 && !gate->stopped && gate->held < n) {
        rc = pthread_cond_timedwait(&gate->changed, &gate->mutex, &at);
    }
    bool reached = gate->held >= n;
    pthread_mutex_unlock(&gate->mutex);
    return reached;
}

void gate_stop(struct gate *gate) {
    pthread_mutex_lock(&gate->mutex);
    gate->stopped = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}
