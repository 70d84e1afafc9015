/* schema_migration of input files (contracts/tester.md, "Sequence" 5). */
#ifndef TESTER_MIGRATE_H
#define TESTER_MIGRATE_H

#include "tester/run.h"

/* Plays a file's list of migrations in their order, up to the first that fails: false then. */
bool migrate_play(struct run *run, json_t *list);

#endif
