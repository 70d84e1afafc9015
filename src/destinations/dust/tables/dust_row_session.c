#include "destinations/dust/tables/dust_row_session.h"

#include "json/json_walk.h"

enum { MAX_PATH_BYTES = 4096 };

void dust_row_session_init(struct dust_row_session *s, const struct destination *d,
                           const struct write_session_ops *ops) {
    *s = (struct dust_row_session){
        .base = {.ops = ops,
                 .caps = {.max_records = (size_t)d->settings->batch_size,
                          .max_bytes = (size_t)d->settings->max_batch_bytes,
                          .hard_bytes = DUST_ROW_HARD_BYTES},
                 .on_unknown = ON_UNKNOWN_REPEAT},
        .d = *d,
    };
    dust_api_init(&s->api, &s->d);
    dust_capacity_init(&s->capacity, NULL);
    buf_init(&s->path, MAX_PATH_BYTES);
    buf_init(&s->last_id, DUST_ROW_HARD_BYTES);
    buf_init(&s->last_row, DUST_ROW_HARD_BYTES);
}

void dust_row_session_clean_up(struct dust_row_session *s) {
    dust_capacity_clean_up(&s->capacity);
    dust_api_clean_up(&s->api);
    buf_clean_up(&s->path);
    buf_clean_up(&s->last_id);
    buf_clean_up(&s->last_row);
}

void dust_row_session_set_table(struct dust_row_session *s, const char *table_id) {
    s->capacity.table_id = table_id;
    buf_reset(&s->path);
    buf_printf(&s->path, "/tables/%s/rows", table_id);
}

static struct dust_row_session *session_of(struct write_session *session) {
    return (struct dust_row_session *)session;
}

void dust_row_session_open_body(struct write_session *session, struct buf *body) {
    (void)session;
    buf_append_text(body, "{\"rows\":[");
}

void dust_row_session_close_body(struct write_session *session, bool has_records, bool last,
                                 struct buf *body) {
    (void)session;
    (void)has_records;
    (void)last;
    buf_append_text(body, "]}");
}

bool dust_row_session_check_batch(struct write_session *session, struct status *status) {
    struct dust_row_session *s = session_of(session);
    return dust_capacity_end_batch(&s->capacity, &s->line, status);
}

void dust_row_session_key_text(struct write_session *session, struct slice record, char *text,
                               size_t cap) {
    struct slice id;
    (void)session;
    bool found = json_walk_find(record, SLICE_LITERAL("row_id"), &id);
    snprintf(text, cap, "row id %.*s", found ? (int)id.len : 9, found ? id.data : "(unknown)");
}

bool dust_row_session_keep(struct dust_row_session *s, struct slice id, struct slice row,
                           bool has_exact, const struct dust_line *line, struct status *status) {
    buf_reset(&s->last_id);
    buf_reset(&s->last_row);
    buf_append_slice(&s->last_id, id);
    buf_append_slice(&s->last_row, row);
    s->last_has_exact = has_exact;
    s->line = *line;
    if (s->last_id.failed || s->last_row.failed) {
        return status_no_memory(status, "encoding a row");
    }
    return dust_capacity_add(&s->capacity, id, line, status);
}

void dust_row_session_post(struct dust_row_session *s, struct slice body, struct api_call *call) {
    dust_call_init(&s->api, call, HTTP_POST, "dust-upsert-rows", s->capacity.table_id,
                   buf_cstr(&s->path));
    call->request.body = body;
    s->fence.n_posts = 0; /* what was posted before says nothing of these rows */
}

/* In one line of the log; not an answer, which would come at every sync. */
static void log_changes(const struct dust_row_session *s, const struct dust_changes *c,
                        const char *columns) {
    if (c->retyped + c->trimmed + c->emptied + c->repaired + c->not_finite > 0) {
        log_event(s->d.log, LOG_WARNING, "values_change_in_dust",
                  "retyped=%llu trimmed=%llu emptied=%llu repaired=%llu not_finite=%llu%s%s",
                  (unsigned long long)c->retyped, (unsigned long long)c->trimmed,
                  (unsigned long long)c->emptied, (unsigned long long)c->repaired,
                  (unsigned long long)c->not_finite, columns[0] ? " columns=" : "", columns);
    }
}

bool dust_row_session_begin_finish(struct write_session *session, struct status *status) {
    struct dust_row_session *s = session_of(session);
    const struct dust_fence_row last = {buf_slice(&s->last_id), buf_slice(&s->last_row),
                                        s->last_has_exact};
    bool alone = !dust_line_confuses_alone(&s->line);
    return !s->d.settings->confirm_writes || s->last_row.len == 0 ||
           dust_fence_post(&s->fence, &s->api, s->capacity.table_id, alone ? &last : NULL, status);
}

bool dust_row_session_confirm(struct dust_row_session *s, struct dust_changes *changes,
                              const char *columns, struct status *status) {
    log_changes(s, changes, columns);
    *changes = (struct dust_changes){0};
    if (s->fence.n_posts == 0 && !dust_row_session_begin_finish(&s->base, status)) {
        return false;
    }
    bool ok = s->fence.n_posts == 0 || dust_fence_wait(&s->fence, status);
    s->fence.n_posts = 0;
    return ok;
}
