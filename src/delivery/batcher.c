#include "delivery/batcher.h"

#include <stdlib.h>

/* Room for a closing, and to see that a record passes hard_bytes before the buffer refuses it. */
enum { MEASURING_SLACK = 64 * 1024 };

/* A record is encoded behind those that are there already, and judged afterwards. */
static size_t body_max(const struct batch_caps *caps) {
    return caps->max_bytes + caps->hard_bytes + MEASURING_SLACK;
}

bool batch_fits(const struct batch *batch, const struct batch_caps *caps) {
    return batch->max_records == caps->max_records && batch->body.max == body_max(caps);
}

bool batch_init(struct batch *batch, const struct batch_caps *caps) {
    *batch = (struct batch){.max_records = caps->max_records};
    buf_init(&batch->body, body_max(caps));
    batch->ends = malloc(caps->max_records * sizeof *batch->ends);
    return batch->ends != NULL;
}

void batch_clean_up(struct batch *batch) {
    buf_clean_up(&batch->body);
    free(batch->ends);
    batch->ends = NULL;
}

static void batch_open(struct batch *batch, struct write_session *session) {
    buf_reset(&batch->body);
    session->ops->open_body(session, &batch->body);
    batch->opening = batch->body.len;
    batch->closing = 0;
    batch->n_records = 0;
}

static size_t batch_record_start(const struct batch *batch, size_t index) {
    return index == 0 ? batch->opening : batch->ends[index - 1] + 1; /* behind the comma */
}

struct slice batch_record(const struct batch *batch, size_t index) {
    size_t start = batch_record_start(batch, index);
    return slice_make(batch->body.data + start, batch->ends[index] - start);
}

void batch_close(struct batch *batch, struct write_session *session, bool last) {
    size_t before = batch->body.len;
    session->ops->close_body(session, batch->n_records > 0, last, &batch->body);
    batch->closing = batch->body.len - before;
}

bool batch_copy_range(const struct batch *batch, size_t from, size_t to,
                      struct write_session *session, bool last, struct batch *part,
                      struct status *status) {
    batch_open(part, session);
    for (size_t i = from; i < to; i++) {
        if (i > from) {
            buf_append_char(&part->body, ',');
        }
        buf_append_slice(&part->body, batch_record(batch, i));
        part->ends[part->n_records++] = (uint32_t)part->body.len;
    }
    batch_close(part, session, last);
    return !part->body.failed || status_no_memory(status, "splitting a batch");
}

static size_t closing_bytes(struct write_session *session, bool has_records, bool last) {
    struct buf closing;
    buf_init(&closing, 4096);
    session->ops->close_body(session, has_records, last, &closing);
    size_t bytes = closing.len;
    buf_clean_up(&closing);
    return bytes;
}

void batcher_init(struct batcher *batcher, struct write_session *session, const struct table *table,
                  const struct log *log) {
    *batcher = (struct batcher){.session = session, .table = table, .log = log};
    buf_init(&batcher->spill, session->caps.hard_bytes + MEASURING_SLACK);
    batcher->plain_closing = closing_bytes(session, true, false);
}

void batcher_clean_up(struct batcher *batcher) {
    buf_clean_up(&batcher->spill);
}

bool batcher_start(struct batcher *batcher, struct batch *batch, struct status *status) {
    batch_open(batch, batcher->session);
    batcher->batch = batch;
    if (batcher->spill.len > 0) {
        buf_append_slice(&batch->body, buf_slice(&batcher->spill));
        batch->ends[batch->n_records++] = (uint32_t)batch->body.len;
        buf_reset(&batcher->spill);
    }
    return !batch->body.failed || status_no_memory(status, "opening a batch");
}

bool batcher_last_needs_own_batch(struct batcher *batcher) {
    size_t closing = closing_bytes(batcher->session, batcher->batch->n_records > 0, true);
    return batcher->batch->n_records > 0 &&
           batcher->batch->body.len + closing > batcher->session->caps.max_bytes;
}

static enum batcher_result refuse_record(const struct batcher *batcher, const struct record *record,
                                         struct status *status) {
    char key[256];
    record_key_text(batcher->table, record, key, sizeof key);
    status_fail(status, STATUS_TASK,
                "Table %s%s%s has a record that is too large to send: with key %s it takes more "
                "than %zu bytes as a request, the most that the destination accepts. Nothing of "
                "this batch was kept. Make the record smaller at the source, or leave its large "
                "column out of the sync.",
                TABLE_ARGS(batcher->table), key, batcher->session->caps.hard_bytes);
    status->names_record = true;
    return BATCHER_FAILED;
}

/* The batch is one record too long: keeps that record for the next batch. */
static enum batcher_result spill_record(struct batcher *batcher, size_t mark, size_t start,
                                        struct status *status) {
    struct batch *batch = batcher->batch;
    buf_append(&batcher->spill, batch->body.data + start, batch->body.len - start);
    buf_truncate(&batch->body, mark);
    if (batcher->spill.failed) {
        status_no_memory(status, "keeping a record for the next batch");
        return BATCHER_FAILED;
    }
    return BATCHER_FULL;
}

enum batcher_result batcher_add(struct batcher *batcher, const struct record *record,
                                struct status *status) {
    struct write_session *session = batcher->session;
    const struct batch_caps *caps = &session->caps;
    struct batch *batch = batcher->batch;
    size_t mark = batch->body.len;
    if (batch->n_records > 0) {
        buf_append_char(&batch->body, ',');
    }
    size_t start = batch->body.len;
    if (!session->ops->encode(session, record, &batch->body, status)) {
        return BATCHER_FAILED;
    }
    size_t record_bytes = batch->body.len - start;
    size_t alone = batch->opening + record_bytes + batcher->plain_closing;
    if (batch->body.no_memory) {
        status_no_memory(status, "encoding a record");
        return BATCHER_FAILED;
    }
    if (batch->body.failed || alone > caps->hard_bytes) {
        return refuse_record(batcher, record, status);
    }
    if (alone > caps->max_bytes) {
        log_event(batcher->log, LOG_WARNING, "record_over_cap",
                  "bytes=%zu cap=%zu effect=\"sent alone\"", alone, caps->max_bytes);
    }
    if (batch->n_records > 0 && (batch->n_records + 1 > caps->max_records ||
                                 batch->body.len + batcher->plain_closing > caps->max_bytes)) {
        return spill_record(batcher, mark, start, status);
    }
    batch->ends[batch->n_records++] = (uint32_t)batch->body.len;
    return BATCHER_ADDED;
}
