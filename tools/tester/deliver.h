/* The operations of an input file, delivered (contracts/tester.md, "Sequence" 4). */
#ifndef TESTER_DELIVER_H
#define TESTER_DELIVER_H

#include "tester/ops.h"

/* Per table one WriteBatch with all its files, a soft Truncate, a hard one. The run's modes add
 * what comes before and after each WriteBatch; in mode parallel all of them are on their way at
 * once, before any Truncate. Stops at the first failure: false then. */
bool deliver_ops(struct run *run, struct ops *ops);

#endif
