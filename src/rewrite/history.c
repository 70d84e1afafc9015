#include "rewrite/history_plan.h"

#include <stdlib.h>

/* One WriteHistoryBatch under way, as a source of the rows that it writes: key by key, those of
 * the versions that it gives, then those that they close. */
struct history {
    struct record_source source; /* first */
    struct table_work *work;
    struct history_index index;
    struct history_plan plan;
    size_t next_key;
    size_t next_row;              /* of the plan */
    struct key_index old_ids;     /* rows that are replaced, rewritten or taken away … */
    struct key_index written_ids; /* … and what is written for the same keys */
};

/* Remembers which rows the plan of a key leaves behind. */
static bool note_ids(struct history *history, struct buf *id, struct status *status) {
    const struct history_plan *plan = &history->plan;
    const struct table *table = &history->index.joined.table;
    struct row_store *store = history->work->store;
    size_t at;
    for (size_t i = 0; i < plan->n_gone; i++) {
        if (!key_index_add(&history->old_ids, plan->gone[i], &at, status)) {
            return false;
        }
    }
    for (size_t i = 0; plan->n_gone > 0 && i < plan->rows.n_rows; i++) {
        buf_reset(id);
        if (!store->ops->row_id(store, table, plan->rows.rows[i].cells, id, status) ||
            !key_index_add(&history->written_ids, buf_slice(id), &at, status)) {
            return false;
        }
    }
    return true;
}

static enum next history_next(struct record_source *source, struct record *record,
                              struct status *status) {
    struct history *history = (struct history *)source;
    while (history->next_row == history->plan.rows.n_rows) {
        if (history->next_key == history->index.keys.n_keys) {
            return NEXT_END;
        }
        if (!history_plan_key(&history->plan, &history->index.states[history->next_key++],
                              status) ||
            !note_ids(history, &history->index.key, status)) {
            return NEXT_FAILED;
        }
        history->next_row = 0;
    }
    *record = (struct record){.operation = RECORD_UPSERT,
                              .cells = history->plan.rows.rows[history->next_row++].cells};
    return NEXT_RECORD;
}

/* Planning a key again comes to the same. */
static bool history_rewind(struct record_source *source, struct status *status) {
    struct history *history = (struct history *)source;
    (void)status;
    rows_reset(&history->plan.rows);
    history->next_key = history->next_row = 0;
    return true;
}

static bool history_init(struct history *history, struct table_work *work,
                         const struct table *table, struct status *status) {
    *history = (struct history){.source = {history_next, history_rewind}, .work = work};
    key_index_init(&history->old_ids, ROWS_MAX_BYTES);
    key_index_init(&history->written_ids, ROWS_MAX_BYTES);
    return history_index_init(&history->index, table, work->store ? work->store->table : NULL,
                              status) &&
           history_plan_init(&history->plan, &history->index, status);
}

static void history_clean_up(struct history *history) {
    key_index_clean_up(&history->written_ids);
    key_index_clean_up(&history->old_ids);
    history_plan_clean_up(&history->plan);
    history_index_clean_up(&history->index);
}

/* Once every row is written: what is left of those that went. */
static bool remove_old(struct history *history, struct status *status) {
    const struct key_index *old = &history->old_ids;
    struct slice *ids = malloc((old->n_keys + 1) * sizeof *ids);
    size_t n_ids = 0;
    if (!ids) {
        return status_no_memory(status, "removing versions");
    }
    for (size_t i = 0; i < old->n_keys; i++) {
        if (key_index_find(&history->written_ids, old->keys[i]) == KEY_INDEX_NONE) {
            ids[n_ids++] = old->keys[i];
        }
    }
    bool ok = n_ids == 0 || table_work_remove(history->work, ids, n_ids, status);
    free(ids);
    return ok;
}

static bool look_back(struct history *history, struct status *status) {
    struct row_store *store = history->work->store;
    return !store || !history->index.looks_back ||
           (table_work_settle(history->work, status) &&
            history_index_load(&history->index, store, status));
}

static bool apply(struct history *history, struct record_source *source, struct status *status) {
    struct table_work *work = history->work;
    return history_index_read(&history->index, source, work->rw->cancel, status) &&
           look_back(history, status) &&
           table_work_write(work, &history->index.joined.table, &history->source, status) &&
           remove_old(history, status) && table_work_confirm(work, status);
}

bool rewrite_write_history(struct rewrite *rw, const struct table *table,
                           struct record_source *source, struct status *status) {
    const char *refusal = rw->d->ops->history_refusal;
    if (refusal) {
        return status_fail(status, STATUS_TASK, "Table %s.%s: %s", table->schema, table->name,
                           refusal);
    }
    if (!rw->d->ops->open_rows) {
        return rewrite_append(rw, table, source, status);
    }
    struct table_work work;
    bool ok = table_work_begin(&work, rw, slice_of(table->schema), slice_of(table->name), status);
    if (ok) {
        struct history history;
        ok = history_init(&history, &work, table, status) && apply(&history, source, status);
        history_clean_up(&history);
    }
    table_work_end(&work);
    return ok || table_work_explain(table, status);
}
