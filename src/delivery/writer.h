/* Delivery for a front end that is pushed records of many tables in any order, and cannot read them
 * again. Each table has a write session and at most one open batch; all share one sending thread.
 * What open batches take is bounded in total: the largest is sent early when they pass the budget.
 *
 * One thread (the front end's) calls; another one of the writer's own sends. */
#ifndef DELIVERY_WRITER_H
#define DELIVERY_WRITER_H

#include "delivery/attempt.h"
#include "delivery/report.h"
#include "destinations/destination.h"

struct writer;
struct writer_table;

struct writer_options {
    struct destination *destination; /* its api is attempt's */
    struct attempt *attempt;         /* the sending thread's while the writer lives */
    struct cancel *cancel;
    const struct clock *clock;
    const struct log *log;
    struct notice *notice;
    size_t max_open_bytes; /* of all open batches together */
};

/* Starts the sending thread. The options' objects are borrowed and outlive the writer. NULL with
 * *status. */
struct writer *writer_new(const struct writer_options *options, struct status *status);

/* Ends the thread behind the request under way (fire the cancel first to cut that short). What was
 * not finished is not durable. NULL is allowed. */
void writer_destroy(struct writer *writer);

/* Before any record is added: opens a session for the table, and so learns whether the destination
 * can do what the stream's mode asks. table and stream outlive the writer. Sends nothing yet. Freed
 * with the writer. NULL with *status. */
struct writer_table *writer_open(struct writer *writer, const struct table *table,
                                 const struct stream_mode *stream, struct status *status);

/* Takes a record; blocks while two batches are on their way. False with *status: nothing more can
 * be written, and every record that is not durable is lost. Do not call between writer_finish and
 * writer_wait for the same table. */
bool writer_add(struct writer *writer, struct writer_table *table, const struct record *record,
                struct status *status);

/* Orders what was added to the table to be made durable: its last batch, then the session's finish,
 * or what that waits for. Without new records nothing happens, unless even_if_empty: then an empty
 * session is written, so that the destination can drop older rows. False as writer_add. */
bool writer_finish(struct writer *writer, struct writer_table *table, bool even_if_empty,
                   struct status *status);

/* Waits until everything ordered is done. What finishing waits for was started for all tables by
 * then, so that the waits are one. Also to be called when a writer_finish failed: tables that were
 * sent before are still made durable. False as writer_add. */
bool writer_wait(struct writer *writer, struct status *status);

/* True when every record that was added to the table is durable. */
bool writer_is_durable(struct writer *writer, struct writer_table *table);

/* What was acknowledged so far. */
struct delivery_report writer_report(struct writer *writer);

#endif
