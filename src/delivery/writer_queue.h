/* The sending half of a writer: a thread that sends closed batches of many tables in order and
 * finishes their sessions, or begins to where that takes a wait (write_session_ops.begin_finish);
 * and the few batches that are used again. Inside the room. */
#ifndef DELIVERY_WRITER_QUEUE_H
#define DELIVERY_WRITER_QUEUE_H

#include "delivery/dispatch.h"

#include <pthread.h>

enum {
    WRITER_QUEUE_SLOTS = 2,                       /* one being sent, one waiting behind it */
    WRITER_QUEUE_SPARES = WRITER_QUEUE_SLOTS + 1, /* kept for the next batches to be opened */
};

/* How far a table is. */
enum writer_stage {
    WRITER_OPEN,    /* records may not have been acknowledged */
    WRITER_SENT,    /* they were, and the session began to finish: its finish is owed */
    WRITER_DURABLE, /* the session is finished */
};

/* A batch on its way. */
struct writer_slot {
    struct dispatch *dispatch; /* of its table */
    struct batch *batch;
    bool last;                /* behind it the session is finished, or begins to */
    enum writer_stage *stage; /* of its table, guarded by the queue's mutex: set once it is sent */
};

struct writer_queue {
    const struct clock *clock;
    const struct log *log;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows, and every slot's *stage */
    pthread_cond_t changed;
    struct writer_slot slots[WRITER_QUEUE_SLOTS];
    size_t next;
    size_t n_queued; /* the one being sent included */
    struct batch *spares[WRITER_QUEUE_SPARES];
    size_t n_spares;
    struct delivery_report report;
    int64_t progress_at_ms;
    bool closing;
    bool failed;
    struct status failure;
};

/* Starts the thread. False with *status; else writer_queue_stop is owed. clock and log are
 * borrowed.
 */
bool writer_queue_start(struct writer_queue *queue, const struct clock *clock,
                        const struct log *log, struct status *status);

/* Ends the thread behind the request under way, and frees every batch that the queue holds. */
void writer_queue_stop(struct writer_queue *queue);

/* An empty batch under these caps; NULL: no memory. */
struct batch *writer_queue_take_batch(struct writer_queue *queue, const struct batch_caps *caps);
void writer_queue_free_batch(struct batch *batch); /* one that was not sent; NULL is allowed */

/* Of tables that are written together: a failure names its table, unless it does already. */
void writer_queue_name_table(const struct table *table, struct status *status);

/* Hands over a closed batch; waits, logging progress, until there is room. False with *status when
 * sending failed: the batch stays the caller's. */
bool writer_queue_send(struct writer_queue *queue, const struct writer_slot *slot,
                       struct status *status);

/* Waits until everything is sent. False with *status when sending failed. */
bool writer_queue_wait(struct writer_queue *queue, struct status *status);

/* Logs how far the sync is when it is time to, for a caller who waits for something else. */
void writer_queue_tell(struct writer_queue *queue);

/* False with *status when sending has failed. */
bool writer_queue_check(struct writer_queue *queue, struct status *status);

#endif
