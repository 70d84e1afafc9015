/* Rows that a new key, or new types of its columns, give new ids. Inside the room. */
#ifndef REWRITE_PLACE_H
#define REWRITE_PLACE_H

#include "rewrite/rows.h"
#include "rewrite/table_work.h"

enum row_fate {
    ROW_STAYS,   /* written only when its id changes */
    ROW_CHANGED, /* written */
    ROW_GOES,    /* removed */
};

struct placing {
    /* The columns of the store's table, and behind them those that it gets first. */
    const struct table *before;
    /* The same, in the same order, with the types and the key that the rows shall have. */
    const struct table *after;
    const struct rows *rows; /* every row, with the cells of these columns that it shall have */
    const enum row_fate *fates;
};

/* Writes the rows under the ids that the key gives them, then removes those whose id is nobody's
 * any more, and confirms it. The new key and types are the caller's to set afterwards, which ends
 * the operation.
 *
 * It may be cut at any request and done again. Rows are under their new ids before anything is
 * removed; a row that would take the id of one which has yet to move waits until that one is
 * safe under an id of both keys. A row under its new id that equals one under an old id in all
 * cells is the copy that a cut left. Two other rows that would share an id are a Task, before
 * anything is changed, as is more to remove than the call has time for. */
bool place_rows(struct table_work *work, const struct placing *placing, struct status *status);

/* Whether rows may get other ids when their table changes so; both have the same columns in the
 * same order. */
bool place_is_needed(const struct table *from, const struct table *to);

#endif
