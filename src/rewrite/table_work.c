#include "rewrite/table_work.h"

enum {
    SCOPE_BYTES = 16 * 1024,
    PROGRESS_EVERY_MS = 10 * 1000,
    REMOVE_AT_ONCE = 1000, /* rows between two looks at the clock; fewer where removing is slow */
};

/* Whose tables these are: two accounts may have tables of the same name. */
static bool take_lock(struct table_work *work, struct status *status) {
    const struct settings *settings = work->rw->d->settings;
    const char *const parts[] = {settings->base_url, settings->workspace_id, settings->space_id,
                                 settings->data_source_id, settings->table_id_prefix};
    struct buf scope;
    buf_init(&scope, SCOPE_BYTES);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        buf_printf(&scope, "%s\n", parts[i] ? parts[i] : "");
    }
    bool ok = scope.failed ? status_no_memory(status, "waiting for a table's turn")
                           : table_lock_take(work->rw->locks, buf_slice(&scope), work->schema,
                                             work->name, work->rw->cancel, &work->lock, status);
    buf_clean_up(&scope);
    return ok;
}

bool table_work_lock(struct table_work *work, struct rewrite *rw, struct slice schema,
                     struct slice name, struct status *status) {
    *work = (struct table_work){.rw = rw, .schema = schema, .name = name};
    return take_lock(work, status);
}

bool table_work_begin(struct table_work *work, struct rewrite *rw, struct slice schema,
                      struct slice name, struct status *status) {
    return table_work_lock(work, rw, schema, name, status) && table_work_reopen(work, status);
}

static void close_rows(struct table_work *work) {
    if (work->store) {
        work->store->ops->close(work->store);
        work->store = NULL;
    }
}

bool table_work_reopen(struct table_work *work, struct status *status) {
    struct destination *d = work->rw->d;
    close_rows(work);
    return d->ops->open_rows(d, work->schema, work->name, &work->store, status);
}

bool table_work_see(struct table_work *work, const struct table *table, struct status *status) {
    bool all = work->store != NULL;
    for (size_t i = 0; all && i < table->n_columns; i++) {
        all = table_find(work->store->table, slice_of(table->columns[i].name)) >= 0;
    }
    return all || table_work_reopen(work, status);
}

bool table_work_settle(struct table_work *work, struct status *status) {
    if (!work->settled && work->store) {
        work->settled = work->store->ops->settle(work->store, status);
        work->removed = work->removed && !work->settled;
        return work->settled;
    }
    return true;
}

/* A session and its pipeline, added to the report. */
static bool deliver(struct rewrite *rw, const struct table *table, struct record_source *source,
                    struct status *status) {
    struct destination *d = rw->d;
    struct delivery_report report = {0};
    struct write_session *session = d->ops->open_session(d, table, rw->notice, status);
    if (!session) {
        return false;
    }
    const struct pipeline pipeline = {
        .source = source,
        .session = session,
        .table = table,
        .attempt = rw->attempt,
        .cancel = rw->cancel,
        .clock = d->shared->clock,
        .log = rw->log,
        .notice = rw->notice,
    };
    bool ok = pipeline_run(&pipeline, &report, status);
    session->ops->destroy(session);
    rw->report->records += report.records;
    rw->report->batches += report.batches;
    rw->report->bytes += report.bytes;
    rw->report->restarts += report.restarts;
    rw->report->finishing = report.finishing;
    return ok;
}

bool rewrite_append(struct rewrite *rw, const struct table *table, struct record_source *source,
                    struct status *status) {
    bool ok = deliver(rw, table, source, status);
    /* A text that names a record says all this itself. */
    if (!ok && !rw->report->finishing && !status->names_record) {
        status_context(status, "table %s%s%s: nothing of this batch was kept", TABLE_ARGS(table));
    }
    return ok;
}

bool table_work_explain(const struct table *table, struct status *status) {
    if (status->code == STATUS_DATA_LOSS) {
        status_context(status,
                       "table %s.%s: a part of this batch may have been written, which does no "
                       "harm: it is written again with the rest",
                       table->schema, table->name);
    }
    return false;
}

bool table_work_write(struct table_work *work, const struct table *table,
                      struct record_source *source, struct status *status) {
    uint64_t before = work->rw->report->records;
    bool ok = deliver(work->rw, table, source, status);
    if (work->rw->report->records > before) {
        /* A session that confirms has seen its last row, and so all before it (architecture, "The
         * fence"). */
        work->settled = ok && work->rw->d->settings->confirm_writes;
        work->removed = work->removed && !work->settled;
    }
    return ok;
}

/* What removing takes is known beforehand: better no start than no end. */
bool table_work_can_remove(const struct table_work *work, size_t n_ids, struct status *status) {
    uint64_t rate = work->store->removals_per_minute;
    int64_t left_ms = cancel_remaining_ms(work->rw->cancel);
    if (rate == 0 || left_ms == INT64_MAX || n_ids <= (uint64_t)left_ms * rate / 60000) {
        return true;
    }
    return status_fail(status, STATUS_TASK,
                       "Table %.*s.%.*s: %zu rows are to be removed one by one, which takes %.1f "
                       "hours at the %llu a minute that the destination manages, and this call has "
                       "to end in %.1f hours. None of them was removed. Re-sync the table from the "
                       "start (drop it at the destination first), or sync it more often.",
                       SLICE_ARG(work->schema), SLICE_ARG(work->name), n_ids,
                       (double)n_ids / (double)rate / 60.0, (unsigned long long)rate,
                       (double)left_ms / 3600000.0);
}

static void log_progress(const struct table_work *work, size_t n_removed, size_t n_ids,
                         int64_t elapsed_ms) {
    double seconds = (double)elapsed_ms / 1000.0;
    log_event(work->rw->log, LOG_INFO, "removing", "rows=%zu left=%zu seconds_left=%.0f", n_removed,
              n_ids - n_removed, seconds * (double)(n_ids - n_removed) / (double)n_removed);
}

bool table_work_remove(struct table_work *work, const struct slice *ids, size_t n_ids,
                       struct status *status) {
    const struct clock *clock = work->rw->d->shared->clock;
    uint64_t rate = work->store->removals_per_minute;
    size_t at_once = rate > 0 && rate / 6 < REMOVE_AT_ONCE ? rate / 6 + 1 : REMOVE_AT_ONCE;
    int64_t started_ms = clock_monotonic_ms(clock);
    int64_t logged_ms = started_ms;
    if (!table_work_can_remove(work, n_ids, status)) {
        return false;
    }
    for (size_t at = 0; at < n_ids; at += at_once) {
        size_t n = n_ids - at < at_once ? n_ids - at : at_once;
        work->settled = false;
        work->removed = true;
        if (!cancel_go_on(work->rw->cancel, status) ||
            !work->store->ops->remove(work->store, ids + at, n, status)) {
            return false;
        }
        work->rw->report->records += n;
        int64_t now_ms = clock_monotonic_ms(clock);
        if (at + n < n_ids && now_ms - logged_ms >= PROGRESS_EVERY_MS) {
            logged_ms = now_ms;
            log_progress(work, at + n, n_ids, now_ms - started_ms);
        }
    }
    return true;
}

bool table_work_confirm(struct table_work *work, struct status *status) {
    bool confirm = work->removed && work->rw->d->settings->confirm_writes;
    return !confirm || table_work_settle(work, status);
}

void table_work_end(struct table_work *work) {
    close_rows(work);
    table_lock_give(work->rw->locks, work->lock);
}
