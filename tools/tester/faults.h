/* Batches that a destination must refuse: modes wrong-key, short-key, missing-key and cuts. */
#ifndef TESTER_FAULTS_H
#define TESTER_FAULTS_H

#include "tester/batch.h"

/* Delivers the batch with each fault that the run's modes name, and reports whether it was refused
 * (a Task, or a status other than OK). Leaves files and request as they were. False when something
 * was taken. */
bool faults_play(struct run *run, struct batch *batch);

#endif
