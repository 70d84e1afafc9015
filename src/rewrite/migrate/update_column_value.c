#include "rewrite/migrate/column_value.h"
#include "rewrite/migrate/operations.h"

static bool update(struct table_work *work, const struct migration *migration,
                   struct status *status) {
    const struct table *table = work->store->table;
    struct cell value;
    size_t column;
    return migrate_find_value_column(table, migration->column, &column, status) &&
           column_value_read(table, &table->columns[column], migration->value, &value, status) &&
           column_value_set(work, column, &value, status);
}

bool migrate_update_column_value(struct rewrite *rw, const struct migration *migration,
                                 struct status *status) {
    return migrate_on_table(rw, migration, update, status);
}
