/* One closed batch until it is acknowledged: counts it, splits it on 413, and decides what an
 * unknown outcome means (architecture, rules 3 and 4). Inside the room. */
#ifndef DELIVERY_DISPATCH_H
#define DELIVERY_DISPATCH_H

#include "delivery/attempt.h"
#include "delivery/batcher.h"
#include "delivery/report.h"

#include <pthread.h>

enum sender_outcome {
    SENDER_GOES_ON,
    SENDER_RESTART, /* a batch's outcome is unknown: begin the session again from the start */
    SENDER_FAILED,
};

/* Where the batches of one session go. Used by the sending thread. */
struct dispatch {
    struct write_session *session;
    const struct table *table;
    struct attempt *attempt;
    const struct log *log;
    struct notice *notice;
    pthread_mutex_t *mutex; /* guards report */
    struct delivery_report *report;
    bool may_restart; /* the records can be read again */
    bool warned_of_duplicates;
};

/* Sends the batch. last: as batch_close was told, for the parts of one that is split. FAILED with
 * *status. Blocks. */
enum sender_outcome dispatch_batch(struct dispatch *dispatch, const struct batch *batch, bool last,
                                   struct status *status);

#endif
