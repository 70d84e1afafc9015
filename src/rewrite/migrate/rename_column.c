#include "rewrite/migrate/operations.h"
#include "rewrite/reshape.h"
#include "rewrite/table_draft.h"

struct column_move {
    size_t from;
    size_t to;
};

static bool has_value(void *context, const struct cell *cells) {
    const struct column_move *move = context;
    return cells[move->from].kind == CELL_TEXT;
}

static void move_cell(void *context, struct cell *cells) {
    const struct column_move *move = context;
    cells[move->to] = cells[move->from];
    cells[move->from] = (struct cell){.kind = CELL_NULL};
}

/* The values move to a new column, which takes the place of the old in the key. Rows whose old
 * column is NULL have moved already, or have nothing to move. before has both columns. */
static bool move_values(struct table_work *work, const struct table *before,
                        struct column_move *move, struct status *status) {
    struct table_draft rows_as = {0};
    struct table_draft columns = {0};
    bool ok = table_draft_init(&rows_as, before, 0, status);
    if (ok) {
        rows_as.columns[move->to].primary_key = rows_as.columns[move->from].primary_key;
        rows_as.columns[move->from].primary_key = false;
        ok = table_draft_init(&columns, &rows_as.table, 0, status);
    }
    if (ok) {
        table_draft_remove(&columns, rows_as.columns[move->from].name);
        const struct reshape reshape = {
            .before = before,
            .rows_as = &rows_as.table,
            .columns = &columns.table,
            .concerns = has_value,
            .change = move_cell,
            .context = move,
        };
        ok = reshape_table(work, &reshape, status);
    }
    table_draft_clean_up(&rows_as);
    table_draft_clean_up(&columns);
    return ok;
}

static bool rename_column(struct table_work *work, const struct migration *migration,
                          struct status *status) {
    const struct table *table = work->store->table;
    int from = table_find(table, slice_of(migration->column));
    if (from < 0) {
        /* Delivered again after it was done? */
        return table_find(table, slice_of(migration->to_column)) >= 0 ||
               migrate_no_column(table, migration->column, status);
    }
    struct table_draft before;
    struct column column = table->columns[from];
    column.name = migration->to_column;
    column.primary_key = false;
    bool ok =
        migrate_check_target(table, &column, status) && table_draft_init(&before, table, 1, status);
    if (!ok) {
        return false;
    }
    if (!table_draft_find(&before, column.name)) {
        ok = table_draft_add(&before, &column, status);
    }
    if (ok) {
        int to = table_find(&before.table, slice_of(column.name));
        struct column_move move = {(size_t)from, (size_t)to};
        ok = move_values(work, &before.table, &move, status);
    }
    table_draft_clean_up(&before);
    return ok;
}

bool migrate_rename_column(struct rewrite *rw, const struct migration *migration,
                           struct status *status) {
    return migrate_on_table(rw, migration, rename_column, status);
}
