#include "delivery/dispatch.h"

static void log_batch(const struct dispatch *d, const struct batch *batch,
                      const struct http_response *response, uint64_t tries,
                      const struct verdict *verdict) {
    bool delivered = verdict->kind == VERDICT_DELIVERED;
    log_event(d->log, delivered ? LOG_DEBUG : LOG_WARNING,
              delivered ? "batch_delivered" : "batch_not_delivered",
              "verdict=%s records=%zu bytes=%zu status=%d tries=%llu ms=%lld",
              verdict_kind_name(verdict->kind), batch->n_records, batch->body.len, response->status,
              (unsigned long long)tries, (long long)response->elapsed_ms);
}

/* Performs the requests of one batch, one after another, and counts it. */
static enum verdict_kind post(struct dispatch *d, const struct batch *batch, bool repeatable,
                              struct status *status) {
    const struct write_session_ops *ops = d->session->ops;
    struct api_call call = {0};
    struct http_response response;
    http_response_init(&response);
    uint64_t before = d->attempt->counts.requests;
    struct verdict verdict = {0};
    ops->post(d->session, buf_slice(&batch->body), batch->n_records, &call);
    do {
        call.repeatable = repeatable;
    } while (api_perform(&d->attempt->api, &call, &response, &verdict) && ops->follow &&
             ops->follow(d->session, &call));
    log_batch(d, batch, &response, d->attempt->counts.requests - before, &verdict);
    http_response_clean_up(&response);
    if (verdict.kind == VERDICT_DELIVERED) {
        pthread_mutex_lock(d->mutex);
        d->report->records += batch->n_records;
        d->report->bytes += batch->body.len;
        d->report->batches++;
        pthread_mutex_unlock(d->mutex);
    } else {
        *status = verdict.status;
    }
    return verdict.kind;
}

static enum sender_outcome refuse_alone(struct dispatch *d, const struct batch *batch,
                                        struct status *status) {
    const struct table *table = d->table;
    char key[256] = "(unknown)";
    if (d->session->ops->key_text) {
        d->session->ops->key_text(d->session, batch_record(batch, 0), key, sizeof key);
    }
    status_fail(status, STATUS_TASK,
                "Table %s%s%s has a record that is too large: the destination refused the request "
                "that carries it alone (key %s, %zu bytes, HTTP 413). Nothing of this batch was "
                "kept. Make the record smaller at the source, or leave its large column out of "
                "the sync.",
                TABLE_ARGS(table), key, batch->body.len);
    status->names_record = true;
    return SENDER_FAILED;
}

/* A 413: sends the two halves, in order. */
static enum sender_outcome split(struct dispatch *d, const struct batch *batch, bool last,
                                 struct status *status) {
    if (batch->n_records == 1) {
        return refuse_alone(d, batch, status);
    }
    struct write_session *session = d->session;
    size_t middle = batch->n_records / 2;
    log_event(d->log, LOG_INFO, "batch_split", "records=%zu bytes=%zu", batch->n_records,
              batch->body.len);
    struct batch part;
    enum sender_outcome outcome = SENDER_FAILED;
    if (!batch_init(&part, &session->caps)) {
        status_no_memory(status, "splitting a batch");
    } else if (batch_copy_range(batch, 0, middle, session, false, &part, status)) {
        outcome = dispatch_batch(d, &part, false, status);
    }
    if (outcome == SENDER_GOES_ON) {
        outcome = SENDER_FAILED;
        if (batch_copy_range(batch, middle, batch->n_records, session, last, &part, status)) {
            outcome = dispatch_batch(d, &part, last, status);
        }
    }
    batch_clean_up(&part);
    return outcome;
}

static void warn_of_duplicates(struct dispatch *d) {
    if (!d->warned_of_duplicates) {
        d->warned_of_duplicates = true;
        notice_add(d->notice,
                   "Some records of table %s%s%s may have been stored twice: the destination's "
                   "answer to a batch was lost, so the batch was sent again.",
                   TABLE_ARGS(d->table));
    }
}

enum sender_outcome dispatch_batch(struct dispatch *d, const struct batch *batch, bool last,
                                   struct status *status) {
    bool repeatable = d->session->on_unknown == ON_UNKNOWN_REPEAT;
    enum verdict_kind kind = post(d, batch, repeatable, status);
    if (kind == VERDICT_UNKNOWN && !repeatable) {
        if (d->may_restart) {
            return SENDER_RESTART;
        }
        warn_of_duplicates(d);
        kind = post(d, batch, true, status);
    }
    if (kind == VERDICT_TOO_LARGE && batch->n_records > 0) {
        return split(d, batch, last, status);
    }
    if (kind == VERDICT_DELIVERED) {
        return SENDER_GOES_ON;
    }
    if (kind != VERDICT_CANCELLED && d->session->ops->explain) {
        d->session->ops->explain(d->session, status);
    }
    return SENDER_FAILED;
}
