/* How far a sync is: a line on stderr that is rewritten when a person watches, a LOG line every ten
 * seconds otherwise. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_PROGRESS_H
#define FRONTENDS_AIRBYTE_PROGRESS_H

#include "base/clock.h"
#include "base/log.h"
#include "frontends/airbyte/catalog.h"

struct progress {
    int terminal_fd; /* -1: nobody watches */
    const struct clock *clock;
    const struct log *log;
    int64_t started_ms;
    int64_t told_ms;
    uint64_t told_records;
    uint64_t records; /* read, of all streams */
    uint64_t bytes;
};

void progress_init(struct progress *progress, int terminal_fd, const struct clock *clock,
                   const struct log *log);

/* Says how far it is when it is time to; cheap enough to be asked often. stream: the one at hand;
 * may be NULL. */
void progress_tick(struct progress *progress, const struct stream *stream);

/* The end: a line per stream that brought records. */
void progress_end(struct progress *progress, const struct catalog *catalog);

#endif
