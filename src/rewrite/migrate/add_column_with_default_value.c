#include "rewrite/migrate/column_value.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/reshape.h"

/* A column that is there keeps its type, and gets the value as a new one does. */
static bool add(struct table_work *work, const struct migration *migration, struct status *status) {
    const struct table *table = work->store->table;
    const struct column wanted = {.name = migration->column, .type = migration->type};
    int at = table_find(table, slice_of(migration->column));
    const struct column *column = at < 0 ? &wanted : &table->columns[at];
    struct cell value;
    size_t index;
    return column_value_read(table, column, migration->value, &value, status) &&
           reshape_add_column(work, &wanted, status) &&
           migrate_find_value_column(work->store->table, migration->column, &index, status) &&
           column_value_set(work, index, &value, status);
}

bool migrate_add_column_with_default_value(struct rewrite *rw, const struct migration *migration,
                                           struct status *status) {
    return migrate_on_table(rw, migration, add, status);
}
