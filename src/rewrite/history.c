#include "rewrite/table_work.h"

bool rewrite_write_history(struct rewrite *rw, const struct table *table,
                           struct record_source *source, struct status *status) {
    if (!rw->d->ops->open_rows) {
        return rewrite_append(rw, table, source, status);
    }
    return status_fail(status, STATUS_INTERNAL, "history mode is not there yet");
}
