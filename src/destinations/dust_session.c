#include "destinations/dust_session.h"

#include "destinations/dust_capacity.h"
#include "destinations/dust_fence.h"
#include "destinations/dust_table.h"
#include "json/json_walk.h"

#include <stdlib.h>

enum {
    HARD_BYTES = 64 * 1024 * 1024, /* Dust names no limit; a table takes 100 MB in all */
    ARENA_BYTES = 16 * 1024 * 1024,
    MAX_PATH_BYTES = 4096,
};

struct dust_session {
    struct write_session base;
    struct destination d;
    const struct table *table; /* of the records */
    struct dust_api api;       /* of the sending thread */
    struct arena arena;
    struct dust_table there; /* the whole table at Dust */
    bool is_new;             /* made by this session: it has no rows */
    uint64_t expected;       /* records to come; 0: not known */
    const char **names;      /* Dust's name of each of the records' columns */
    struct dust_row_encoder encoder;
    struct dust_capacity capacity;
    struct buf path;
    /* The newest row, for the fence. */
    struct buf last_id;
    struct buf last_row;
    bool last_has_exact;
};

static struct dust_session *session_of(struct write_session *session) {
    return (struct dust_session *)session;
}

static void session_expect(struct write_session *session, uint64_t n_records) {
    session_of(session)->expected = n_records;
}

/* What was sent before does no harm: Dust upserts by id. */
static bool session_begin(struct write_session *session, struct status *status) {
    struct dust_session *s = session_of(session);
    return s->is_new || dust_capacity_measure(&s->capacity, &s->api, s->expected, status);
}

static void session_open_body(struct write_session *session, struct buf *body) {
    (void)session;
    buf_append_text(body, "{\"rows\":[");
}

static void session_close_body(struct write_session *session, bool has_records, bool last,
                               struct buf *body) {
    (void)session;
    (void)has_records;
    (void)last;
    buf_append_text(body, "]}");
}

static bool session_check_batch(struct write_session *session, struct status *status) {
    struct dust_session *s = session_of(session);
    return dust_capacity_end_batch(&s->capacity, &s->encoder, status);
}

static bool session_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    struct dust_session *s = session_of(session);
    size_t before = body->len;
    if (!dust_row_append(&s->encoder, record, body, status)) {
        return false;
    }
    buf_reset(&s->last_id);
    buf_reset(&s->last_row);
    buf_append_slice(&s->last_id, buf_slice(&s->encoder.id));
    buf_append(&s->last_row, body->data + before, body->len - before);
    s->last_has_exact = s->encoder.has_exact;
    if (s->last_id.failed || s->last_row.failed) {
        return status_no_memory(status, "encoding a row");
    }
    return dust_capacity_add(&s->capacity, &s->encoder, status);
}

static void session_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    struct dust_session *s = session_of(session);
    (void)n_records;
    dust_call_init(&s->api, call, HTTP_POST, "dust-upsert-rows", s->there.id, buf_cstr(&s->path));
    call->request.body = body;
}

static void session_explain(struct write_session *session, struct status *status) {
    struct dust_session *s = session_of(session);
    dust_table_explain(&s->api, &s->there, status);
}

/* The row id: Dust knows no other key. */
static void session_key_text(struct write_session *session, struct slice record, char *text,
                             size_t cap) {
    struct slice id;
    (void)session;
    bool found = json_walk_find(record, SLICE_LITERAL("row_id"), &id);
    snprintf(text, cap, "row id %.*s", found ? (int)id.len : 9, found ? id.data : "(unknown)");
}

/* What Dust made of the values, in one line of the log; not an answer, which would come at every
 * sync. */
static void log_changes(const struct dust_session *s) {
    const struct dust_changes *c = &s->encoder.changes;
    if (c->retyped + c->trimmed + c->emptied + c->repaired + c->not_finite > 0) {
        log_event(s->d.log, LOG_WARNING, "values_change_in_dust",
                  "retyped=%llu trimmed=%llu emptied=%llu repaired=%llu not_finite=%llu",
                  (unsigned long long)c->retyped, (unsigned long long)c->trimmed,
                  (unsigned long long)c->emptied, (unsigned long long)c->repaired,
                  (unsigned long long)c->not_finite);
    }
}

static bool session_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    struct dust_session *s = session_of(session);
    (void)notice;
    log_changes(s);
    const struct dust_fence_row last = {buf_slice(&s->last_id), buf_slice(&s->last_row),
                                        s->last_has_exact};
    return !s->d.settings->confirm_writes || s->last_row.len == 0 ||
           dust_fence(&s->api, s->there.id, &last, status);
}

static void session_destroy(struct write_session *session) {
    if (!session) {
        return;
    }
    struct dust_session *s = session_of(session);
    dust_row_encoder_clean_up(&s->encoder);
    dust_capacity_clean_up(&s->capacity);
    dust_api_clean_up(&s->api);
    arena_clean_up(&s->arena);
    buf_clean_up(&s->path);
    buf_clean_up(&s->last_id);
    buf_clean_up(&s->last_row);
    free(s);
}

static const struct write_session_ops DUST_SESSION_OPS = {
    .expect = session_expect,
    .begin = session_begin,
    .open_body = session_open_body,
    .close_body = session_close_body,
    .check_batch = session_check_batch,
    .encode = session_encode,
    .post = session_post,
    .explain = session_explain,
    .key_text = session_key_text,
    .finish = session_finish,
    .destroy = session_destroy,
};

/* The columns known there and, behind them, those of the records that are new. False: no memory. */
static bool join_columns(struct dust_session *s, const struct dust_table *known,
                         struct table *joined) {
    size_t n_known = known ? known->table.n_columns : 0;
    struct column *columns =
        arena_alloc(&s->arena, (n_known + s->table->n_columns + 1) * sizeof *columns);
    *joined = (struct table){s->table->schema, s->table->name, columns, n_known};
    if (!columns) {
        return false;
    }
    if (n_known > 0) {
        memcpy(columns, known->table.columns, n_known * sizeof *columns);
    }
    for (size_t i = 0; i < s->table->n_columns; i++) {
        if (!known || table_find(&known->table, slice_of(s->table->columns[i].name)) < 0) {
            columns[joined->n_columns++] = s->table->columns[i];
        }
    }
    return true;
}

/* Sees to it that the table is there with all columns of the records. */
static bool prepare_table(struct dust_session *s, struct status *status) {
    struct dust_table known;
    struct table joined;
    bool there;
    if (!dust_table_get(&s->api, slice_of(s->table->schema), slice_of(s->table->name), &s->arena,
                        &known, &there, status)) {
        return false;
    }
    s->is_new = !there;
    if (!join_columns(s, there ? &known : NULL, &joined)) {
        return status_no_memory(status, "preparing a table");
    }
    if (there && joined.n_columns == known.table.n_columns) {
        s->there = known;
        return true;
    }
    if (!dust_table_name_columns(&joined, there ? &known : NULL, s->d.settings->table_id_prefix,
                                 &s->arena, &s->there, status)) {
        return false;
    }
    return there ? dust_table_post(&s->api, &s->there, status)
                 : dust_table_make(&s->api, &s->there, status);
}

static bool find_names(struct dust_session *s, struct status *status) {
    s->names = arena_alloc(&s->arena, (s->table->n_columns + 1) * sizeof *s->names);
    if (!s->names) {
        return status_no_memory(status, "preparing a table");
    }
    for (size_t i = 0; i < s->table->n_columns; i++) {
        int at = table_find(&s->there.table, slice_of(s->table->columns[i].name));
        s->names[i] = s->there.names[at];
    }
    return true;
}

struct write_session *dust_session_open(struct destination *d, const struct table *table,
                                        struct notice *notice, struct status *status) {
    struct dust_session *s = calloc(1, sizeof *s);
    (void)notice;
    if (!s) {
        status_no_memory(status, "opening a Dust session");
        return NULL;
    }
    s->base = (struct write_session){
        .ops = &DUST_SESSION_OPS,
        .caps = {.max_records = (size_t)d->settings->batch_size,
                 .max_bytes = (size_t)d->settings->max_batch_bytes,
                 .hard_bytes = HARD_BYTES},
        .on_unknown = ON_UNKNOWN_REPEAT,
    };
    s->d = *d;
    s->table = table;
    dust_api_init(&s->api, &s->d);
    arena_init(&s->arena, ARENA_BYTES);
    buf_init(&s->path, MAX_PATH_BYTES);
    buf_init(&s->last_id, HARD_BYTES);
    buf_init(&s->last_row, HARD_BYTES);
    dust_row_encoder_init(&s->encoder, table, NULL);
    dust_capacity_init(&s->capacity, NULL);
    if (!prepare_table(s, status) || !find_names(s, status)) {
        session_destroy(&s->base);
        return NULL;
    }
    s->encoder.names = s->names;
    s->encoder.stored = &s->there.table;
    s->capacity.table_id = s->there.id;
    buf_printf(&s->path, "/tables/%s/rows", s->there.id);
    return &s->base;
}
