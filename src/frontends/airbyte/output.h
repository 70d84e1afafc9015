/* What the platform reads: one Airbyte message a line (contracts/airbyte.md). Any thread may write;
 * lines are never mixed. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_OUTPUT_H
#define FRONTENDS_AIRBYTE_OUTPUT_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"

#include <pthread.h>

struct output {
    int fd;
    const struct clock *clock;
    struct log_sink sink; /* events as LOG lines */
    pthread_mutex_t mutex;
    struct slice secret; /* masked wherever it would stand in a text; set before any thread */
    bool broken;         /* guarded by mutex: nobody reads any more */
};

/* fd is borrowed. */
void output_init(struct output *output, int fd, const struct clock *clock);
void output_clean_up(struct output *output);

enum { OUTPUT_MAX_PARTS = 4 };

/* One line made of at most OUTPUT_MAX_PARTS parts, and its newline. False when it could not be
 * written whole. */
bool output_line(struct output *output, const struct slice *parts, size_t n_parts);

/* TRACE ERROR, its failure_type by the code: what a person must change is a config_error, what may
 * pass a transient_error, the rest a system_error (contracts/airbyte.md, rule 2). */
void output_error(struct output *output, const struct status *status);

/* CONNECTION_STATUS: SUCCEEDED, or FAILED with the status' text. */
void output_connection_status(struct output *output, const struct status *status);

#endif
