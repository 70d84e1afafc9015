#include "rewrite/migrate/operations.h"

bool migrate_drop_table(struct rewrite *rw, const struct migration *migration,
                        struct status *status) {
    struct slice schema = slice_of(migration->schema);
    struct slice name = slice_of(migration->table);
    struct destination *d = rw->d;
    struct table_work work;
    bool ok = table_work_lock(&work, rw, schema, name, status) &&
              d->ops->drop(d, schema, name, rw->notice, status);
    table_work_end(&work);
    return ok;
}
