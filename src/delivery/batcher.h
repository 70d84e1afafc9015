/* Fills request bodies under two caps, each on its own: records, and bytes of the body as it will
 * be sent. It checks before it keeps a record (architecture, rule 3). */
#ifndef DELIVERY_BATCHER_H
#define DELIVERY_BATCHER_H

#include "base/log.h"
#include "destinations/destination.h"

/* One request body. Records stand joined by commas between the session's opening and closing. */
struct batch {
    struct buf body;
    uint32_t *ends; /* where each record ends in body */
    size_t n_records;
    size_t max_records;
    size_t opening; /* bytes before the first record */
    size_t closing; /* bytes after the last; 0 while the batch is open */
};

/* Room for a session's largest body, allocated as it fills. False: no memory. */
bool batch_init(struct batch *batch, const struct batch_caps *caps);
void batch_clean_up(struct batch *batch);

/* True when the batch was made for these caps, and so may be used again under them. */
bool batch_fits(const struct batch *batch, const struct batch_caps *caps);

/* The bytes of record number index. */
struct slice batch_record(const struct batch *batch, size_t index);

/* Ends the body. last: no batch of this run follows. */
void batch_close(struct batch *batch, struct write_session *session, bool last);

/* Makes *part, an initialised batch, a body of records [from, to) of a closed batch: for a 413.
 * last: as batch_close. False with *status: no memory. */
bool batch_copy_range(const struct batch *batch, size_t from, size_t to,
                      struct write_session *session, bool last, struct batch *part,
                      struct status *status);

enum batcher_result {
    BATCHER_ADDED,
    BATCHER_FULL,   /* the record did not fit and is kept for the next batch: send this one */
    BATCHER_FAILED, /* *status says why */
};

struct batcher {
    struct write_session *session;
    const struct table *table;
    const struct log *log;
    struct batch *batch;  /* the open one; borrowed */
    struct buf spill;     /* the record that did not fit into the batch before */
    size_t plain_closing; /* bytes that batch_close(last = false) will add */
};

void batcher_init(struct batcher *batcher, struct write_session *session, const struct table *table,
                  const struct log *log);
void batcher_clean_up(struct batcher *batcher);

/* Opens batch as the one to fill, beginning with the record that was left over. */
bool batcher_start(struct batcher *batcher, struct batch *batch, struct status *status);

/* Encodes the record into the open batch. A record that passes max_bytes alone is sent alone, with
 * a WARNING in the log; beyond hard_bytes it is a Task that names table, key and limit. */
enum batcher_result batcher_add(struct batcher *batcher, const struct record *record,
                                struct status *status);

/* True when the closing of a last batch would pass max_bytes: close this one as not the last, and
 * send an empty last one behind it. */
bool batcher_last_needs_own_batch(struct batcher *batcher);

/* True when the open batch holds no record. */
static inline bool batcher_is_empty(const struct batcher *batcher) {
    return batcher->batch->n_records == 0;
}

#endif
