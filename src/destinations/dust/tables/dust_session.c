#include "destinations/dust/tables/dust_session.h"

#include "destinations/dust/tables/dust_row_session.h"
#include "destinations/dust/tables/dust_table.h"

#include <stdlib.h>

enum { MAX_COLUMNS_TEXT_BYTES = 256 * 1024, ARENA_BYTES = 16 * 1024 * 1024 };

struct dust_session {
    struct dust_row_session rows; /* first */
    const struct table *table;    /* of the records */
    struct arena arena;
    struct dust_table there; /* the whole table at Dust */
    bool is_new;             /* made by this session: it has no rows */
    uint64_t expected;       /* records to come; 0: not known */
    const char **names;      /* Dust's name of each of the records' columns */
    struct dust_row_encoder encoder;
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
    return s->is_new || dust_capacity_measure(&s->rows.capacity, &s->rows.api, s->expected, status);
}

static bool session_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    struct dust_session *s = session_of(session);
    size_t before = body->len;
    if (!dust_row_append(&s->encoder, record, body, status)) {
        return false;
    }
    return dust_row_session_keep(&s->rows, buf_slice(&s->encoder.id),
                                 slice_make(body->data + before, body->len - before),
                                 s->encoder.has_exact, &s->encoder.line, status);
}

static void session_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    (void)n_records;
    dust_row_session_post(&session_of(session)->rows, body, call);
}

static void session_explain(struct write_session *session, struct status *status) {
    struct dust_session *s = session_of(session);
    dust_table_explain(&s->rows.api, &s->there, status);
}

static bool session_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    struct dust_session *s = session_of(session);
    struct buf columns;
    notice_not_finite(notice, s->table, s->encoder.changes.not_finite);
    buf_init(&columns, MAX_COLUMNS_TEXT_BYTES);
    dust_row_encoder_tell(&s->encoder, &columns);
    bool ok = dust_row_session_confirm(&s->rows, &s->encoder.changes, buf_cstr(&columns), status);
    buf_clean_up(&columns);
    return ok;
}

static void session_destroy(struct write_session *session) {
    struct dust_session *s = session_of(session);
    if (!s) {
        return;
    }
    dust_row_encoder_clean_up(&s->encoder);
    dust_row_session_clean_up(&s->rows);
    arena_clean_up(&s->arena);
    free(s);
}

static const struct write_session_ops DUST_SESSION_OPS = {
    .expect = session_expect,
    .begin = session_begin,
    .open_body = dust_row_session_open_body,
    .close_body = dust_row_session_close_body,
    .check_batch = dust_row_session_check_batch,
    .encode = session_encode,
    .post = session_post,
    .explain = session_explain,
    .key_text = dust_row_session_key_text,
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
    if (!dust_table_get(&s->rows.api, slice_of(s->table->schema), slice_of(s->table->name),
                        &s->arena, &known, &there, status)) {
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
    if (!dust_table_name_columns(&joined, there ? &known : NULL,
                                 s->rows.d.settings->table_id_prefix, &s->arena, &s->there,
                                 status)) {
        return false;
    }
    return there ? dust_table_post(&s->rows.api, &s->there, status)
                 : dust_table_make(&s->rows.api, &s->there, status);
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
    dust_row_session_init(&s->rows, d, &DUST_SESSION_OPS);
    s->table = table;
    arena_init(&s->arena, ARENA_BYTES);
    dust_row_encoder_init(&s->encoder, table, NULL);
    if (!prepare_table(s, status) || !find_names(s, status)) {
        session_destroy(&s->rows.base);
        return NULL;
    }
    s->encoder.names = s->names;
    s->encoder.stored = &s->there.table;
    dust_row_session_set_table(&s->rows, s->there.id);
    return &s->rows.base;
}
