/* The batch loop: reads records, fills batches, sends them, and finishes the session. One batch is
 * filled while the one before is on its way, so that reading and sending overlap. */
#ifndef DELIVERY_PIPELINE_H
#define DELIVERY_PIPELINE_H

#include "delivery/attempt.h"
#include "delivery/report.h"
#include "destinations/destination.h"

struct pipeline {
    struct record_source *source;
    struct write_session *session;
    const struct table *table;
    struct attempt *attempt; /* used by the sending thread only while pipeline_run runs */
    struct cancel *cancel;
    const struct clock *clock;
    const struct log *log;
    struct notice *notice; /* what the customer should read though the call succeeded */
};

/* Delivers every record of the source and makes it durable. True: everything is durable, *notice
 * may hold a warning. False with *status: the worst that happened, with what was and was not
 * delivered. An empty source sends nothing. An UNKNOWN outcome starts over up to three times where
 * the session says so and the source can rewind; after that the one batch is repeated and the
 * notice says that duplicates are possible (architecture, rule 4). Blocks; starts one thread. */
bool pipeline_run(const struct pipeline *pipeline, struct delivery_report *report,
                  struct status *status);

#endif
