#include "rewrite/migrate/history_table.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/place.h"
#include "rewrite/reshape.h"

#include <stdlib.h>

/* Rows that have a start already are of an attempt that was cut. */
static void begin_rows(const struct table *table, struct rows *rows,
                       const struct history_columns *columns, size_t deleted,
                       enum row_fate *fates) {
    int forgotten = table_find(table, SLICE_LITERAL(HISTORY_DELETED));
    struct slice start = history_latest_synced(table, rows);
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct cell *cells = rows->rows[i].cells;
        fates[i] = cells[columns->start].kind == CELL_TEXT ? ROW_STAYS : ROW_CHANGED;
        if (fates[i] == ROW_CHANGED) {
            history_row_begin(cells, columns, deleted, start);
        }
        if (forgotten >= 0) {
            cells[forgotten] = (struct cell){.kind = CELL_NULL};
        }
    }
}

/* Rows get the values of history mode and ids with a start. after: the table in history mode, still
 * with its `_fivetran_deleted`. */
static bool place(struct table_work *work, const struct table *before, const struct table *after,
                  size_t deleted, struct status *status) {
    struct history_columns columns;
    enum row_fate *fates = NULL;
    struct rows rows;
    rows_init(&rows, 0, ROWS_MAX_BYTES);
    bool ok = history_columns_demand(after, &columns, status) &&
              reshape_load_all(work, &rows, before, status);
    if (!ok) {
        goto cleanup;
    }
    fates = calloc(rows.n_rows + 1, sizeof *fates);
    if (fates) {
        begin_rows(before, &rows, &columns, deleted, fates);
        ok = place_rows(work, &(struct placing){before, after, &rows, fates}, status);
    } else {
        ok = status_no_memory(status, "putting a table into history mode");
    }
cleanup:
    free(fates);
    rows_clean_up(&rows);
    return ok;
}

static bool convert(struct table_work *work, size_t deleted, struct status *status) {
    struct table_draft before = {0};
    struct table_draft after = {0};
    bool ok = table_draft_init(&before, work->store->table, 3, status) &&
              history_columns_add(&before, status) &&
              table_draft_init(&after, &before.table, 0, status);
    if (ok) {
        table_draft_find(&after, HISTORY_START)->primary_key = true;
        ok = place(work, &before.table, &after.table, deleted, status);
        table_draft_remove(&after, HISTORY_DELETED);
    }
    ok = ok && reshape_columns(work, &after.table, status);
    table_draft_clean_up(&before);
    table_draft_clean_up(&after);
    return ok;
}

static bool to_history(struct table_work *work, const struct migration *migration,
                       struct status *status) {
    const struct table *table = work->store->table;
    size_t deleted;
    return history_columns_find(table, NULL) || /* delivered again after it was done */
           (history_deleted_column(table, migration->soft_deleted_column, &deleted, status) &&
            convert(work, deleted, status));
}

bool migrate_soft_delete_to_history(struct rewrite *rw, const struct migration *migration,
                                    struct status *status) {
    return migrate_on_table(rw, migration, to_history, status);
}
