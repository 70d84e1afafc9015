#include "rewrite/migrate/copying.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/table_draft.h"

/* A drop that was cut may have emptied the old table and left it there: its rows are all in the new
 * one. */
static bool only_drop_is_left(const struct copying *copying, const struct rows *rows) {
    return rows->n_rows == 0 && copying->to.store &&
           table_columns_equal(copying->from.store->table, copying->to.store->table);
}

static bool copy_rows(struct copying *copying, struct status *status) {
    struct rows rows;
    rows_init(&rows, copying->from.store->table->n_columns, ROWS_MAX_BYTES);
    bool ok = copying_read(copying, &rows, status) &&
              (only_drop_is_left(copying, &rows) || copying_copy(copying, &rows, status));
    rows_clean_up(&rows);
    return ok;
}

/* Ids of rows and tables follow names: so the rows are copied, and seen there, before the old table
 * goes (architecture, "Dust tables"). */
static bool move(struct copying *copying, const struct migration *migration,
                 struct status *status) {
    struct rewrite *rw = copying->from.rw;
    if (!copying->from.store) {
        /* Delivered again after it was done? */
        return copying->to.store || migrate_no_table(migration->schema, migration->table, status);
    }
    return copy_rows(copying, status) &&
           rw->d->ops->drop(rw->d, slice_of(migration->schema), slice_of(migration->table),
                            rw->notice, status);
}

bool migrate_rename_table(struct rewrite *rw, const struct migration *migration,
                          struct status *status) {
    struct copying copying;
    bool ok = copying_begin(&copying, rw, migration, status) && move(&copying, migration, status);
    copying_end(&copying);
    return ok;
}
