#include "rewrite/migrate/version_at.h"

#include "rewrite/migrate/column_value.h"
#include "rewrite/migrate/history_table.h"
#include "rewrite/reshape.h"

#include <stdlib.h>

struct versions {
    const struct version_change *change;
    struct history_columns columns;
    size_t column; /* the one that changes */
    struct instant at;
    char start[INSTANT_TEXT_BYTES]; /* of the new versions */
    char end[INSTANT_TEXT_BYTES];   /* of those before them */
    struct rows rows;               /* active, or starting at the timestamp */
    struct rows added;              /* new versions */
    struct rows changed;
};

/* -1, 0, 1 as the version starts before, at or after the timestamp. */
static int start_order(const struct versions *versions, const struct cell *cells) {
    return instant_compare(history_cell_instant(&cells[versions->columns.start]), versions->at);
}

static bool is_active(const struct versions *versions, const struct cell *cells) {
    return history_cell_is_true(&cells[versions->columns.active]);
}

static bool keep_concerned(void *context, const struct row *row) {
    const struct versions *versions = context;
    return is_active(versions, row->cells) || start_order(versions, row->cells) == 0;
}

static bool read_timestamp(struct versions *versions, struct status *status) {
    const char *timestamp = versions->change->timestamp;
    if (!timestamp || !cell_instant(slice_of(timestamp), &versions->at)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the migration's operation_timestamp is not a time of the form "
                           "2007-12-03T10:15:30.123Z");
    }
    instant_text(versions->at, versions->start);
    instant_text(instant_add_ms(versions->at, -1), versions->end);
    return true;
}

static bool check_order(const struct versions *versions, const struct table *table,
                        struct status *status) {
    for (size_t i = 0; i < versions->rows.n_rows; i++) {
        const struct cell *cells = versions->rows.rows[i].cells;
        if (is_active(versions, cells) && start_order(versions, cells) > 0) {
            return status_fail(status, STATUS_TASK,
                               "Table %s.%s: a migration of column \"%s\" dates from %s, and the "
                               "table has active rows that start later. Nothing was changed. "
                               "Re-sync the table from the start (drop it at the destination "
                               "first).",
                               table->schema, table->name, versions->change->column->name,
                               versions->start);
        }
    }
    return true;
}

/* Adds the column if the table lacks it; the rows, which were read before, get room for it. */
static bool add_column(struct table_work *work, struct versions *versions, struct status *status) {
    const struct column *column = versions->change->column;
    bool there = table_find(work->store->table, slice_of(column->name)) >= 0;
    if (!there && (!reshape_add_column(work, column, status) ||
                   !rows_widen(&versions->rows, versions->rows.n_columns + 1, status))) {
        return false;
    }
    versions->column = (size_t)table_find(work->store->table, slice_of(column->name));
    versions->added.n_columns = versions->changed.n_columns = versions->rows.n_columns;
    return true;
}

static bool add_version(struct versions *versions, const struct kept_row *row,
                        struct status *status) {
    size_t size = versions->rows.n_columns * sizeof(struct cell);
    struct cell *cells = arena_alloc(&versions->rows.arena, size);
    if (!cells) {
        return status_no_memory(status, "adding versions of rows");
    }
    memcpy(cells, row->cells, size);
    cells[versions->columns.start] = (struct cell){CELL_TEXT, slice_of(versions->start)};
    cells[versions->column] = versions->change->value;
    versions->added.rows[versions->added.n_rows++] = (struct kept_row){.cells = cells};
    return true;
}

static void close_version(struct versions *versions, const struct kept_row *row) {
    row->cells[versions->columns.end] = (struct cell){CELL_TEXT, slice_of(versions->end)};
    row->cells[versions->columns.active] = (struct cell){CELL_TEXT, SLICE_LITERAL("false")};
    versions->changed.rows[versions->changed.n_rows++] = *row;
}

/* What becomes of each row. */
static bool change_rows(struct versions *versions, struct status *status) {
    const struct version_change *change = versions->change;
    for (size_t i = 0; i < versions->rows.n_rows; i++) {
        const struct kept_row *row = &versions->rows.rows[i];
        struct cell *cell = &row->cells[versions->column];
        if (change->only_values && cell->kind != CELL_TEXT) {
            continue;
        }
        if (start_order(versions, row->cells) < 0) {
            if (!add_version(versions, row, status)) {
                return false;
            }
            close_version(versions, row);
        } else if (!column_value_equal(cell, &change->value)) {
            *cell = change->value;
            versions->changed.rows[versions->changed.n_rows++] = *row;
        }
    }
    return true;
}

static bool write_rows(struct table_work *work, const struct rows *rows, struct status *status) {
    struct rows_source source;
    rows_source_init(&source, rows);
    return table_work_write(work, work->store->table, &source.source, status);
}

static bool versions_reserve(struct versions *versions, struct status *status) {
    size_t n = versions->rows.n_rows + 1;
    versions->added.rows = malloc(n * sizeof *versions->added.rows);
    versions->changed.rows = malloc(n * sizeof *versions->changed.rows);
    return (versions->added.rows && versions->changed.rows) ||
           status_no_memory(status, "adding versions of rows");
}

/* New versions are durable before those they follow are closed: a cut in between leaves both
 * active, and the same is done again. */
static bool change_versions(struct table_work *work, struct versions *versions,
                            struct status *status) {
    return table_work_settle(work, status) &&
           rows_load(&versions->rows, work->store, keep_concerned, versions, status) &&
           check_order(versions, work->store->table, status) &&
           add_column(work, versions, status) && versions_reserve(versions, status) &&
           change_rows(versions, status) && write_rows(work, &versions->added, status) &&
           write_rows(work, &versions->changed, status);
}

bool version_at(struct table_work *work, const struct version_change *change,
                struct status *status) {
    struct versions versions = {.change = change};
    rows_init(&versions.rows, work->store->table->n_columns, ROWS_MAX_BYTES);
    bool ok = read_timestamp(&versions, status) &&
              history_columns_demand(work->store->table, &versions.columns, status) &&
              change_versions(work, &versions, status);
    rows_clean_up(&versions.rows);
    free(versions.added.rows);
    free(versions.changed.rows);
    return ok;
}
