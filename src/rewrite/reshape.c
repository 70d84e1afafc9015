#include "rewrite/reshape.h"

#include "rewrite/place.h"
#include "rewrite/table_draft.h"
#include "table/cell_value.h"

#include <stdlib.h>

static bool keep_concerned(void *context, const struct row *row) {
    const struct reshape *reshape = context;
    return reshape->concerns(reshape->context, row->cells);
}

/* Changes the rows' cells where that is due; fates has an entry per row. */
static void change_rows(const struct reshape *reshape, struct rows *rows, enum row_fate *fates) {
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct cell *cells = rows->rows[i].cells;
        bool concerned = reshape->concerns(reshape->context, cells);
        fates[i] = concerned ? ROW_CHANGED : ROW_STAYS;
        if (concerned && reshape->change) {
            reshape->change(reshape->context, cells);
        }
    }
}

static bool write_all(struct table_work *work, const struct table *table, const struct rows *rows,
                      struct status *status) {
    struct rows_source source;
    rows_source_init(&source, rows);
    return table_work_write(work, table, &source.source, status);
}

/* Rows that move are read before anything is changed: they may turn out not to be able to. */
static bool load(struct table_work *work, const struct reshape *reshape, bool moves,
                 struct rows *rows, struct status *status) {
    if (moves) {
        return reshape_load_all(work, rows, reshape->before, status);
    }
    if (!reshape_columns(work, reshape->before, status)) {
        return false;
    }
    rows->n_columns = work->store->table->n_columns;
    return table_work_settle(work, status) &&
           rows_load(rows, work->store, keep_concerned, (void *)reshape, status);
}

/* Whether the values of columns that change their type are, as changed, values of the new one. */
static bool check_types(const struct reshape *reshape, const struct rows *rows,
                        struct status *status) {
    const struct table *after = reshape->rows_as;
    for (size_t c = 0; c < after->n_columns; c++) {
        bool retyped = after->columns[c].type != reshape->before->columns[c].type;
        for (size_t i = 0; retyped && i < rows->n_rows; i++) {
            const struct cell *cell = &rows->rows[i].cells[c];
            const char *reason =
                cell->kind == CELL_TEXT ? cell_check(after->columns[c].type, cell->text) : NULL;
            if (reason) {
                return status_fail(status, STATUS_TASK,
                                   "Table %s.%s: column \"%s\" cannot become %s: it holds a value "
                                   "that %s. No row was changed. Re-sync the table from the start "
                                   "(drop it at the destination first).",
                                   after->schema, after->name, after->columns[c].name,
                                   column_type_name(after->columns[c].type), reason);
            }
        }
    }
    return true;
}

/* Whether the values of columns that join the key are those that were written: the source knows the
 * row by these. */
static bool check_key(const struct table_work *work, const struct reshape *reshape,
                      const struct rows *rows, struct status *status) {
    const struct table *before = reshape->before;
    const struct row_store_ops *ops = work->store->ops;
    for (size_t c = 0; ops->may_be_changed && c < before->n_columns; c++) {
        bool joins = reshape->rows_as->columns[c].primary_key && !before->columns[c].primary_key;
        for (size_t i = 0; joins && i < rows->n_rows; i++) {
            const struct cell *cell = &rows->rows[i].cells[c];
            if (cell->kind == CELL_TEXT && ops->may_be_changed(&before->columns[c], cell->text)) {
                return status_fail(status, STATUS_TASK,
                                   "Table %s.%s: column \"%s\" cannot join the primary key: the "
                                   "destination has kept some of its values otherwise than they "
                                   "came (a text of digits as a number, a time without its "
                                   "fraction). No row was changed. Re-sync the table from the "
                                   "start (drop it at the destination first).",
                                   before->schema, before->name, before->columns[c].name);
            }
        }
    }
    return true;
}

bool reshape_table(struct table_work *work, const struct reshape *reshape, struct status *status) {
    bool moves = place_is_needed(reshape->before, reshape->rows_as);
    enum row_fate *fates = NULL;
    struct rows rows;
    rows_init(&rows, 0, ROWS_MAX_BYTES);
    bool ok = load(work, reshape, moves, &rows, status) && check_key(work, reshape, &rows, status);
    if (!ok) {
        goto cleanup;
    }
    fates = calloc(rows.n_rows + 1, sizeof *fates);
    if (!fates) {
        ok = status_no_memory(status, "changing rows");
        goto cleanup;
    }
    change_rows(reshape, &rows, fates);
    const struct placing placing = {reshape->before, reshape->rows_as, &rows, fates};
    ok = check_types(reshape, &rows, status) &&
         (moves ? place_rows(work, &placing, status)
                : write_all(work, reshape->rows_as, &rows, status));
    ok = ok && reshape_columns(work, reshape->columns, status);
cleanup:
    free(fates);
    rows_clean_up(&rows);
    return ok;
}

bool reshape_load_all(struct table_work *work, struct rows *rows, const struct table *before,
                      struct status *status) {
    rows->n_columns = work->store->table->n_columns;
    return table_work_settle(work, status) && rows_load(rows, work->store, NULL, NULL, status) &&
           rows_widen(rows, before->n_columns, status);
}

bool reshape_columns(struct table_work *work, const struct table *columns, struct status *status) {
    return table_columns_equal(work->store->table, columns) ||
           work->store->ops->set_columns(work->store, columns, status);
}

bool reshape_add_column(struct table_work *work, const struct column *column,
                        struct status *status) {
    struct table_draft draft;
    bool ok = table_draft_init(&draft, work->store->table, 1, status);
    if (ok && !table_draft_find(&draft, column->name)) {
        ok = table_draft_add(&draft, column, status) && reshape_columns(work, &draft.table, status);
    }
    table_draft_clean_up(&draft);
    return ok;
}
