/* A table whose rows can be read, at a destination that has such tables: what updates, truncates,
 * schema changes, history mode and migrations (the rewrite room) are made of. Writing goes through
 * destination_ops.open_session and delivery's pipeline. One thread; every call may block. */
#ifndef DESTINATIONS_ROW_STORE_H
#define DESTINATIONS_ROW_STORE_H

#include "base/buf.h"
#include "table/record.h"

struct row_store;

/* A row as it is stored: values in the texts that a batch file would hold. Valid until the visitor
 * returns. */
struct row {
    struct slice id;          /* the destination's id of it */
    const struct cell *cells; /* one per column of the store's table: CELL_NULL or CELL_TEXT */
};

struct row_visitor {
    /* False with *status ends the reading. */
    bool (*visit)(void *context, const struct row *row, struct status *status);
    /* The reading starts over since the table changed meanwhile: forget what was visited. */
    void (*restart)(void *context);
    void *context;
};

enum row_read { READ_WHOLE, READ_SYNCED };

struct row_store_ops {
    /* Returns once everything acknowledged so far, by whomever, can be read. */
    bool (*settle)(struct row_store *store, struct status *status);
    /* Visits every row once; only a complete reading is true. READ_SYNCED: the cell of
     * _fivetran_synced suffices, the others may be absent. */
    bool (*read)(struct row_store *store, enum row_read what, const struct row_visitor *visitor,
                 struct status *status);
    /* Visits the rows of these ids, those that are there, in any order, whole. */
    bool (*find)(struct row_store *store, const struct slice *ids, size_t n_ids,
                 const struct row_visitor *visitor, struct status *status);
    /* Appends the id that a row with these cells (one per column of table) has in that table, which
     * need not be the store's. False with *status: INVALID_ARGUMENT without a primary key. */
    bool (*row_id)(struct row_store *store, const struct table *table, const struct cell *cells,
                   struct buf *id, struct status *status);
    /* Whether a text that was read in this column may not be the one that was written, since the
     * destination keeps it otherwise. NULL: never. */
    bool (*may_be_changed)(const struct column *column, struct slice text);
    /* Removes rows by id; one that is not there is no error. */
    bool (*remove)(struct row_store *store, const struct slice *ids, size_t n_ids,
                   struct status *status);
    /* Removes all rows at once. */
    bool (*clear)(struct row_store *store, struct status *status);
    /* Makes these the table's columns: adds, changes and forgets. Rows stay as they are; the
     * store's table is the new one afterwards. A column that remains keeps its name there. */
    bool (*set_columns)(struct row_store *store, const struct table *table, struct status *status);
    void (*close)(struct row_store *store);
};

struct row_store {
    const struct row_store_ops *ops;
    const struct table *table;    /* as the destination remembers it, system columns included */
    uint64_t removals_per_minute; /* what remove can do about; 0: as fast as it goes */
};

#endif
