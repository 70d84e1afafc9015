/* What reads before it writes, over any destination whose tables can be read
 * (destinations/row_store.h): updates, deletes, truncates, schema changes, history mode and
 * migrations. Every operation can be cut at any request and delivered again, and ends in the same
 * rows. Calls on one table run one after another. */
#ifndef REWRITE_REWRITE_H
#define REWRITE_REWRITE_H

#include "delivery/pipeline.h"
#include "destinations/row_store.h"
#include "rewrite/table_lock.h"

/* One call under way. Everything is borrowed. */
struct rewrite {
    struct destination *d;
    struct attempt *attempt;
    struct cancel *cancel;
    const struct log *log;
    struct table_locks *locks;
    struct notice *notice;
    struct delivery_report *report; /* of all pipelines of the call together */
};

/* WriteBatch: upserts, then updates, then deletes, as the source gives them
 * (contracts/fivetran.md, "RPC meaning"). A destination that cannot read rows gets all records
 * through one session. True: everything is durable. */
bool rewrite_write(struct rewrite *rw, const struct table *table, struct record_source *source,
                   struct status *status);

/* WriteHistoryBatch. */
bool rewrite_write_history(struct rewrite *rw, const struct table *table,
                           struct record_source *source, struct status *status);

/* Truncate, hard or soft; a table that is not there is success (lesson 6). */
bool rewrite_truncate(struct rewrite *rw, struct slice schema, struct slice name,
                      const struct truncate *truncate, struct status *status);

/* AlterTable. */
bool rewrite_alter(struct rewrite *rw, const struct table *wanted, bool drop_columns,
                   struct status *status);

#endif
