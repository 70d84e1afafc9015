#include "delivery/pipeline.h"

#include "delivery/batcher.h"
#include "delivery/sender.h"

enum { MAX_RESTARTS = 3, CHECK_CANCEL_EVERY = 256 };

enum fill_result {
    FILL_DONE,    /* everything was handed to the sender */
    FILL_STOPPED, /* the sender gave up or asks for a restart */
    FILL_FAILED,  /* reading or encoding failed: *status */
};

static bool may_be_sent(struct batcher *batcher, struct status *status) {
    const struct write_session_ops *ops = batcher->session->ops;
    return !ops->check_batch || ops->check_batch(batcher->session, status);
}

/* Closes the open batch, hands it over and opens the next. */
static enum fill_result turn_over(struct batcher *batcher, struct sender *sender,
                                  struct status *status) {
    if (!may_be_sent(batcher, status)) {
        return FILL_FAILED;
    }
    batch_close(batcher->batch, batcher->session, false);
    sender_send(sender, false);
    struct batch *batch = sender_free_batch(sender);
    if (!batch) {
        return FILL_STOPPED;
    }
    return batcher_start(batcher, batch, status) ? FILL_DONE : FILL_FAILED;
}

static enum fill_result end_of_source(struct batcher *batcher, struct sender *sender,
                                      struct status *status) {
    if (batcher_last_needs_own_batch(batcher)) {
        enum fill_result turned = turn_over(batcher, sender, status);
        if (turned != FILL_DONE) {
            return turned;
        }
    }
    if (!may_be_sent(batcher, status)) {
        return FILL_FAILED;
    }
    batch_close(batcher->batch, batcher->session, true);
    if (batcher->batch->body.failed) {
        status_no_memory(status, "closing a batch");
        return FILL_FAILED;
    }
    sender_send(sender, true);
    return FILL_DONE;
}

static bool fail_with_place(const struct record *record, struct status *status) {
    if (record->file && status->code == STATUS_DATA_LOSS) {
        status_context(status, "file %s, line %llu", record->file,
                       (unsigned long long)record->line);
    }
    return false;
}

/* Reads from first (already read) to the source's end. */
static enum fill_result fill(const struct pipeline *p, struct record *record,
                             struct batcher *batcher, struct sender *sender,
                             struct status *status) {
    struct batch *batch = sender_free_batch(sender);
    if (!batch || !batcher_start(batcher, batch, status)) {
        return batch ? FILL_FAILED : FILL_STOPPED;
    }
    enum next next = NEXT_RECORD;
    for (uint64_t count = 1; next == NEXT_RECORD; count++) {
        switch (batcher_add(batcher, record, status)) {
        case BATCHER_ADDED:
            break;
        case BATCHER_FULL: {
            enum fill_result turned = turn_over(batcher, sender, status);
            if (turned != FILL_DONE) {
                return turned;
            }
            break;
        }
        case BATCHER_FAILED:
            fail_with_place(record, status);
            return FILL_FAILED;
        }
        if (count % CHECK_CANCEL_EVERY == 0 && !cancel_go_on(p->cancel, status)) {
            return FILL_FAILED;
        }
        next = record_source_next(p->source, record, status);
    }
    return next == NEXT_END ? end_of_source(batcher, sender, status) : FILL_FAILED;
}

/* One pass over the source: fills and sends until the end, a failure or the wish to restart. */
static enum sender_outcome run_once(const struct pipeline *p, bool may_restart,
                                    struct delivery_report *report, struct status *status) {
    struct record record = {0};
    enum next next = record_source_next(p->source, &record, status);
    if (next != NEXT_RECORD) {
        return next == NEXT_END ? SENDER_GOES_ON : SENDER_FAILED;
    }
    if (!p->session->ops->begin(p->session, status)) {
        return SENDER_FAILED;
    }
    struct sender sender;
    if (!sender_start(&sender, p, may_restart, report, status)) {
        return SENDER_FAILED;
    }
    struct batcher batcher;
    batcher_init(&batcher, p->session, p->table, p->log);
    enum sender_outcome outcome = SENDER_FAILED;
    if (fill(p, &record, &batcher, &sender, status) == FILL_FAILED) {
        cancel_fire(p->cancel, CANCEL_CALLER); /* nothing of this call is worth sending any more */
    } else {
        outcome = sender_wait(&sender);
    }
    sender_stop(&sender);
    if (outcome == SENDER_FAILED && status->code == STATUS_OK) {
        *status = sender.status;
    }
    batcher_clean_up(&batcher);
    return outcome;
}

/* Tells the session how much will come, when it wants to know and the source can be read twice. */
static bool announce(const struct pipeline *p, struct status *status) {
    if (!p->session->ops->expect || !p->source->rewind) {
        return true;
    }
    struct record record = {0};
    uint64_t n_records = 0;
    enum next next;
    while ((next = record_source_next(p->source, &record, status)) == NEXT_RECORD) {
        n_records++;
        if (n_records % CHECK_CANCEL_EVERY == 0 && !cancel_go_on(p->cancel, status)) {
            return false;
        }
    }
    p->session->ops->expect(p->session, n_records);
    return next == NEXT_END && p->source->rewind(p->source, status);
}

bool pipeline_run(const struct pipeline *p, struct delivery_report *report, struct status *status) {
    bool can_restart = p->source->rewind != NULL;
    *report = (struct delivery_report){0};
    if (!announce(p, status)) {
        return false;
    }
    for (;;) {
        bool may_restart = can_restart && report->restarts < MAX_RESTARTS;
        enum sender_outcome outcome = run_once(p, may_restart, report, status);
        if (outcome != SENDER_RESTART) {
            return outcome == SENDER_GOES_ON;
        }
        uint64_t restarts = report->restarts + 1;
        log_event(p->log, LOG_WARNING, "starting_over",
                  "restart=%llu reason=\"a batch went out and no answer came back\"",
                  (unsigned long long)restarts);
        *report = (struct delivery_report){.restarts = restarts};
        if (!p->source->rewind(p->source, status)) {
            return false;
        }
    }
}
