#include "base/key_index.h"
#include "rewrite/table_work.h"
#include "rewrite/update.h"

enum {
    CHECK_CANCEL_EVERY = 256,
    DELETE_PASS_BYTES = 64 * 1024 * 1024, /* of ids that are removed together */
    ID_BYTES = 64 * 1024 * 1024,
};

/* A source of the next records that have one operation: kinds come one after another. */
struct run {
    struct record_source source; /* first */
    struct record_source *from;
    struct cancel *cancel;
    enum record_operation operation;
    struct record record; /* the last one read */
    bool waiting;         /* it was not given yet */
    enum next state;      /* NEXT_RECORD: there may be more */
    uint64_t count;       /* records read */
    uint64_t start;       /* records before the run */
};

/* Reads a record, unless one waits. */
static enum next run_read(struct run *run, struct status *status) {
    if (run->state == NEXT_RECORD && !run->waiting) {
        bool go_on =
            (run->count + 1) % CHECK_CANCEL_EVERY != 0 || cancel_go_on(run->cancel, status);
        run->state = go_on ? record_source_next(run->from, &run->record, status) : NEXT_FAILED;
        run->waiting = run->state == NEXT_RECORD;
        run->count += run->waiting;
    }
    return run->state;
}

static enum next run_next(struct record_source *source, struct record *record,
                          struct status *status) {
    struct run *run = (struct run *)source;
    if (run_read(run, status) != NEXT_RECORD) {
        return run->state;
    }
    if (run->record.operation != run->operation) {
        return NEXT_END;
    }
    run->waiting = false;
    *record = run->record;
    return NEXT_RECORD;
}

/* Back to the first record of the run: reads those before it again. */
static bool run_rewind(struct record_source *source, struct status *status) {
    struct run *run = (struct run *)source;
    run->state = NEXT_RECORD;
    run->waiting = false;
    run->count = 0;
    if (!run->from->rewind(run->from, status)) {
        return false;
    }
    while (run->count < run->start && run_read(run, status) == NEXT_RECORD) {
        run->waiting = false;
    }
    return run->state == NEXT_RECORD;
}

/* Drops the rest of the run. */
static bool skip(struct run *run, struct status *status) {
    struct record record;
    enum next next;
    do {
        next = run_next(&run->source, &record, status);
    } while (next == NEXT_RECORD);
    return next == NEXT_END;
}

/* Ids of the run's records, as many as fit. */
static bool collect_ids(struct table_work *work, const struct table *table, struct run *run,
                        struct key_index *ids, struct buf *id, struct status *status) {
    struct record record = {0};
    enum next next = NEXT_END;
    while (ids->arena.used < DELETE_PASS_BYTES &&
           (next = run_next(&run->source, &record, status)) == NEXT_RECORD) {
        size_t at;
        buf_reset(id);
        if (!work->store->ops->row_id(work->store, table, record.cells, id, status) ||
            !key_index_add(ids, buf_slice(id), &at, status)) {
            return false;
        }
    }
    return next != NEXT_FAILED;
}

static bool delete_rows(struct table_work *work, const struct table *table, struct run *run,
                        struct status *status) {
    struct key_index ids;
    struct buf id;
    bool ok;
    key_index_init(&ids, 2 * DELETE_PASS_BYTES + ID_BYTES);
    buf_init(&id, ID_BYTES);
    do {
        key_index_reset(&ids);
        ok = collect_ids(work, table, run, &ids, &id, status) &&
             table_work_remove(work, ids.keys, ids.n_keys, status);
    } while (ok && ids.n_keys > 0);
    buf_clean_up(&id);
    key_index_clean_up(&ids);
    return ok;
}

static bool apply_run(struct table_work *work, const struct table *table, struct run *run,
                      struct status *status) {
    run->operation = run->record.operation;
    run->start = run->count - 1; /* its first record is read and waits */
    switch (run->operation) {
    case RECORD_UPSERT:
        return table_work_write(work, table, &run->source, status);
    case RECORD_UPDATE:
    case RECORD_DELETE:
        break;
    default:
        return status_fail(status, STATUS_INTERNAL, "a record of WriteBatch is a %s",
                           record_operation_name(run->operation));
    }
    if (!table_work_see(work, table, status)) {
        return false;
    }
    if (!work->store) {
        return skip(run, status); /* there are no rows */
    }
    return run->operation == RECORD_UPDATE ? update_rows(work, table, &run->source, status)
                                           : delete_rows(work, table, run, status);
}

static bool apply_runs(struct table_work *work, const struct table *table,
                       struct record_source *source, struct status *status) {
    struct run run = {.source = {run_next, source->rewind ? run_rewind : NULL},
                      .from = source,
                      .cancel = work->rw->cancel};
    run.state = NEXT_RECORD;
    while (run_read(&run, status) == NEXT_RECORD) {
        if (!apply_run(work, table, &run, status)) {
            return false;
        }
    }
    return run.state == NEXT_END && table_work_confirm(work, status);
}

bool rewrite_write(struct rewrite *rw, const struct table *table, struct record_source *source,
                   struct status *status) {
    if (!rw->d->ops->open_rows) {
        return rewrite_append(rw, table, source, status);
    }
    struct table_work work;
    bool ok = table_work_lock(&work, rw, slice_of(table->schema), slice_of(table->name), status) &&
              apply_runs(&work, table, source, status);
    table_work_end(&work);
    return ok || table_work_explain(table, status);
}
