/* A fixed number of threads that run what is queued, first come first served. */
#ifndef FRONTENDS_FIVETRAN_WORKERS_H
#define FRONTENDS_FIVETRAN_WORKERS_H

#include "base/status.h"

#include <stddef.h>

/* One piece of work; lives in the caller's memory until run is called, and is not looked at
 * afterwards. */
struct worker_job {
    void (*run)(void *context); /* on a worker thread */
    void *context;
    struct worker_job *next; /* the pool's */
};

struct workers;

/* Starts n threads (at least one). NULL with *status, INTERNAL. */
struct workers *workers_new(size_t n, struct status *status);

/* Queues the job. Any thread, not after workers_destroy began. Never blocks for long, never fails.
 */
void workers_submit(struct workers *workers, struct worker_job *job);

/* Runs what is queued, waits for it, joins the threads. Accepts NULL. */
void workers_destroy(struct workers *workers);

#endif
