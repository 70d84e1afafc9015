#include "delivery/writer_queue.h"

#include <stdlib.h>
#include <time.h>

enum {
    MAX_SPARE_BYTES = 4 * 1024 * 1024, /* a batch that grew larger is freed instead */
    PROGRESS_EVERY_MS = 10000,
    NAME_BYTES = 200, /* more would leave no room for what failed */
};

/* --- batches --- */

void writer_queue_free_batch(struct batch *batch) {
    if (batch) {
        batch_clean_up(batch);
        free(batch);
    }
}

static struct batch *batch_new(const struct batch_caps *caps) {
    struct batch *batch = malloc(sizeof *batch);
    if (batch && !batch_init(batch, caps)) {
        free(batch);
        return NULL;
    }
    return batch;
}

struct batch *writer_queue_take_batch(struct writer_queue *q, const struct batch_caps *caps) {
    struct batch *batch = NULL;
    pthread_mutex_lock(&q->mutex);
    if (q->n_spares > 0) {
        batch = q->spares[--q->n_spares];
    }
    pthread_mutex_unlock(&q->mutex);
    if (batch && !batch_fits(batch, caps)) {
        writer_queue_free_batch(batch);
        batch = NULL;
    }
    return batch ? batch : batch_new(caps);
}

/* Keeps a batch that was sent for the next to be opened, or frees it. */
static void give_back_locked(struct writer_queue *q, struct batch *batch) {
    if (q->n_spares < WRITER_QUEUE_SPARES && batch->body.cap <= MAX_SPARE_BYTES) {
        q->spares[q->n_spares++] = batch;
    } else {
        writer_queue_free_batch(batch);
    }
}

/* --- the thread --- */

/* Behind a last batch; *stage says how far that is when it is true. */
static bool finish(struct dispatch *d, enum writer_stage *stage, struct status *status) {
    const struct write_session_ops *ops = d->session->ops;
    *stage = ops->begin_finish ? WRITER_SENT : WRITER_DURABLE;
    return ops->begin_finish ? ops->begin_finish(d->session, status)
                             : ops->finish(d->session, d->notice, status);
}

void writer_queue_name_table(const struct table *table, struct status *status) {
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "table %s%s%s", TABLE_ARGS(table));
    if (!strcasestr(status->message, name)) {
        status_context(status, "%s", name);
    }
}

static bool send_slot(const struct writer_slot *slot, enum writer_stage *stage,
                      struct status *status) {
    struct dispatch *d = slot->dispatch;
    d->attempt->log = d->log;
    *stage = WRITER_OPEN;
    bool ok = dispatch_batch(d, slot->batch, slot->last, status) == SENDER_GOES_ON &&
              (!slot->last || finish(d, stage, status));
    if (!ok) {
        writer_queue_name_table(d->table, status);
    }
    return ok;
}

static void *queue_main(void *context) {
    struct writer_queue *q = context;
    pthread_mutex_lock(&q->mutex);
    while (!q->closing && !q->failed) {
        if (q->n_queued == 0) {
            pthread_cond_wait(&q->changed, &q->mutex);
            continue;
        }
        const struct writer_slot slot = q->slots[q->next];
        pthread_mutex_unlock(&q->mutex);
        struct status status = STATUS_INIT;
        enum writer_stage stage;
        bool sent = send_slot(&slot, &stage, &status);
        pthread_mutex_lock(&q->mutex);
        if (!sent) {
            q->failed = true;
            q->failure = status;
        }
        *slot.stage = sent ? stage : WRITER_OPEN;
        give_back_locked(q, slot.batch);
        q->next = (q->next + 1) % WRITER_QUEUE_SLOTS;
        q->n_queued--;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->mutex);
    return NULL;
}

/* --- the door --- */

/* Logs how far the sync is, at most every PROGRESS_EVERY_MS. */
static void log_progress_locked(struct writer_queue *q) {
    int64_t now = clock_monotonic_ms(q->clock);
    if (now - q->progress_at_ms >= PROGRESS_EVERY_MS) {
        q->progress_at_ms = now;
        log_event(q->log, LOG_INFO, "sending", "records=%llu batches=%llu bytes=%llu",
                  (unsigned long long)q->report.records, (unsigned long long)q->report.batches,
                  (unsigned long long)q->report.bytes);
    }
}

/* Waits until at most n batches are queued. False with *status when sending failed. */
static bool wait_locked(struct writer_queue *q, size_t n, struct status *status) {
    while (q->n_queued > n && !q->failed) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += PROGRESS_EVERY_MS / 1000;
        pthread_cond_timedwait(&q->changed, &q->mutex, &until);
        log_progress_locked(q);
    }
    if (q->failed) {
        *status = q->failure;
    }
    return !q->failed;
}

bool writer_queue_send(struct writer_queue *q, const struct writer_slot *slot,
                       struct status *status) {
    pthread_mutex_lock(&q->mutex);
    bool ok = wait_locked(q, WRITER_QUEUE_SLOTS - 1, status);
    if (ok) {
        q->slots[(q->next + q->n_queued) % WRITER_QUEUE_SLOTS] = *slot;
        q->n_queued++;
        log_progress_locked(q);
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->mutex);
    return ok;
}

bool writer_queue_wait(struct writer_queue *q, struct status *status) {
    pthread_mutex_lock(&q->mutex);
    bool ok = wait_locked(q, 0, status);
    pthread_mutex_unlock(&q->mutex);
    return ok;
}

void writer_queue_tell(struct writer_queue *q) {
    pthread_mutex_lock(&q->mutex);
    log_progress_locked(q);
    pthread_mutex_unlock(&q->mutex);
}

bool writer_queue_check(struct writer_queue *q, struct status *status) {
    pthread_mutex_lock(&q->mutex);
    bool ok = !q->failed;
    if (!ok) {
        *status = q->failure;
    }
    pthread_mutex_unlock(&q->mutex);
    return ok;
}

static void clean_up(struct writer_queue *q) {
    for (size_t i = 0; i < q->n_queued; i++) {
        writer_queue_free_batch(q->slots[(q->next + i) % WRITER_QUEUE_SLOTS].batch);
    }
    for (size_t i = 0; i < q->n_spares; i++) {
        writer_queue_free_batch(q->spares[i]);
    }
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->mutex);
}

bool writer_queue_start(struct writer_queue *q, const struct clock *clock, const struct log *log,
                        struct status *status) {
    *q = (struct writer_queue){
        .clock = clock, .log = log, .progress_at_ms = clock_monotonic_ms(clock)};
    pthread_mutex_init(&q->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&q->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&q->thread, NULL, queue_main, q) != 0) {
        clean_up(q);
        return status_no_memory(status, "starting to send");
    }
    return true;
}

void writer_queue_stop(struct writer_queue *q) {
    pthread_mutex_lock(&q->mutex);
    q->closing = true;
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->mutex);
    pthread_join(q->thread, NULL);
    clean_up(q);
}
