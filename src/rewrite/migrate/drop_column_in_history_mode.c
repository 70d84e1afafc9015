#include "rewrite/migrate/operations.h"
#include "rewrite/migrate/version_at.h"

/* The column stays, for the versions that have it (lesson 28). */
static bool drop(struct table_work *work, const struct migration *migration,
                 struct status *status) {
    const struct table *table = work->store->table;
    size_t index;
    if (!migrate_find_value_column(table, migration->column, &index, status)) {
        return false;
    }
    const struct version_change change = {
        .column = &(struct column){.name = migration->column},
        .value = {.kind = CELL_NULL},
        .only_values = true,
        .timestamp = migration->timestamp,
    };
    return version_at(work, &change, status);
}

bool migrate_drop_column_in_history_mode(struct rewrite *rw, const struct migration *migration,
                                         struct status *status) {
    return migrate_on_table(rw, migration, drop, status);
}
