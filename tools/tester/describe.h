/* DescribeTable, and what it should say. */
#ifndef TESTER_DESCRIBE_H
#define TESTER_DESCRIBE_H

#include "tester/calls.h"

/* Calls DescribeTable. calls_clean_up frees the result. */
void describe_call(struct run *run, const char *table, struct call_result *result);

/* An entry of describe_table: passes when the table is described, or not found; in mode
 * check-columns only when it is as the tester knows it. */
bool describe_step(struct run *run, const char *table);

/* The table that the destination has under that name, put into the model; NULL with *status when it
 * has none, or does not say. */
const struct model_table *describe_unknown(struct run *run, const char *table,
                                           struct status *status);

#endif
