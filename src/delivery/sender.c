#include "delivery/sender.h"

#include <time.h>

enum { PROGRESS_EVERY_MS = 10000 };

static enum sender_outcome send_slot(struct sender *s, const struct sender_slot *slot,
                                     struct status *status) {
    const struct pipeline *p = s->pipeline;
    enum sender_outcome outcome = dispatch_batch(&s->dispatch, &slot->batch, slot->last, status);
    if (outcome != SENDER_GOES_ON || !slot->last) {
        return outcome;
    }
    pthread_mutex_lock(&s->mutex);
    s->report->finishing = true;
    pthread_mutex_unlock(&s->mutex);
    return p->session->ops->finish(p->session, p->notice, status) ? SENDER_GOES_ON : SENDER_FAILED;
}

static void *sender_main(void *context) {
    struct sender *s = context;
    pthread_mutex_lock(&s->mutex);
    while (!s->done && !s->closing) {
        if (s->n_queued == 0) {
            pthread_cond_wait(&s->changed, &s->mutex);
            continue;
        }
        struct sender_slot *slot = &s->slots[s->next];
        pthread_mutex_unlock(&s->mutex);
        enum sender_outcome outcome = send_slot(s, slot, &s->status);
        pthread_mutex_lock(&s->mutex);
        s->outcome = outcome;
        s->done = slot->last || outcome != SENDER_GOES_ON;
        s->next = (s->next + 1) % SENDER_SLOTS;
        s->n_queued--;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static void clean_up(struct sender *s) {
    for (size_t i = 0; i < SENDER_SLOTS; i++) {
        batch_clean_up(&s->slots[i].batch);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
}

bool sender_start(struct sender *s, const struct pipeline *pipeline, bool may_restart,
                  struct delivery_report *report, struct status *status) {
    *s = (struct sender){.pipeline = pipeline, .report = report};
    s->dispatch = (struct dispatch){
        .session = pipeline->session,
        .table = pipeline->table,
        .attempt = pipeline->attempt,
        .log = pipeline->log,
        .notice = pipeline->notice,
        .mutex = &s->mutex,
        .report = report,
        .may_restart = may_restart,
    };
    s->progress_at_ms = clock_monotonic_ms(pipeline->clock);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    bool ok = true;
    for (size_t i = 0; i < SENDER_SLOTS; i++) {
        ok = batch_init(&s->slots[i].batch, &pipeline->session->caps) && ok;
    }
    ok = ok && pthread_create(&s->thread, NULL, sender_main, s) == 0;
    if (!ok) {
        clean_up(s);
        return status_no_memory(status, "starting to send");
    }
    return true;
}

/* Logs how far the call is, at most every PROGRESS_EVERY_MS. mutex held. */
static void log_progress(struct sender *s) {
    int64_t now = clock_monotonic_ms(s->pipeline->clock);
    if (now - s->progress_at_ms >= PROGRESS_EVERY_MS) {
        s->progress_at_ms = now;
        log_event(s->pipeline->log, LOG_INFO, "sending", "records=%llu batches=%llu bytes=%llu",
                  (unsigned long long)s->report->records, (unsigned long long)s->report->batches,
                  (unsigned long long)s->report->bytes);
    }
}

/* Waits for a change, not longer than progress may stay silent. mutex held. */
static void wait_for_change(struct sender *s) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PROGRESS_EVERY_MS / 1000;
    pthread_cond_timedwait(&s->changed, &s->mutex, &until);
    log_progress(s);
}

struct batch *sender_free_batch(struct sender *s) {
    pthread_mutex_lock(&s->mutex);
    while (!s->done && s->n_queued == SENDER_SLOTS) {
        wait_for_change(s);
    }
    struct batch *batch = s->done ? NULL : &s->slots[(s->next + s->n_queued) % SENDER_SLOTS].batch;
    pthread_mutex_unlock(&s->mutex);
    return batch;
}

void sender_send(struct sender *s, bool last) {
    pthread_mutex_lock(&s->mutex);
    s->slots[(s->next + s->n_queued) % SENDER_SLOTS].last = last;
    s->n_queued++;
    log_progress(s);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
}

enum sender_outcome sender_wait(struct sender *s) {
    pthread_mutex_lock(&s->mutex);
    while (!s->done) {
        wait_for_change(s);
    }
    enum sender_outcome outcome = s->outcome;
    pthread_mutex_unlock(&s->mutex);
    return outcome;
}

void sender_stop(struct sender *s) {
    pthread_mutex_lock(&s->mutex);
    s->closing = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    clean_up(s);
}
