#include "rewrite/migrate/copying.h"
#include "rewrite/migrate/history_table.h"
#include "rewrite/migrate/operations.h"

/* Takes a column's cell out of every row. */
static void forget_column(struct rows *rows, size_t column) {
    rows->n_columns--;
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct cell *cells = rows->rows[i].cells;
        memmove(&cells[column], &cells[column + 1], (rows->n_columns - column) * sizeof *cells);
    }
}

/* Gives rows, which have the columns of from, those of the table in history mode. */
static bool convert(struct rows *rows, const struct table *from, const struct table *wider,
                    size_t deleted, struct status *status) {
    struct history_columns columns;
    int forgotten = table_find(from, SLICE_LITERAL(HISTORY_DELETED));
    struct slice start = history_latest_synced(from, rows);
    if (!rows_widen(rows, wider->n_columns, status) ||
        !history_columns_demand(wider, &columns, status)) {
        return false;
    }
    for (size_t i = 0; i < rows->n_rows; i++) {
        history_row_begin(rows->rows[i].cells, &columns, deleted, start);
    }
    if (forgotten >= 0) {
        forget_column(rows, (size_t)forgotten);
    }
    return true;
}

static bool copy(struct copying *copying, const struct migration *migration, struct rows *rows,
                 struct table_draft *draft, struct status *status) {
    const struct table *from = copying->from.store->table;
    size_t deleted;
    if (!history_deleted_column(from, migration->soft_deleted_column, &deleted, status) ||
        !history_columns_add(draft, status) ||
        !table_draft_rename(draft, migration->to_table, status)) {
        return false;
    }
    table_draft_find(draft, HISTORY_START)->primary_key = true;
    if (!copying_read(copying, rows, status) ||
        !convert(rows, from, &draft->table, deleted, status)) {
        return false;
    }
    table_draft_remove(draft, HISTORY_DELETED);
    return copying_write(copying, &draft->table, rows, status);
}

static bool copy_table(struct copying *copying, const struct migration *migration,
                       struct status *status) {
    if (!copying->from.store) {
        return migrate_no_table(migration->schema, migration->table, status);
    }
    const struct table *from = copying->from.store->table;
    struct table_draft draft;
    struct rows rows;
    rows_init(&rows, from->n_columns, ROWS_MAX_BYTES);
    bool ok = table_draft_init(&draft, from, 3, status) &&
              copy(copying, migration, &rows, &draft, status);
    rows_clean_up(&rows);
    table_draft_clean_up(&draft);
    return ok;
}

bool migrate_copy_table_to_history_mode(struct rewrite *rw, const struct migration *migration,
                                        struct status *status) {
    struct copying copying;
    bool ok =
        copying_begin(&copying, rw, migration, status) && copy_table(&copying, migration, status);
    copying_end(&copying);
    return ok;
}
