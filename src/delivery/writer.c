#include "delivery/writer.h"

#include "delivery/writer_queue.h"

#include <stdlib.h>

enum { MAX_KEPT_SPILL_BYTES = 64 * 1024, CHECK_CANCEL_EVERY = 256 };

struct writer_table {
    struct writer_table *next;
    const struct table *table;
    struct write_session *session;
    struct batcher batcher;
    struct log log;
    struct batch *open;                  /* being filled; NULL: none */
    size_t open_bytes;                   /* what open takes, as counted in the writer */
    struct writer_table *before, *after; /* among the tables with an open batch */
    bool begun;
    struct dispatch dispatch; /* the sending thread's */
    enum writer_stage stage;  /* guarded by the queue's mutex */
};

struct writer {
    struct writer_options options;
    struct writer_table *tables; /* in the order they were opened */
    struct writer_table **end;   /* where the next one goes */
    struct writer_table *open_tables;
    size_t open_bytes;
    uint64_t n_added;
    struct writer_queue queue;
};

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

/* Begins the table's session. It may ask the API, over the connection that the sending thread uses:
 * so that must be idle. */
static bool begin(struct writer *w, struct writer_table *t, struct status *status) {
    if (!writer_queue_wait(&w->queue, status)) {
        return false;
    }
    w->options.attempt->log = &t->log;
    t->begun = t->session->ops->begin(t->session, status);
    if (!t->begun) {
        writer_queue_name_table(t->table, status);
    }
    return t->begun;
}

/* Opens a batch for the table, and its session if need be. */
static bool open_batch(struct writer *w, struct writer_table *t, struct status *status) {
    if (!t->begun && !begin(w, t, status)) {
        return false;
    }
    t->open = writer_queue_take_batch(&w->queue, &t->session->caps);
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
    const struct write_session_ops *ops = t->session->ops;
    if (ops->check_batch && !ops->check_batch(t->session, status)) {
        return false;
    }
    batch_close(t->open, t->session, last);
    if (t->open->body.failed) {
        return status_no_memory(status, "closing a batch");
    }
    const struct writer_slot slot = {
        .dispatch = &t->dispatch, .batch = t->open, .last = last, .stage = &t->stage};
    bool ok = writer_queue_send(&w->queue, &slot, status);
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

static enum writer_stage stage_of(struct writer *w, const struct writer_table *t) {
    pthread_mutex_lock(&w->queue.mutex);
    enum writer_stage stage = t->stage;
    pthread_mutex_unlock(&w->queue.mutex);
    return stage;
}

static void set_stage(struct writer *w, struct writer_table *t, enum writer_stage stage) {
    pthread_mutex_lock(&w->queue.mutex);
    t->stage = stage;
    pthread_mutex_unlock(&w->queue.mutex);
}

static bool set_not_durable(struct writer *w, struct writer_table *t, struct status *status) {
    set_stage(w, t, WRITER_OPEN);
    return writer_queue_check(&w->queue, status);
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

/* Finishes the sessions that began to, up to one that fails; the sending thread is idle, or has
 * ended. */
static bool finish_begun(struct writer *w, struct status *status) {
    for (struct writer_table *t = w->tables; t; t = t->next) {
        if (stage_of(w, t) == WRITER_SENT) {
            w->options.attempt->log = &t->log;
            if (!t->session->ops->finish(t->session, w->options.notice, status)) {
                writer_queue_name_table(t->table, status);
                return false;
            }
            set_stage(w, t, WRITER_DURABLE);
            writer_queue_tell(&w->queue);
        }
    }
    return true;
}

bool writer_wait(struct writer *w, struct status *status) {
    struct status other = STATUS_INIT;
    bool sent = writer_queue_wait(&w->queue, status);
    return finish_begun(w, sent ? status : &other) && sent;
}

bool writer_is_durable(struct writer *w, struct writer_table *t) {
    return stage_of(w, t) == WRITER_DURABLE;
}

struct delivery_report writer_report(struct writer *w) {
    pthread_mutex_lock(&w->queue.mutex);
    struct delivery_report report = w->queue.report;
    pthread_mutex_unlock(&w->queue.mutex);
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
    t->stage = WRITER_DURABLE; /* nothing was added */
    t->log = log_with(o->log, "table=\"%s%s%s\"", TABLE_ARGS(table));
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
        .mutex = &w->queue.mutex,
        .report = &w->queue.report,
        .may_restart = false,
    };
    *w->end = t;
    w->end = &t->next;
    return t;
}

struct writer *writer_new(const struct writer_options *options, struct status *status) {
    struct writer *w = calloc(1, sizeof *w);
    if (!w) {
        status_no_memory(status, "starting to send");
        return NULL;
    }
    w->options = *options;
    w->end = &w->tables;
    if (!writer_queue_start(&w->queue, options->clock, options->log, status)) {
        free(w);
        return NULL;
    }
    return w;
}

void writer_destroy(struct writer *w) {
    if (!w) {
        return;
    }
    writer_queue_stop(&w->queue);
    while (w->tables) {
        struct writer_table *t = w->tables;
        w->tables = t->next;
        writer_queue_free_batch(t->open);
        batcher_clean_up(&t->batcher);
        t->session->ops->destroy(t->session);
        free(t);
    }
    free(w);
}
