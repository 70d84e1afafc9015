#include "rewrite/migrate/column_value.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/migrate/version_at.h"

static bool add(struct table_work *work, const struct migration *migration, struct status *status) {
    const struct table *table = work->store->table;
    const struct column wanted = {.name = migration->column, .type = migration->type};
    int at = table_find(table, slice_of(migration->column));
    size_t index;
    if (at >= 0 && !migrate_find_value_column(table, migration->column, &index, status)) {
        return false;
    }
    struct version_change change = {.column = &wanted, .timestamp = migration->timestamp};
    const struct column *column = at < 0 ? &wanted : &table->columns[at];
    return column_value_read(table, column, migration->value, &change.value, status) &&
           version_at(work, &change, status);
}

bool migrate_add_column_in_history_mode(struct rewrite *rw, const struct migration *migration,
                                        struct status *status) {
    return migrate_on_table(rw, migration, add, status);
}
