#include "rewrite/migrate/copying.h"
#include "rewrite/migrate/operations.h"

static bool copy(struct copying *copying, const struct migration *migration,
                 struct status *status) {
    struct rows rows;
    if (!copying->from.store) {
        return migrate_no_table(migration->schema, migration->table, status);
    }
    rows_init(&rows, copying->from.store->table->n_columns, ROWS_MAX_BYTES);
    bool ok = copying_read(copying, &rows, status) && copying_copy(copying, &rows, status);
    rows_clean_up(&rows);
    return ok;
}

bool migrate_copy_table(struct rewrite *rw, const struct migration *migration,
                        struct status *status) {
    struct copying copying;
    bool ok = copying_begin(&copying, rw, migration, status) && copy(&copying, migration, status);
    copying_end(&copying);
    return ok;
}
