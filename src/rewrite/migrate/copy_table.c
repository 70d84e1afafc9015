#include "rewrite/migrate/copying.h"
#include "rewrite/migrate/operations.h"

bool migrate_copy_table(struct rewrite *rw, const struct migration *migration,
                        struct status *status) {
    struct copying copying;
    bool ok = copying_begin(&copying, rw, migration, status);
    if (ok) {
        ok = copying.from.store ? copying_copy(&copying, status)
                                : migrate_no_table(migration->schema, migration->table, status);
    }
    copying_end(&copying);
    return ok;
}
