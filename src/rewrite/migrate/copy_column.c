#include "rewrite/migrate/column_value.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/reshape.h"

struct column_copy {
    size_t from;
    size_t to;
};

static bool differs(void *context, const struct cell *cells) {
    const struct column_copy *copy = context;
    return !column_value_equal(&cells[copy->from], &cells[copy->to]);
}

static void copy_cell(void *context, struct cell *cells) {
    const struct column_copy *copy = context;
    cells[copy->to] = cells[copy->from];
}

static bool copy(struct table_work *work, const struct migration *migration,
                 struct status *status) {
    const struct table *table = work->store->table;
    int from = table_find(table, slice_of(migration->column));
    if (from < 0) {
        return migrate_no_column(table, migration->column, status);
    }
    struct column_copy copied = {.from = (size_t)from};
    struct column column = table->columns[from];
    column.name = migration->to_column;
    column.primary_key = false;
    if (!migrate_check_target(table, &column, status) ||
        !reshape_add_column(work, &column, status) ||
        !migrate_find_value_column(work->store->table, column.name, &copied.to, status)) {
        return false;
    }
    const struct reshape reshape = {
        .before = work->store->table,
        .rows_as = work->store->table,
        .columns = work->store->table,
        .concerns = differs,
        .change = copy_cell,
        .context = &copied,
    };
    return reshape_table(work, &reshape, status);
}

bool migrate_copy_column(struct rewrite *rw, const struct migration *migration,
                         struct status *status) {
    return migrate_on_table(rw, migration, copy, status);
}
