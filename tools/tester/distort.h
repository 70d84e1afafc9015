/* The modes that change rows before they are written. */
#ifndef TESTER_DISTORT_H
#define TESTER_DISTORT_H

#include "tester/ops.h"

/* Changes the table's upserts as the run's modes large-record, times and repeated-keys say. */
void distort_rows(struct run *run, struct ops_table *ops);

#endif
