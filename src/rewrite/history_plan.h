/* What has to be written for one key of a WriteHistoryBatch, and which stored rows it replaces
 * (contracts/fivetran.md, "RPC meaning"; lessons 24 to 26). Pure. Inside the room.
 *
 * Given versions are inserted, each by its start. What an update does not change comes from the
 * version before it: of those given and those stored that start before it and that the earliest
 * start does not take away, the one with the greatest start; else from the stored one at or before
 * its start that is taken away; without any it is ignored. That version does not depend on the
 * order of the kinds, nor on how much of the same request was written before. */
#ifndef REWRITE_HISTORY_PLAN_H
#define REWRITE_HISTORY_PLAN_H

#include "rewrite/history_index.h"
#include "rewrite/rows.h"

struct history_plan {
    const struct history_index *index;
    struct rows rows;   /* to write, with the joined table's cells; given versions come first */
    struct slice *gone; /* ids of stored rows that are replaced, rewritten or taken away: to be
                           removed unless a row is written under the same id */
    size_t n_gone;
    size_t capacity;         /* of gone and of the three that follow */
    struct version **stored; /* sorted by start */
    size_t n_stored;
    struct version **given; /* sorted by start, then in the order of the records */
    size_t n_given;
    struct instant *starts; /* of the given versions among rows */
    struct cell *cells;     /* scratch: the version being made */
    struct cell *change;    /* scratch: what an update says */
};

bool history_plan_init(struct history_plan *plan, const struct history_index *index,
                       struct status *status);
void history_plan_clean_up(struct history_plan *plan);

/* Plans a key of the index, forgetting the one before. False with *status: it does not fit. */
bool history_plan_key(struct history_plan *plan, const struct history_key *key,
                      struct status *status);

#endif
