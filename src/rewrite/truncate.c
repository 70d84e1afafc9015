#include "base/key_index.h"
#include "rewrite/rows.h"
#include "rewrite/table_work.h"
#include "table/cell_value.h"

#include <stdlib.h>

enum {
    MAX_ROUNDS = 5, /* where listings are exact the second one shows nothing to do */
    IDS_MAX_BYTES = 256 * 1024 * 1024,
    FIND_CELL_BYTES = ROWS_MAX_BYTES / 2, /* of the cells of rows that are found together */
    NO_COLUMN = -1,
};

#define SYNCED "_fivetran_synced"

/* A source of the one truncate record. */
struct one_record {
    struct record_source source;
    struct record record;
    bool given;
};

static enum next one_record_next(struct record_source *source, struct record *record,
                                 struct status *status) {
    struct one_record *one = (struct one_record *)source;
    (void)status;
    if (one->given) {
        return NEXT_END;
    }
    one->given = true;
    *record = one->record;
    return NEXT_RECORD;
}

static bool one_record_rewind(struct record_source *source, struct status *status) {
    (void)status;
    ((struct one_record *)source)->given = false;
    return true;
}

/* A destination that only appends gets a marker among its records. */
static bool append_marker(struct rewrite *rw, struct slice schema, struct slice name,
                          const struct truncate *truncate, struct status *status) {
    struct destination *d = rw->d;
    enum table_presence presence;
    if (!d->ops->exists(d, schema, name, &presence, status)) {
        return status_context(status, "table %.*s%s%.*s: not truncated", SLICE_ARG(schema),
                              schema.len ? "." : "", SLICE_ARG(name));
    }
    if (presence == TABLE_ABSENT) {
        return true; /* lesson 6: it arrives for tables that were never created */
    }
    struct arena names;
    arena_init(&names, schema.len + name.len + 2);
    const struct table table = {arena_copy_text(&names, schema), arena_copy_text(&names, name),
                                NULL, 0};
    struct one_record one = {
        .source = {one_record_next, one_record_rewind},
        .record = {.operation = truncate->deleted_column ? RECORD_SOFT_TRUNCATE : RECORD_TRUNCATE,
                   .truncate = truncate},
    };
    bool ok = table.schema && table.name ? rewrite_append(rw, &table, &one.source, status)
                                         : status_no_memory(status, "truncating a table");
    if (ok) {
        notice_add(rw->notice, "%s", d->ops->truncate_warning);
    }
    arena_clean_up(&names);
    return ok;
}

/* One truncate under way. */
struct truncation {
    struct table_work *work;
    const struct truncate *truncate;
    int synced;           /* the column compared */
    int deleted;          /* the column set; NO_COLUMN: rows are removed */
    struct key_index old; /* of the listing under way: rows to remove, or to set deleted */
    struct key_index set; /* rows that this call set deleted: they stay in the listings */
    size_t n_rows;        /* in the listing */
};

static int find_column(const struct table_work *work, const char *name, struct status *status) {
    int at = table_find(work->store->table, slice_of(name));
    if (at < 0) {
        status_fail(status, STATUS_TASK,
                    "Table %.*s.%.*s has no column \"%s\", which its truncate needs. Re-sync the "
                    "table from the start.",
                    SLICE_ARG(work->schema), SLICE_ARG(work->name), name);
    }
    return at;
}

static bool truncation_init(struct truncation *t, struct table_work *work,
                            const struct truncate *truncate, struct status *status) {
    *t = (struct truncation){.work = work, .truncate = truncate, .deleted = NO_COLUMN};
    key_index_init(&t->old, IDS_MAX_BYTES);
    key_index_init(&t->set, IDS_MAX_BYTES);
    t->synced = find_column(work, truncate->synced_column, status);
    if (t->synced < 0) {
        return false;
    }
    if (truncate->deleted_column) {
        t->deleted = find_column(work, truncate->deleted_column, status);
    }
    return !truncate->deleted_column || t->deleted >= 0;
}

static void truncation_clean_up(struct truncation *t) {
    key_index_clean_up(&t->old);
    key_index_clean_up(&t->set);
}

/* Lesson 6: strictly before, in milliseconds. A row without a time is not older than anything. */
static bool is_older(const struct truncation *t, const struct cell *synced) {
    struct instant at;
    int64_t before_us = t->truncate->before_us;
    int64_t before_ms = before_us / 1000 - (before_us % 1000 < 0);
    return synced->kind == CELL_TEXT && cell_instant(synced->text, &at) &&
           instant_ms(at) < before_ms;
}

static bool is_true(const struct cell *cell) {
    bool value;
    return cell->kind == CELL_TEXT && cell_boolean(cell->text, &value) && value;
}

static bool list_row(void *context, const struct row *row, struct status *status) {
    struct truncation *t = context;
    size_t at;
    bool done = t->deleted != NO_COLUMN && (is_true(&row->cells[t->deleted]) ||
                                            key_index_find(&t->set, row->id) != KEY_INDEX_NONE);
    t->n_rows++;
    return done || !is_older(t, &row->cells[t->synced]) ||
           key_index_add(&t->old, row->id, &at, status);
}

static void list_again(void *context) {
    struct truncation *t = context;
    key_index_reset(&t->old);
    t->n_rows = 0;
}

static bool list_old_rows(struct truncation *t, struct status *status) {
    struct row_store *store = t->work->store;
    const struct row_visitor visitor = {list_row, list_again, t};
    bool synced = strcmp(t->truncate->synced_column, SYNCED) == 0;
    list_again(t);
    return table_work_settle(t->work, status) &&
           store->ops->read(store, synced ? READ_SYNCED : READ_WHOLE, &visitor, status);
}

/* Whether no row would survive, so that the table can be emptied at once. That pays where removing
 * is slow; elsewhere only what was seen to be old is removed. */
static bool all_are_old(const struct truncation *t) {
    return t->old.n_keys == t->n_rows && t->work->store->removals_per_minute > 0;
}

static bool clear_table(struct truncation *t, struct status *status) {
    t->work->rw->report->records += t->n_rows;
    return t->work->store->ops->clear(t->work->store, status);
}

/* Rows found to be set deleted. */
struct softening {
    struct truncation *t;
    struct rows rows;
};

/* Looked at again, since a listing need not show every column. */
static bool set_row(void *context, const struct row *row, struct status *status) {
    struct softening *softening = context;
    struct truncation *t = softening->t;
    if (is_true(&row->cells[t->deleted]) || !is_older(t, &row->cells[t->synced])) {
        return true;
    }
    struct kept_row *kept = rows_add(&softening->rows, row, status);
    if (!kept) {
        return status_context(status, "table %.*s.%.*s", SLICE_ARG(t->work->schema),
                              SLICE_ARG(t->work->name));
    }
    kept->cells[t->deleted] = (struct cell){CELL_TEXT, SLICE_LITERAL("true")};
    return true;
}

static void set_again(void *context) {
    rows_reset(&((struct softening *)context)->rows);
}

static bool set_rows(struct softening *softening, const struct slice *ids, size_t n_ids,
                     struct status *status) {
    struct table_work *work = softening->t->work;
    const struct row_visitor visitor = {set_row, set_again, softening};
    struct rows_source source;
    rows_reset(&softening->rows);
    rows_source_init(&source, &softening->rows);
    return table_work_settle(work, status) &&
           work->store->ops->find(work->store, ids, n_ids, &visitor, status) &&
           table_work_write(work, work->store->table, &source.source, status);
}

static bool set_old_rows(struct truncation *t, struct status *status) {
    size_t n_columns = t->work->store->table->n_columns;
    size_t at_once = FIND_CELL_BYTES / ((n_columns + 1) * sizeof(struct cell));
    struct softening softening = {.t = t};
    bool ok = true;
    rows_init(&softening.rows, n_columns, ROWS_MAX_BYTES);
    for (size_t i = 0; ok && i < t->old.n_keys; i += at_once) {
        size_t left = t->old.n_keys - i;
        ok = set_rows(&softening, t->old.keys + i, left < at_once ? left : at_once, status);
    }
    for (size_t i = 0, at; ok && i < t->old.n_keys; i++) {
        ok = key_index_add(&t->set, t->old.keys[i], &at, status);
    }
    rows_clean_up(&softening.rows);
    return ok;
}

static bool treat_old_rows(struct truncation *t, struct status *status) {
    return t->deleted == NO_COLUMN ? table_work_remove(t->work, t->old.keys, t->old.n_keys, status)
                                   : set_old_rows(t, status);
}

/* A listing may miss rows (documents whose times tie): only one that shows nothing to do ends it.
 */
static bool truncate_rows(struct truncation *t, struct status *status) {
    for (int round = 0; round < MAX_ROUNDS; round++) {
        if (!list_old_rows(t, status)) {
            return false;
        }
        if (t->old.n_keys == 0) {
            return true;
        }
        if (t->deleted == NO_COLUMN && all_are_old(t)) {
            return clear_table(t, status);
        }
        if (!treat_old_rows(t, status)) {
            return false;
        }
    }
    return status_fail(status, STATUS_UNAVAILABLE,
                       "table %.*s.%.*s: rows older than the truncate still showed up after it was "
                       "done %d times",
                       SLICE_ARG(t->work->schema), SLICE_ARG(t->work->name), MAX_ROUNDS);
}

bool rewrite_truncate(struct rewrite *rw, struct slice schema, struct slice name,
                      const struct truncate *truncate, struct status *status) {
    if (!rw->d->ops->open_rows) {
        return append_marker(rw, schema, name, truncate, status);
    }
    struct table_work work;
    bool ok = table_work_begin(&work, rw, schema, name, status);
    if (ok && work.store) { /* lesson 6: a table that is not there is success */
        struct truncation truncation;
        ok = truncation_init(&truncation, &work, truncate, status) &&
             truncate_rows(&truncation, status);
        truncation_clean_up(&truncation);
    }
    table_work_end(&work);
    return ok;
}
