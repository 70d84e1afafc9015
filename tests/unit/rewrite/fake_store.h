/* A destination whose tables are kept in memory, behind the true pipeline: for tests of what
 * rewrites rows. What is written or removed can be read only once the store has settled (a session
 * settles in finish when confirm_writes is set), and every write request can be made the last one
 * that succeeds. */
#ifndef UNIT_REWRITE_FAKE_STORE_H
#define UNIT_REWRITE_FAKE_STORE_H

#include "rewrite/table_work.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "table/cell_value.h"
#include "table/table_copy.h"

#include <check.h>
#include <stdlib.h>

enum { FAKE_TABLES = 8, FAKE_BODY_BYTES = 1 << 20 };

struct fake_row {
    char *id;
    char **texts; /* one per column; NULL: NULL */
};

struct fake_rows {
    struct fake_row *rows;
    size_t n_rows;
};

/* What was acknowledged and cannot be read yet: texts NULL removes the row. */
struct fake_table {
    struct table *table; /* NULL: no such table */
    struct fake_rows rows;
    struct fake_rows pending;
};

struct fake_world {
    struct destination d; /* first: the ops find the rest behind it */
    struct destination_ops ops;
    struct destination_shared shared;
    struct settings settings;
    struct fake_clock clock;
    struct log_capture log;
    struct attempt attempt;
    struct cancel cancel;
    struct notice notice;
    struct delivery_report report;
    struct status status;
    struct rewrite rw; /* hand out &world->rw */

    struct fake_table tables[FAKE_TABLES];
    size_t batch_size; /* records a request */
    uint64_t removals_per_minute;
    int64_t request_ms; /* what a write request takes on the clock */
    size_t n_requests;  /* write requests: posts, removals, clears, new columns */
    size_t cut_after;   /* so many of them succeed; SIZE_MAX: all */
    size_t n_settles;
    uint64_t expected[8]; /* how many records each session was told to expect */
    size_t n_expected;
    size_t n_reads; /* read and find */
    size_t n_posts;
    size_t n_removed;
    size_t n_clears;
    bool restarts_once; /* the next reading starts over in its middle */
    size_t skip_rows;   /* the next reading misses so many rows at its start */
};

/* --- rows ------------------------------------------------------------------------------------ */

static inline char *fake_copy(struct slice text) {
    char *copy = malloc(text.len + 1);
    ck_assert_ptr_nonnull(copy);
    if (text.len) {
        memcpy(copy, text.data, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}

static inline void fake_row_free(struct fake_row *row, size_t n_columns) {
    for (size_t i = 0; row->texts && i < n_columns; i++) {
        free(row->texts[i]);
    }
    free(row->texts);
    free(row->id);
}

static inline void fake_rows_free(struct fake_rows *rows, size_t n_columns) {
    for (size_t i = 0; i < rows->n_rows; i++) {
        fake_row_free(&rows->rows[i], n_columns);
    }
    free(rows->rows);
    *rows = (struct fake_rows){0};
}

static inline void fake_rows_push(struct fake_rows *rows, struct fake_row row) {
    rows->rows = realloc(rows->rows, (rows->n_rows + 1) * sizeof *rows->rows);
    ck_assert_ptr_nonnull(rows->rows);
    rows->rows[rows->n_rows++] = row;
}

static inline void fake_rows_remove(struct fake_rows *rows, size_t at, size_t n_columns) {
    fake_row_free(&rows->rows[at], n_columns);
    memmove(rows->rows + at, rows->rows + at + 1, (rows->n_rows - at - 1) * sizeof *rows->rows);
    rows->n_rows--;
}

static inline void fake_settle_table(struct fake_table *t) {
    for (size_t p = 0; p < t->pending.n_rows; p++) {
        struct fake_row *row = &t->pending.rows[p];
        for (size_t i = 0; i < t->rows.n_rows; i++) {
            if (strcmp(t->rows.rows[i].id, row->id) == 0) {
                fake_rows_remove(&t->rows, i, t->table->n_columns);
                break;
            }
        }
        if (row->texts) {
            fake_rows_push(&t->rows, *row);
        } else {
            free(row->id);
        }
    }
    free(t->pending.rows);
    t->pending = (struct fake_rows){0};
}

/* --- tables ---------------------------------------------------------------------------------- */

static inline struct fake_table *fake_table_find(struct fake_world *w, struct slice schema,
                                                 struct slice name) {
    for (size_t i = 0; i < FAKE_TABLES; i++) {
        const struct table *t = w->tables[i].table;
        if (t && slice_equal_text(schema, t->schema) && slice_equal_text(name, t->name)) {
            return &w->tables[i];
        }
    }
    return NULL;
}

static inline struct fake_table *fake_table_make(struct fake_world *w, const struct table *table) {
    for (size_t i = 0; i < FAKE_TABLES; i++) {
        if (!w->tables[i].table) {
            w->tables[i].table = table_copy(table);
            ck_assert_ptr_nonnull(w->tables[i].table);
            return &w->tables[i];
        }
    }
    ck_abort_msg("too many tables");
    return NULL;
}

static inline void fake_rows_reshape(struct fake_rows *rows, const struct table *old,
                                     const struct table *now) {
    for (size_t r = 0; r < rows->n_rows; r++) {
        struct fake_row *row = &rows->rows[r];
        if (!row->texts) {
            continue;
        }
        char **texts = calloc(now->n_columns + 1, sizeof *texts);
        ck_assert_ptr_nonnull(texts);
        for (size_t c = 0; c < old->n_columns; c++) {
            int at = table_find(now, slice_of(old->columns[c].name));
            if (at >= 0) {
                texts[at] = row->texts[c];
            } else {
                free(row->texts[c]);
            }
        }
        free(row->texts);
        row->texts = texts;
    }
}

static inline void fake_table_reshape(struct fake_table *t, const struct table *now) {
    struct table *copy = table_copy(now);
    ck_assert_ptr_nonnull(copy);
    fake_rows_reshape(&t->rows, t->table, copy);
    fake_rows_reshape(&t->pending, t->table, copy);
    table_copy_destroy(t->table);
    t->table = copy;
}

/* Makes the table have the columns of table too. */
static inline void fake_table_widen(struct fake_table *t, const struct table *table) {
    struct column columns[64];
    struct table wider = *t->table;
    memcpy(columns, wider.columns, wider.n_columns * sizeof *columns);
    wider.columns = columns;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table_find(t->table, slice_of(table->columns[i].name)) < 0) {
            ck_assert_uint_lt(wider.n_columns, 64);
            columns[wider.n_columns++] = table->columns[i];
        }
    }
    if (wider.n_columns > t->table->n_columns) {
        fake_table_reshape(t, &wider);
    }
}

/* The id: the key's values in the order of the columns' names, times as instants. */
static inline void fake_id_append(struct buf *id, const struct table *table,
                                  const struct cell *cells) {
    const char *last = "";
    for (;;) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < table->n_columns; i++) {
            const char *name = table->columns[i].name;
            if (table->columns[i].primary_key && strcmp(name, last) > 0 &&
                (next == SIZE_MAX || strcmp(name, table->columns[next].name) < 0)) {
                next = i;
            }
        }
        if (next == SIZE_MAX) {
            return;
        }
        struct instant at;
        last = table->columns[next].name;
        if (cells[next].kind != CELL_TEXT) {
            buf_append_text(id, "(null)");
        } else if (table->columns[next].type == COLUMN_UTC_DATETIME &&
                   cell_instant(cells[next].text, &at)) {
            buf_printf(id, "%lld.%09d", (long long)at.seconds, at.nanos);
        } else {
            buf_append_slice(id, cells[next].text);
        }
        buf_append_char(id, ';');
    }
}

/* Counts a write request; false: it fails, and so do all after it. */
static inline bool fake_request(struct fake_world *w, struct status *status) {
    fake_clock_advance(&w->clock, w->request_ms);
    return w->n_requests++ < w->cut_after ||
           status_fail(status, STATUS_UNAVAILABLE, "cut at request %zu", w->n_requests);
}

/* --- the store ------------------------------------------------------------------------------- */

struct fake_store {
    struct row_store base;
    struct fake_world *world;
    struct fake_table *table;
    struct table *copy; /* of the table as it was when opened, or as set_columns made it */
};

static inline bool fake_settle(struct row_store *base, struct status *status) {
    struct fake_store *s = (struct fake_store *)base;
    (void)status;
    s->world->n_settles++;
    fake_settle_table(s->table);
    return true;
}

static inline bool fake_visit(struct fake_store *s, const struct fake_row *row, enum row_read what,
                              const struct row_visitor *visitor, struct status *status) {
    struct cell cells[64] = {0};
    for (size_t c = 0; c < s->copy->n_columns; c++) {
        int at = table_find(s->table->table, slice_of(s->copy->columns[c].name));
        const char *text = at < 0 ? NULL : row->texts[at];
        cells[c] =
            text ? (struct cell){CELL_TEXT, slice_of(text)} : (struct cell){.kind = CELL_NULL};
        if (what == READ_SYNCED && strcmp(s->copy->columns[c].name, "_fivetran_synced") != 0) {
            cells[c] = (struct cell){.kind = CELL_ABSENT};
        }
    }
    const struct row visited = {slice_of(row->id), cells};
    return visitor->visit(visitor->context, &visited, status);
}

static inline bool fake_wanted(const struct fake_row *row, const struct slice *ids, size_t n_ids) {
    for (size_t i = 0; i < n_ids; i++) {
        if (slice_equal_text(ids[i], row->id)) {
            return true;
        }
    }
    return false;
}

/* READ_SYNCED shows no more than that column. */
static inline bool fake_visit_all(struct fake_store *s, const struct slice *ids, size_t n_ids,
                                  enum row_read what, const struct row_visitor *visitor,
                                  struct status *status) {
    struct fake_world *w = s->world;
    size_t skipped = ids ? 0 : w->skip_rows;
    w->n_reads++;
    w->skip_rows = 0;
    for (size_t i = skipped; i < s->table->rows.n_rows; i++) {
        const struct fake_row *row = &s->table->rows.rows[i];
        if (w->restarts_once && i == s->table->rows.n_rows / 2) {
            w->restarts_once = false;
            visitor->restart(visitor->context);
            i = (size_t)-1;
            continue;
        }
        if ((!ids || fake_wanted(row, ids, n_ids)) && !fake_visit(s, row, what, visitor, status)) {
            return false;
        }
    }
    return true;
}

static inline bool fake_read(struct row_store *base, enum row_read what,
                             const struct row_visitor *visitor, struct status *status) {
    return fake_visit_all((struct fake_store *)base, NULL, 0, what, visitor, status);
}

static inline bool fake_find(struct row_store *base, const struct slice *ids, size_t n_ids,
                             const struct row_visitor *visitor, struct status *status) {
    static const struct slice none;
    return fake_visit_all((struct fake_store *)base, ids ? ids : &none, n_ids, READ_WHOLE, visitor,
                          status);
}

static inline bool fake_row_id(struct row_store *base, const struct table *table,
                               const struct cell *cells, struct buf *id, struct status *status) {
    size_t before = id->len;
    (void)base;
    fake_id_append(id, table, cells);
    return id->len > before ||
           status_fail(status, STATUS_INVALID_ARGUMENT, "table %s has no primary key", table->name);
}

/* A request each. */
/* As if every `7` had been `007` once. */
static inline bool fake_may_be_changed(const struct column *column, struct slice text) {
    return column->type == COLUMN_STRING && slice_equal(text, SLICE_LITERAL("7"));
}

static inline bool fake_remove(struct row_store *base, const struct slice *ids, size_t n_ids,
                               struct status *status) {
    struct fake_store *s = (struct fake_store *)base;
    for (size_t i = 0; i < n_ids; i++) {
        if (!fake_request(s->world, status)) {
            return false;
        }
        s->world->n_removed++;
        fake_rows_push(&s->table->pending, (struct fake_row){fake_copy(ids[i]), NULL});
    }
    return true;
}

static inline bool fake_clear(struct row_store *base, struct status *status) {
    struct fake_store *s = (struct fake_store *)base;
    if (!fake_request(s->world, status)) {
        return false;
    }
    s->world->n_clears++;
    fake_rows_free(&s->table->rows, s->table->table->n_columns);
    fake_rows_free(&s->table->pending, s->table->table->n_columns);
    return true;
}

static inline void fake_store_copy_table(struct fake_store *s) {
    table_copy_destroy(s->copy);
    s->copy = table_copy(s->table->table);
    ck_assert_ptr_nonnull(s->copy);
    s->base.table = s->copy;
}

static inline bool fake_set_columns(struct row_store *base, const struct table *table,
                                    struct status *status) {
    struct fake_store *s = (struct fake_store *)base;
    if (!fake_request(s->world, status)) {
        return false;
    }
    struct table now = *table;
    now.schema = s->table->table->schema;
    now.name = s->table->table->name;
    fake_table_reshape(s->table, &now);
    fake_store_copy_table(s);
    return true;
}

static inline void fake_close(struct row_store *base) {
    table_copy_destroy(((struct fake_store *)base)->copy);
    free(base);
}

static inline bool fake_open_rows(struct destination *d, struct slice schema, struct slice name,
                                  struct row_store **store, struct status *status) {
    static const struct row_store_ops ops = {
        .settle = fake_settle,
        .read = fake_read,
        .find = fake_find,
        .row_id = fake_row_id,
        .may_be_changed = fake_may_be_changed,
        .remove = fake_remove,
        .clear = fake_clear,
        .set_columns = fake_set_columns,
        .close = fake_close,
    };
    struct fake_world *w = (struct fake_world *)d;
    struct fake_table *table = fake_table_find(w, schema, name);
    (void)status;
    *store = NULL;
    if (table) {
        struct fake_store *s = calloc(1, sizeof *s);
        ck_assert_ptr_nonnull(s);
        s->base = (struct row_store){&ops, NULL, w->removals_per_minute};
        s->world = w;
        s->table = table;
        fake_store_copy_table(s);
        *store = &s->base;
    }
    return true;
}

/* --- the session: a record is `N` or `T<length>:<text>` per column --------------------------- */

struct fake_session {
    struct write_session base;
    struct fake_world *world;
    struct table *table;
    struct slice body;
};

static inline void fake_expect(struct write_session *session, uint64_t n_records) {
    struct fake_world *w = ((struct fake_session *)session)->world;
    if (w->n_expected < sizeof w->expected / sizeof w->expected[0]) {
        w->expected[w->n_expected++] = n_records;
    }
}

static inline bool fake_begin(struct write_session *session, struct status *status) {
    struct fake_session *s = (struct fake_session *)session;
    struct fake_world *w = s->world;
    struct fake_table *t = fake_table_find(w, slice_of(s->table->schema), slice_of(s->table->name));
    bool lacks = !t;
    for (size_t i = 0; t && i < s->table->n_columns; i++) {
        lacks = lacks || table_find(t->table, slice_of(s->table->columns[i].name)) < 0;
    }
    if (lacks && !fake_request(w, status)) {
        return false;
    }
    if (!t) {
        fake_table_make(w, s->table);
    } else if (lacks) {
        fake_table_widen(t, s->table);
    }
    return true;
}

static inline void fake_open_body(struct write_session *session, struct buf *body) {
    (void)session;
    (void)body;
}

static inline void fake_close_body(struct write_session *session, bool has_records, bool last,
                                   struct buf *body) {
    (void)session;
    (void)has_records;
    (void)last;
    (void)body;
}

static inline bool fake_encode(struct write_session *session, const struct record *record,
                               struct buf *body, struct status *status) {
    const struct table *table = ((struct fake_session *)session)->table;
    ck_assert_int_eq(record->operation, RECORD_UPSERT);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct cell *cell = &record->cells[i];
        ck_assert_int_ne(cell->kind, CELL_UNMODIFIED);
        if (cell->kind == CELL_TEXT && cell_check(table->columns[i].type, cell->text)) {
            return status_fail(status, STATUS_DATA_LOSS, "column \"%s\" holds a value that %s",
                               table->columns[i].name,
                               cell_check(table->columns[i].type, cell->text));
        }
        if (cell->kind == CELL_TEXT) {
            buf_printf(body, "T%zu:", cell->text.len);
            buf_append_slice(body, cell->text);
        } else {
            buf_append_char(body, 'N');
        }
    }
    return true;
}

/* Puts the records of a body among what is pending. */
static inline void fake_store_body(struct fake_session *s) {
    struct fake_table *t =
        fake_table_find(s->world, slice_of(s->table->schema), slice_of(s->table->name));
    const char *at = s->body.data;
    const char *end = at + s->body.len;
    while (at < end) {
        struct cell cells[64] = {0};
        struct fake_row row = {NULL, calloc(t->table->n_columns + 1, sizeof(char *))};
        struct buf id;
        for (size_t c = 0; c < s->table->n_columns; c++) {
            int column = table_find(t->table, slice_of(s->table->columns[c].name));
            cells[c].kind = CELL_NULL;
            if (*at++ == 'T') {
                char *text;
                size_t len = strtoul(at, &text, 10);
                cells[c] = (struct cell){CELL_TEXT, slice_make(text + 1, len)};
                row.texts[column] = fake_copy(cells[c].text);
                at = text + 1 + len;
            }
        }
        buf_init(&id, 4096);
        fake_id_append(&id, s->table, cells);
        row.id = fake_copy(buf_slice(&id));
        buf_clean_up(&id);
        fake_rows_push(&t->pending, row);
        at++; /* the comma */
    }
}

static inline void fake_post(struct write_session *session, struct slice body, size_t n_records,
                             struct api_call *call) {
    (void)n_records;
    ((struct fake_session *)session)->body = body;
    *call = (struct api_call){.context = session};
}

static inline bool fake_call(struct api *api, const struct api_call *call,
                             struct http_response *response, struct verdict *verdict) {
    struct fake_session *s = call->context;
    (void)api;
    (void)response;
    s->world->attempt.counts.requests++;
    verdict->kind = VERDICT_RETRY;
    if (fake_request(s->world, &verdict->status)) {
        verdict->kind = VERDICT_DELIVERED;
        s->world->n_posts++;
        fake_store_body(s);
    }
    return verdict->kind == VERDICT_DELIVERED;
}

static inline bool fake_finish(struct write_session *session, struct notice *notice,
                               struct status *status) {
    struct fake_session *s = (struct fake_session *)session;
    (void)notice;
    (void)status;
    if (s->world->settings.confirm_writes) {
        fake_settle_table(
            fake_table_find(s->world, slice_of(s->table->schema), slice_of(s->table->name)));
    }
    return true;
}

static inline void fake_session_destroy(struct write_session *session) {
    table_copy_destroy(((struct fake_session *)session)->table);
    free(session);
}

static inline struct write_session *fake_open_session(struct destination *d,
                                                      const struct table *table,
                                                      struct notice *notice,
                                                      struct status *status) {
    static const struct write_session_ops ops = {
        .expect = fake_expect,
        .begin = fake_begin,
        .open_body = fake_open_body,
        .close_body = fake_close_body,
        .encode = fake_encode,
        .post = fake_post,
        .finish = fake_finish,
        .destroy = fake_session_destroy,
    };
    struct fake_world *w = (struct fake_world *)d;
    struct fake_session *s = calloc(1, sizeof *s);
    (void)notice;
    (void)status;
    ck_assert_ptr_nonnull(s);
    s->base = (struct write_session){
        .ops = &ops,
        .caps = {w->batch_size, FAKE_BODY_BYTES, FAKE_BODY_BYTES},
        .on_unknown = ON_UNKNOWN_REPEAT,
    };
    s->world = w;
    s->table = table_copy(table);
    ck_assert_ptr_nonnull(s->table);
    return &s->base;
}

/* --- the rest of a destination --------------------------------------------------------------- */

static inline bool fake_describe(struct destination *d, struct slice schema, struct slice name,
                                 struct table **found, struct status *status) {
    struct fake_table *t = fake_table_find((struct fake_world *)d, schema, name);
    (void)status;
    *found = t ? table_copy(t->table) : NULL;
    return true;
}

static inline bool fake_create(struct destination *d, const struct table *table,
                               struct status *status) {
    struct fake_world *w = (struct fake_world *)d;
    if (fake_table_find(w, slice_of(table->schema), slice_of(table->name))) {
        return status_fail(status, STATUS_TASK, "table %s is there", table->name);
    }
    return fake_request(w, status) && fake_table_make(w, table) != NULL;
}

static inline bool fake_exists(struct destination *d, struct slice schema, struct slice name,
                               enum table_presence *presence, struct status *status) {
    (void)status;
    *presence =
        fake_table_find((struct fake_world *)d, schema, name) ? TABLE_PRESENT : TABLE_ABSENT;
    return true;
}

static inline void fake_table_free(struct fake_table *t) {
    if (t->table) {
        fake_rows_free(&t->rows, t->table->n_columns);
        fake_rows_free(&t->pending, t->table->n_columns);
        table_copy_destroy(t->table);
        t->table = NULL;
    }
}

/* The rows first, then the table: two requests, as with Dust. */
static inline bool fake_drop(struct destination *d, struct slice schema, struct slice name,
                             struct notice *notice, struct status *status) {
    struct fake_world *w = (struct fake_world *)d;
    struct fake_table *t = fake_table_find(w, schema, name);
    (void)notice;
    if (t && fake_request(w, status)) {
        fake_rows_free(&t->rows, t->table->n_columns);
        fake_rows_free(&t->pending, t->table->n_columns);
        if (fake_request(w, status)) {
            fake_table_free(t);
            t = NULL;
        }
    }
    return t == NULL;
}

/* --- what tests call ------------------------------------------------------------------------- */

static inline void world_init(struct fake_world *w) {
    *w = (struct fake_world){.batch_size = 2, .cut_after = SIZE_MAX};
    fake_clock_init(&w->clock);
    log_capture_init(&w->log, LOG_DEBUG);
    cancel_init(&w->cancel, &w->clock.clock, CANCEL_NO_DEADLINE);
    w->attempt.api.call = fake_call;
    w->settings.confirm_writes = true;
    w->shared = (struct destination_shared){.clock = &w->clock.clock};
    w->ops = (struct destination_ops){
        .name = "fake",
        .open_session = fake_open_session,
        .describe = fake_describe,
        .create = fake_create,
        .exists = fake_exists,
        .drop = fake_drop,
        .open_rows = fake_open_rows,
    };
    w->d = (struct destination){.ops = &w->ops,
                                .settings = &w->settings,
                                .shared = &w->shared,
                                .log = &w->log.log,
                                .api = &w->attempt.api};
    w->rw = (struct rewrite){.d = &w->d,
                             .attempt = &w->attempt,
                             .cancel = &w->cancel,
                             .log = &w->log.log,
                             .locks = table_locks_new(),
                             .notice = &w->notice,
                             .report = &w->report};
    ck_assert_ptr_nonnull(w->rw.locks);
}

static inline void world_clean_up(struct fake_world *w) {
    for (size_t i = 0; i < FAKE_TABLES; i++) {
        fake_table_free(&w->tables[i]);
    }
    table_locks_destroy(w->rw.locks);
    cancel_clean_up(&w->cancel);
    log_capture_clean_up(&w->log);
    fake_clock_clean_up(&w->clock);
}

/* A new call: nothing said, nothing counted, nothing cut. */
static inline void world_next_call(struct fake_world *w) {
    w->status = STATUS_INIT;
    w->notice = (struct notice){0};
    w->report = (struct delivery_report){0};
    w->n_requests = w->n_settles = w->n_reads = w->n_posts = w->n_removed = w->n_clears = 0;
    w->cut_after = SIZE_MAX;
    cancel_clean_up(&w->cancel);
    cancel_init(&w->cancel, &w->clock.clock, CANCEL_NO_DEADLINE);
}

/* Makes the table. columns: "id:STRING:key a:INT _fivetran_synced:UTC_DATETIME". */
static inline void world_table(struct fake_world *w, const char *schema, const char *name,
                               const char *columns) {
    char text[1024];
    struct column parsed[64];
    struct table table = {schema, name, parsed, 0};
    char *rest = text;
    snprintf(text, sizeof text, "%s", columns);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        char *column = strsep(&word, ":");
        char *type = strsep(&word, ":");
        parsed[table.n_columns++] = (struct column){
            .name = column, .type = column_type_of(slice_of(type)), .primary_key = word != NULL};
    }
    fake_table_make(w, &table);
}

/* The table as it stands, for a request. */
static inline const struct table *world_shape(struct fake_world *w, const char *name) {
    for (size_t i = 0; i < FAKE_TABLES; i++) {
        if (w->tables[i].table && strcmp(w->tables[i].table->name, name) == 0) {
            return w->tables[i].table;
        }
    }
    ck_abort_msg("no table %s", name);
    return NULL;
}

/* Cells from "1|a|NULL|~": a text each, `~` unmodified, `-` absent. They point into text, which is
 * changed. */
static inline void world_cells(char *text, struct cell *cells, size_t n_columns) {
    for (size_t i = 0; i < n_columns; i++) {
        char *word = strsep(&text, "|");
        ck_assert_ptr_nonnull(word);
        cells[i] = (struct cell){
            .kind = strcmp(word, "NULL") == 0 ? CELL_NULL
                    : strcmp(word, "~") == 0  ? CELL_UNMODIFIED
                    : strcmp(word, "-") == 0  ? CELL_ABSENT
                                              : CELL_TEXT,
        };
        cells[i].text = cells[i].kind == CELL_TEXT ? slice_of(word) : (struct slice){0};
    }
}

/* Puts a row into the table, readable at once: "1|a|NULL", in the order of its columns. */
static inline void world_row(struct fake_world *w, const char *table, const char *values) {
    char text[1024];
    struct cell cells[64];
    struct buf id;
    const struct table *shape = world_shape(w, table);
    struct fake_table *t = fake_table_find(w, slice_of(shape->schema), slice_of(shape->name));
    snprintf(text, sizeof text, "%s", values);
    world_cells(text, cells, shape->n_columns);
    struct fake_row row = {NULL, calloc(shape->n_columns + 1, sizeof(char *))};
    for (size_t i = 0; i < shape->n_columns; i++) {
        row.texts[i] = cells[i].kind == CELL_TEXT ? fake_copy(cells[i].text) : NULL;
    }
    buf_init(&id, 4096);
    fake_id_append(&id, shape, cells);
    row.id = fake_copy(buf_slice(&id));
    buf_clean_up(&id);
    fake_rows_push(&t->pending, row);
    fake_settle_table(t);
}

static inline int fake_compare_lines(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All rows, those that are pending too, sorted, a line each: "1|a|NULL\n". Static. */
static inline const char *world_rows(struct fake_world *w, const char *name) {
    static char text[1 << 20];
    struct buf out;
    const struct table *shape = world_shape(w, name);
    struct fake_table *t = fake_table_find(w, slice_of(shape->schema), slice_of(shape->name));
    fake_settle_table(t);
    char **lines = calloc(t->rows.n_rows + 1, sizeof *lines);
    size_t used = 0;
    ck_assert_ptr_nonnull(lines);
    for (size_t i = 0; i < t->rows.n_rows; i++) {
        buf_init(&out, 65536);
        for (size_t c = 0; c < shape->n_columns; c++) {
            const char *value = t->rows.rows[i].texts[c];
            buf_printf(&out, "%s%s", c ? "|" : "", value ? value : "NULL");
        }
        lines[i] = fake_copy(buf_slice(&out));
        buf_clean_up(&out);
    }
    qsort(lines, t->rows.n_rows, sizeof *lines, fake_compare_lines);
    text[0] = '\0';
    for (size_t i = 0; i < t->rows.n_rows; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", lines[i]);
        ck_assert_uint_lt(used, sizeof text);
        free(lines[i]);
    }
    free(lines);
    return text;
}

/* A source of records from lines: "upsert 1|a|NULL", "update 1|~|b", "delete 1|-|-",
 * "earliest_start …"; ends with NULL. */
struct lines_source {
    struct record_source source; /* first */
    const struct table *table;
    const char *const *lines;
    size_t n_lines;
    size_t next;
    char text[1024];
    struct cell cells[64];
};

static inline enum next lines_next(struct record_source *base, struct record *record,
                                   struct status *status) {
    struct lines_source *s = (struct lines_source *)base;
    (void)status;
    memset(s->text, '!', sizeof s->text); /* who kept the record before must have copied it */
    if (s->next == s->n_lines) {
        return NEXT_END;
    }
    snprintf(s->text, sizeof s->text, "%s", s->lines[s->next]);
    char *values = strchr(s->text, ' ');
    *values++ = '\0';
    *record = (struct record){.cells = s->cells, .file = "file.csv", .line = ++s->next};
    for (int o = RECORD_UPSERT; o <= RECORD_EARLIEST_START; o++) {
        if (strcmp(s->text, record_operation_name((enum record_operation)o)) == 0) {
            record->operation = (enum record_operation)o;
        }
    }
    world_cells(values, s->cells, s->table->n_columns);
    return NEXT_RECORD;
}

static inline bool lines_rewind(struct record_source *base, struct status *status) {
    (void)status;
    ((struct lines_source *)base)->next = 0;
    return true;
}

static inline void lines_init(struct lines_source *s, const struct table *table,
                              const char *const *lines, size_t n_lines) {
    *s = (struct lines_source){
        .source = {lines_next, lines_rewind}, .table = table, .lines = lines, .n_lines = n_lines};
}

#endif
