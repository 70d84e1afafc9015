/* The sending half of the pipeline: a thread that posts closed batches in order and finishes the
 * session. Inside the room. */
#ifndef DELIVERY_SENDER_H
#define DELIVERY_SENDER_H

#include "delivery/dispatch.h"
#include "delivery/pipeline.h"

#include <pthread.h>

enum { SENDER_SLOTS = 2 }; /* one batch being filled, one being sent */

struct sender_slot {
    struct batch batch;
    bool last; /* nothing follows: the session is finished behind it */
};

struct sender {
    const struct pipeline *pipeline;
    struct delivery_report *report;
    pthread_t thread;
    /* Only before the thread starts, or by it. */
    struct dispatch dispatch;
    struct status status; /* read by others once outcome says so */
    /* Guarded by mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct sender_slot slots[SENDER_SLOTS];
    size_t n_queued; /* closed batches that wait or are being sent */
    size_t next;     /* the slot that is sent next */
    bool closing;    /* the caller gave up: stop behind the request under way */
    bool done;       /* the last batch is finished, or the outcome is no longer SENDER_GOES_ON */
    enum sender_outcome outcome;
    int64_t progress_at_ms;
};

/* Starts the thread. False with *status. Then sender_stop is owed. */
bool sender_start(struct sender *sender, const struct pipeline *pipeline, bool may_restart,
                  struct delivery_report *report, struct status *status);

/* The batch to fill next; waits until one is free, logging progress. NULL when the sender has
 * failed or asks for a restart. */
struct batch *sender_free_batch(struct sender *sender);

/* Hands over the batch that sender_free_batch gave, closed. */
void sender_send(struct sender *sender, bool last);

/* Waits until the last batch is through and the session finished, or until the sender gives up. */
enum sender_outcome sender_wait(struct sender *sender);

/* Ends the thread behind the request under way (fire the cancel first to cut that short) and frees
 * the batches. */
void sender_stop(struct sender *sender);

#endif
