/* One table while an operation works on it: locked, open for reading, and written through
 * pipelines. Knows when what was written can be read. Inside the room.
 *
 *     table_work_begin → settle, read, write, remove, … → table_work_confirm → table_work_end */
#ifndef REWRITE_TABLE_WORK_H
#define REWRITE_TABLE_WORK_H

#include "rewrite/rewrite.h"

struct table_work {
    struct rewrite *rw;
    struct slice schema, name; /* borrowed */
    struct table_lock *lock;
    struct row_store *store; /* NULL: no such table */
    bool settled;            /* everything that this call wrote, and what was there before, can be
                                read */
    bool removed;            /* rows were removed since the store last settled */
};

/* Waits for the table's turn and opens its rows. False with *status, which names the table.
 * table_work_end either way. */
bool table_work_begin(struct table_work *work, struct rewrite *rw, struct slice schema,
                      struct slice name, struct status *status);

/* The same in two steps. The second also opens the rows again: of a table that was just made, or
 * has new columns. */
bool table_work_lock(struct table_work *work, struct rewrite *rw, struct slice schema,
                     struct slice name, struct status *status);
bool table_work_reopen(struct table_work *work, struct status *status);

/* Opens the rows unless they are open with all columns of table: writing may have made the table,
 * or given it columns. */
bool table_work_see(struct table_work *work, const struct table *table, struct status *status);

/* Makes sure that what was written and removed before can be read: to be called before reading. */
bool table_work_settle(struct table_work *work, struct status *status);

/* Delivers a source's records, all RECORD_UPSERT, to the table as table describes it. True: they
 * are durable. The report counts them. */
bool table_work_write(struct table_work *work, const struct table *table,
                      struct record_source *source, struct status *status);

/* Whether so many rows can be removed before the call ends. False with *status: a Task. For those
 * who write before they remove; table_work_remove asks by itself. */
bool table_work_can_remove(const struct table_work *work, size_t n_ids, struct status *status);

/* Removes rows by id, logging the time left. A Task, before anything is removed, when that cannot
 * end before the call does. The report counts them. */
bool table_work_remove(struct table_work *work, const struct slice *ids, size_t n_ids,
                       struct status *status);

/* The end of an operation: with the setting confirm_writes, what was removed is seen gone. */
bool table_work_confirm(struct table_work *work, struct status *status);

void table_work_end(struct table_work *work);

/* Puts in front of a DATA_LOSS what it means that the batch broke off. Returns false. */
bool table_work_explain(const struct table *table, struct status *status);

/* Delivers a source's records, whatever their operation, to a destination that only appends; adds
 * to the report. False with *status, which names the table and says what was kept. */
bool rewrite_append(struct rewrite *rw, const struct table *table, struct record_source *source,
                    struct status *status);

#endif
