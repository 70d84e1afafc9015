/* Plays one input file: its keys in their order (contracts/tester.md, "Sequence" 2). */
#ifndef TESTER_INPUT_H
#define TESTER_INPUT_H

#include "tester/run.h"

/* Plays the file, which lies in the data folder (or anywhere, when its name holds a slash), up to
 * its first failure: false then. Everything is reported. */
bool input_play(struct run *run, const char *name);

/* AlterTable with the whole table; reported. False when it failed. */
bool input_alter_table(struct run *run, const struct model_table *table, bool drop_columns);

/* All input files of the data folder, in the order of their names; *names in the run's arena.
 * False with *status when the folder cannot be read. */
bool input_list(struct run *run, char ***names, size_t *count, struct status *status);

#endif
