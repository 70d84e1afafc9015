#include "rewrite/migrate/copying.h"
#include "rewrite/migrate/operations.h"

/* Ids of rows and tables follow names: so the rows are copied, and seen there, before the old table
 * goes (architecture, "Dust tables"). */
static bool move(struct copying *copying, const struct migration *migration,
                 struct status *status) {
    struct rewrite *rw = copying->from.rw;
    if (!copying->from.store) {
        /* Delivered again after it was done. */
        return copying->to.store || migrate_no_table(migration->schema, migration->table, status);
    }
    return copying_copy(copying, status) &&
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
