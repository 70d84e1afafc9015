#include "delivery/sender.h"

#include <time.h>

enum { PROGRESS_EVERY_MS = 10000 };

static void log_batch(const struct sender *s, const struct batch *batch,
                      const struct http_response *response, uint64_t tries,
                      const struct verdict *verdict) {
    bool delivered = verdict->kind == VERDICT_DELIVERED;
    log_event(s->pipeline->log, delivered ? LOG_DEBUG : LOG_WARNING,
              delivered ? "batch_delivered" : "batch_not_delivered",
              "verdict=%s records=%zu bytes=%zu status=%d tries=%llu ms=%lld",
              verdict_kind_name(verdict->kind), batch->n_records, batch->body.len, response->status,
              (unsigned long long)tries, (long long)response->elapsed_ms);
}

/* Performs the requests of one batch, one after another, and counts it. */
static enum verdict_kind post(struct sender *s, const struct batch *batch, bool repeatable,
                              struct status *status) {
    const struct pipeline *p = s->pipeline;
    const struct write_session_ops *ops = p->session->ops;
    struct api_call call = {0};
    struct http_response response;
    http_response_init(&response);
    uint64_t before = p->attempt->counts.requests;
    struct verdict verdict = {0};
    ops->post(p->session, buf_slice(&batch->body), batch->n_records, &call);
    do {
        call.repeatable = repeatable;
    } while (api_perform(&p->attempt->api, &call, &response, &verdict) && ops->follow &&
             ops->follow(p->session, &call));
    log_batch(s, batch, &response, p->attempt->counts.requests - before, &verdict);
    http_response_clean_up(&response);
    if (verdict.kind == VERDICT_DELIVERED) {
        pthread_mutex_lock(&s->mutex);
        s->report->records += batch->n_records;
        s->report->bytes += batch->body.len;
        s->report->batches++;
        pthread_mutex_unlock(&s->mutex);
    } else {
        *status = verdict.status;
    }
    return verdict.kind;
}

static enum sender_outcome deliver(struct sender *s, const struct batch *batch, bool last,
                                   struct status *status);

static enum sender_outcome refuse_alone(struct sender *s, const struct batch *batch,
                                        struct status *status) {
    const struct table *table = s->pipeline->table;
    char key[256] = "(unknown)";
    if (s->pipeline->session->ops->key_text) {
        s->pipeline->session->ops->key_text(s->pipeline->session, batch_record(batch, 0), key,
                                            sizeof key);
    }
    status_fail(status, STATUS_TASK,
                "Table %s.%s has a record that is too large: the destination refused the request "
                "that carries it alone (key %s, %zu bytes, HTTP 413). Nothing of this batch was "
                "kept. Make the record smaller at the source, or leave its large column out of "
                "the sync.",
                table->schema, table->name, key, batch->body.len);
    status->names_record = true;
    return SENDER_FAILED;
}

/* A 413: sends the two halves, in order. */
static enum sender_outcome split(struct sender *s, const struct batch *batch, bool last,
                                 struct status *status) {
    if (batch->n_records == 1) {
        return refuse_alone(s, batch, status);
    }
    struct write_session *session = s->pipeline->session;
    size_t middle = batch->n_records / 2;
    log_event(s->pipeline->log, LOG_INFO, "batch_split", "records=%zu bytes=%zu", batch->n_records,
              batch->body.len);
    struct batch part;
    enum sender_outcome outcome = SENDER_FAILED;
    if (!batch_init(&part, &session->caps)) {
        status_no_memory(status, "splitting a batch");
    } else if (batch_copy_range(batch, 0, middle, session, false, &part, status)) {
        outcome = deliver(s, &part, false, status);
    }
    if (outcome == SENDER_GOES_ON) {
        outcome = SENDER_FAILED;
        if (batch_copy_range(batch, middle, batch->n_records, session, last, &part, status)) {
            outcome = deliver(s, &part, last, status);
        }
    }
    batch_clean_up(&part);
    return outcome;
}

static void warn_of_duplicates(struct sender *s) {
    if (!s->warned_of_duplicates) {
        s->warned_of_duplicates = true;
        notice_add(s->pipeline->notice,
                   "Some records of table %s.%s may have been stored twice: the destination's "
                   "answer to a batch was lost again and again, so the batch was sent again.",
                   s->pipeline->table->schema, s->pipeline->table->name);
    }
}

static enum sender_outcome deliver(struct sender *s, const struct batch *batch, bool last,
                                   struct status *status) {
    bool repeatable = s->pipeline->session->on_unknown == ON_UNKNOWN_REPEAT;
    enum verdict_kind kind = post(s, batch, repeatable, status);
    if (kind == VERDICT_UNKNOWN && !repeatable) {
        if (s->may_restart) {
            return SENDER_RESTART;
        }
        warn_of_duplicates(s);
        kind = post(s, batch, true, status);
    }
    if (kind == VERDICT_TOO_LARGE && batch->n_records > 0) {
        return split(s, batch, last, status);
    }
    if (kind == VERDICT_DELIVERED) {
        return SENDER_GOES_ON;
    }
    if (kind != VERDICT_CANCELLED && s->pipeline->session->ops->explain) {
        s->pipeline->session->ops->explain(s->pipeline->session, status);
    }
    return SENDER_FAILED;
}

static enum sender_outcome send_slot(struct sender *s, const struct sender_slot *slot,
                                     struct status *status) {
    const struct pipeline *p = s->pipeline;
    enum sender_outcome outcome = deliver(s, &slot->batch, slot->last, status);
    if (outcome == SENDER_GOES_ON && slot->last &&
        !p->session->ops->finish(p->session, p->notice, status)) {
        outcome = SENDER_FAILED;
    }
    return outcome;
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
    *s = (struct sender){.pipeline = pipeline, .report = report, .may_restart = may_restart};
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
