/* A change of columns that changes rows: new types, a new key, values set, moved or forgotten.
 * Inside the room. */
#ifndef REWRITE_RESHAPE_H
#define REWRITE_RESHAPE_H

#include "rewrite/rows.h"
#include "rewrite/table_work.h"

struct reshape {
    /* The columns of the store's table, and behind them those that it gets first. */
    const struct table *before;
    /* The same, in the same order, with the types and the key that the rows shall have. */
    const struct table *rows_as;
    /* What the table's columns are at the end: the same, less those that no row uses any more. */
    const struct table *columns;
    /* Whether a row changes; and what its cells become (texts outlive the call; NULL: only the way
     * they are stored changes). Done a second time they change nothing. */
    bool (*concerns)(void *context, const struct cell *cells);
    void (*change)(void *context, struct cell *cells);
    void *context;
};

/* Adds the columns of before, reads the rows, writes those that change or get another id (place.h),
 * and sets the columns last: after a cut at any request the whole is done again. */
bool reshape_table(struct table_work *work, const struct reshape *reshape, struct status *status);

/* Reads all rows, with cells for the columns of before (NULL in those that the table lacks). */
bool reshape_load_all(struct table_work *work, struct rows *rows, const struct table *before,
                      struct status *status);

/* Sets the table's columns, if that changes anything. */
bool reshape_columns(struct table_work *work, const struct table *columns, struct status *status);

/* Sets the columns of the store's table with one more; nothing when it is there. */
bool reshape_add_column(struct table_work *work, const struct column *column,
                        struct status *status);

#endif
