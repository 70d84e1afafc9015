#include "frontends/fivetran/write_records.h"

bool write_records(struct call *call, const struct table *table, struct record_source *source,
                   struct status *status) {
    struct destination *d = &call->destination;
    struct write_session *session = d->ops->open_session(d, table, &call->notice, status);
    if (!session) {
        return false;
    }
    const struct pipeline pipeline = {
        .source = source,
        .session = session,
        .table = table,
        .attempt = &call->attempt,
        .cancel = &call->work,
        .clock = d->shared->clock,
        .log = &call->log,
        .notice = &call->notice,
    };
    bool ok = pipeline_run(&pipeline, &call->report, status);
    session->ops->destroy(session);
    return ok;
}
