/* One lock per table of a destination: calls on one table run one after another in a process. */
#ifndef REWRITE_TABLE_LOCK_H
#define REWRITE_TABLE_LOCK_H

#include "base/cancel.h"
#include "base/slice.h"
#include "base/status.h"

struct table_locks;
struct table_locks *table_locks_new(void);
void table_locks_destroy(struct table_locks *locks);

/* Waits for the table's turn. scope says which account (no secret in it). False with *status when
 * cancel fires first. Any thread. */
struct table_lock;
bool table_lock_take(struct table_locks *locks, struct slice scope, struct slice schema,
                     struct slice name, struct cancel *cancel, struct table_lock **lock,
                     struct status *status);
void table_lock_give(struct table_locks *locks, struct table_lock *lock);

#endif
