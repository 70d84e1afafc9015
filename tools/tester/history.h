/* What history mode adds to a file's operations (contracts/tester.md, "Sequence" 7). */
#ifndef TESTER_HISTORY_H
#define TESTER_HISTORY_H

#include "tester/ops.h"

/* Gives every version of a history table its end and its being active: one that the same input file
 * supersedes ends a millisecond before the next one's start, the last is active until the largest
 * timestamp. Deletes get their end. A delete that a later version of the file follows is taken out,
 * since the destination would apply it last, and the version before it ends with it. Adds the rows
 * of the earliest file: each key of upserts and updates with its smallest start. */
void history_finish(struct run *run, struct ops_table *ops);

#endif
