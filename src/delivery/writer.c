#include "delivery/writer.h"

#include "delivery/dispatch.h"

#include <stdlib.h>
#include <time.h>

enum {
    QUEUE_SLOTS = 2,                   /* one being sent, one waiting behind it */
    SPARE_BATCHES = QUEUE_SLOTS + 1,   /* kept for the next to be opened */
    MAX_SPARE_BYTES = 4 * 1024 * 1024, /* a batch that grew larger is freed instead */
    MAX_KEPT_SPILL_BYTES = 64 * 1024,
    PROGRESS_EVERY_MS = 10000,
    CHECK_CANCEL_EVERY = 256,
};

struct writer_table {
    struct writer_table *next;
    const struct table *table;
    struct write_session *session;
    struct batcher batcher;
    struct log log;
    /* The front end's thread. */
    struct batch *open;                  /* being filled; NULL: none */
    size_t open_bytes;                   /* what open takes, as counted in the writer */
    struct writer_table *before, *after; /* among the tables with an open batch */
    bool begun;
    /* The sending thread. */
    struct dispatch dispatch;
    /* Guarded by the writer's mutex. */
    bool durable;
};

struct slot {
    struct writer_table *table;
    struct batch *batch;
    bool last;
};

struct writer {
    struct writer_options options;
    struct writer_table *tables;
    /* The front end's thread. */
    struct writer_table *open_tables;
    size_t open_bytes;
    uint64_t n_added;
    int64_t progress_at_ms;
    /* Guarded by mutex. */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct slot slots[QUEUE_SLOTS];
    size_t next;
    size_t n_queued; /* the one being sent included */
    struct batch *spares[SPARE_BATCHES];
    size_t n_spares;
    struct delivery_report report;
    bool closing;
    bool failed;
    struct status failure;
};

/* --- batches --- */

static void batch_free(struct batch *batch) {
    if (batch) {
        batch_clean_up(batch);
        free(batch);
    }
}

static struct batch *batch_new(const struct batch_caps *caps) {
    struct batch *batch = malloc(sizeof *batch);
    if (batch && !batch_init(batch, caps)) {
        free(batch);
        return NULL;
    }
    return batch;
}

/* A spare batch, or a new one; NULL: no memory. */
static struct batch *take_batch(struct writer *w, const struct batch_caps *caps) {
    struct batch *batch = NULL;
    pthread_mutex_lock(&w->mutex);
    if (w->n_spares > 0) {
        batch = w->spares[--w->n_spares];
    }
    pthread_mutex_unlock(&w->mutex);
    if (batch && batch->max_records != caps->max_records) {
        batch_free(batch);
        batch = NULL;
    }
    return batch ? batch : batch_new(caps);
}

/* Keeps a batch that was sent for the next to be opened, or frees it. */
static void give_back_locked(struct writer *w, struct batch *batch) {
    if (w->n_spares < SPARE_BATCHES && batch->body.cap <= MAX_SPARE_BYTES) {
        w->spares[w->n_spares++] = batch;
    } else {
        batch_free(batch);
    }
}

/* --- the sending thread --- */

static bool send_slot(struct writer *w, const struct slot *slot, struct status *status) {
    struct writer_table *t = slot->table;
    w->options.attempt->log = &t->log;
    if (dispatch_batch(&t->dispatch, slot->batch, slot->last, status) != SENDER_GOES_ON) {
        return false;
    }
    return !slot->last || t->session->ops->finish(t->session, w->options.notice, status);
}

static void *writer_main(void *context) {
    struct writer *w = context;
    pthread_mutex_lock(&w->mutex);
    while (!w->closing && !w->failed) {
        if (w->n_queued == 0) {
            pthread_cond_wait(&w->changed, &w->mutex);
            continue;
        }
        const struct slot slot = w->slots[w->next];
        pthread_mutex_unlock(&w->mutex);
        struct status status = STATUS_INIT;
        bool sent = send_slot(w, &slot, &status);
        pthread_mutex_lock(&w->mutex);
        if (!sent) {
            w->failed = true;
            w->failure = status;
        }
        slot.table->durable = sent && slot.last;
        give_back_locked(w, slot.batch);
        w->next = (w->next + 1) % QUEUE_SLOTS;
        w->n_queued--;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

/* --- waiting for it --- */

/* Logs how far the sync is, at most every PROGRESS_EVERY_MS. mutex held. */
static void log_progress(struct writer *w) {
    int64_t now = clock_monotonic_ms(w->options.clock);
    if (now - w->progress_at_ms >= PROGRESS_EVERY_MS) {
        w->progress_at_ms = now;
        log_event(w->options.log, LOG_INFO, "sending", "records=%llu batches=%llu bytes=%llu",
                  (unsigned long long)w->report.records, (unsigned long long)w->report.batches,
                  (unsigned long long)w->report.bytes);
    }
}

/* Waits until at most n batches are queued. mutex held. False with *status when sending failed. */
static bool wait_locked(struct writer *w, size_t n, struct status *status) {
    while (w->n_queued > n && !w->failed) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += PROGRESS_EVERY_MS / 1000;
        pthread_cond_timedwait(&w->changed, &w->mutex, &until);
        log_progress(w);
    }
    if (w->failed) {
        *status = w->failure;
    }
    return !w->failed;
}

/* --- open batches, counted --- */

static void count_open(struct writer *w, struct writer_table *t) {
    size_t bytes = 0;
    if (t->open) {
        bytes =
            t->open->body.cap + t->open->max_records * sizeof *t->open->ends + t->batcher.spill.cap;
    }
    w->open_bytes = w->open_bytes - t->open_bytes + bytes;
    t->open_bytes = bytes;
}

static void link_open(struct writer *w, struct writer_table *t) {
    t->before = NULL;
    t->after = w->open_tables;
    if (t->after) {
        t->after->before = t;
    }
    w->open_tables = t;
}

static void unlink_open(struct writer *w, struct writer_table *t) {
    if (t->before) {
        t->before->after = t->after;
    } else {
        w->open_tables = t->after;
    }
    if (t->after) {
        t->after->before = t->before;
    }
}

/* Opens a batch for the table, and its session if need be. */
static bool open_batch(struct writer *w, struct writer_table *t, struct status *status) {
    if (!t->begun) {
        if (!t->session->ops->begin(t->session, status)) {
            return false;
        }
        t->begun = true;
    }
    t->open = take_batch(w, &t->session->caps);
    if (!t->open) {
        return status_no_memory(status, "opening a batch");
    }
    link_open(w, t);
    bool ok = batcher_start(&t->batcher, t->open, status);
    if (t->batcher.spill.cap > MAX_KEPT_SPILL_BYTES) {
        buf_clean_up(&t->batcher.spill); /* a large record passed: its room is not kept */
    }
    count_open(w, t);
    return ok;
}

/* Closes the table's open batch and hands it to the sending thread. */
static bool send_open(struct writer *w, struct writer_table *t, bool last, struct status *status) {
    batch_close(t->open, t->session, last);
    if (t->open->body.failed) {
        return status_no_memory(status, "closing a batch");
    }
    pthread_mutex_lock(&w->mutex);
    bool ok = wait_locked(w, QUEUE_SLOTS - 1, status);
    if (ok) {
        w->slots[(w->next + w->n_queued) % QUEUE_SLOTS] =
            (struct slot){.table = t, .batch = t->open, .last = last};
        w->n_queued++;
        log_progress(w);
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->mutex);
    if (ok) {
        t->open = NULL;
        unlink_open(w, t);
        count_open(w, t);
    }
    return ok;
}

/* Sends the largest batches until the open ones fit the budget. */
static bool keep_budget(struct writer *w, struct status *status) {
    while (w->open_bytes > w->options.max_open_bytes && w->open_tables->after) {
        struct writer_table *largest = w->open_tables;
        for (struct writer_table *t = largest->after; t; t = t->after) {
            largest = t->open_bytes > largest->open_bytes ? t : largest;
        }
        if (!send_open(w, largest, false, status)) {
            return false;
        }
    }
    return true;
}

/* --- the door --- */

static bool set_not_durable(struct writer *w, struct writer_table *t, struct status *status) {
    pthread_mutex_lock(&w->mutex);
    t->durable = false;
    bool ok = !w->failed;
    if (!ok) {
        *status = w->failure;
    }
    pthread_mutex_unlock(&w->mutex);
    return ok;
}

bool writer_add(struct writer *w, struct writer_table *t, const struct record *record,
                struct status *status) {
    if (++w->n_added % CHECK_CANCEL_EVERY == 0 && !cancel_go_on(w->options.cancel, status)) {
        return false;
    }
    if (!t->open && !(set_not_durable(w, t, status) && open_batch(w, t, status))) {
        return false;
    }
    size_t cap = t->open->body.cap;
    switch (batcher_add(&t->batcher, record, status)) {
    case BATCHER_ADDED:
        break;
    case BATCHER_FULL:
        if (!send_open(w, t, false, status) || !open_batch(w, t, status)) {
            return false;
        }
        break;
    case BATCHER_FAILED:
        return false;
    }
    if (t->open->body.cap != cap) {
        count_open(w, t);
    }
    return keep_budget(w, status);
}

bool writer_finish(struct writer *w, struct writer_table *t, bool even_if_empty,
                   struct status *status) {
    if (writer_is_durable(w, t) && !even_if_empty) {
        return true;
    }
    if (!t->open && !(set_not_durable(w, t, status) && open_batch(w, t, status))) {
        return false;
    }
    if (batcher_last_needs_own_batch(&t->batcher) &&
        !(send_open(w, t, false, status) && open_batch(w, t, status))) {
        return false;
    }
    t->begun = false;
    return send_open(w, t, true, status);
}

bool writer_wait(struct writer *w, struct status *status) {
    pthread_mutex_lock(&w->mutex);
    bool ok = wait_locked(w, 0, status);
    pthread_mutex_unlock(&w->mutex);
    return ok;
}

bool writer_is_durable(struct writer *w, struct writer_table *t) {
    pthread_mutex_lock(&w->mutex);
    bool durable = t->durable;
    pthread_mutex_unlock(&w->mutex);
    return durable;
}

struct delivery_report writer_report(struct writer *w) {
    pthread_mutex_lock(&w->mutex);
    struct delivery_report report = w->report;
    pthread_mutex_unlock(&w->mutex);
    return report;
}

struct writer_table *writer_open(struct writer *w, const struct table *table,
                                 const struct stream_mode *stream, struct status *status) {
    const struct writer_options *o = &w->options;
    struct writer_table *t = calloc(1, sizeof *t);
    if (!t) {
        status_no_memory(status, "opening a table");
        return NULL;
    }
    t->table = table;
    t->durable = true; /* nothing was added */
    t->log = log_with(o->log, "table=\"%s%s%s\"", table->schema, table->schema[0] ? "." : "",
                      table->name);
    struct destination d = *o->destination;
    d.log = &t->log;
    d.stream = stream;
    t->session = d.ops->open_session(&d, table, o->notice, status);
    if (!t->session) {
        free(t);
        return NULL;
    }
    batcher_init(&t->batcher, t->session, table, &t->log);
    t->dispatch = (struct dispatch){
        .session = t->session,
        .table = table,
        .attempt = o->attempt,
        .log = &t->log,
        .notice = o->notice,
        .mutex = &w->mutex,
        .report = &w->report,
        .may_restart = false,
    };
    t->next = w->tables;
    w->tables = t;
    return t;
}

static void writer_clean_up(struct writer *w) {
    while (w->tables) {
        struct writer_table *t = w->tables;
        w->tables = t->next;
        batch_free(t->open);
        batcher_clean_up(&t->batcher);
        t->session->ops->destroy(t->session);
        free(t);
    }
    for (size_t i = 0; i < w->n_queued; i++) {
        batch_free(w->slots[(w->next + i) % QUEUE_SLOTS].batch);
    }
    for (size_t i = 0; i < w->n_spares; i++) {
        batch_free(w->spares[i]);
    }
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w);
}

struct writer *writer_new(const struct writer_options *options, struct status *status) {
    struct writer *w = calloc(1, sizeof *w);
    if (!w) {
        status_no_memory(status, "starting to send");
        return NULL;
    }
    w->options = *options;
    w->progress_at_ms = clock_monotonic_ms(options->clock);
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
        writer_clean_up(w);
        status_no_memory(status, "starting to send");
        return NULL;
    }
    return w;
}

void writer_destroy(struct writer *w) {
    if (!w) {
        return;
    }
    pthread_mutex_lock(&w->mutex);
    w->closing = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    writer_clean_up(w);
}
