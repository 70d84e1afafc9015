/* The Airbyte front end: a destination over stdio (contracts/airbyte.md). */
#ifndef FRONTENDS_AIRBYTE_AIRBYTE_H
#define FRONTENDS_AIRBYTE_AIRBYTE_H

#include "delivery/delivery.h"
#include "destinations/destination.h"

/* What a command works with; borrowed from main. */
struct airbyte {
    struct destination_shared *destinations;
    struct delivery_shared *delivery;
    struct http_pool *connections;
    struct cancel *cancel; /* fires on SIGTERM */
    int in_fd;             /* messages of the source */
    int out_fd;            /* our messages */
    int terminal_fd;       /* for a person who watches; -1: nobody does */
    enum log_level log_level;
};

/* Prints the SPEC; destination: of that connector alone, NULL: of both. The exit code: 0, or 1 when
 * there is no such destination. */
int airbyte_spec(const struct airbyte *airbyte, const char *destination);

/* Prints whether the configuration works, as a CONNECTION_STATUS. The exit code is always 0
 * (contracts/airbyte.md, rule 1). Asks the API; answers within 20 s. */
int airbyte_check(const struct airbyte *airbyte, const char *config_path);

/* Reads messages until their end, and writes the records. The exit code: 0 when everything is
 * durable and every STATE was echoed, 1 after a TRACE ERROR. Blocks; starts one thread. */
int airbyte_write(const struct airbyte *airbyte, const char *config_path, const char *catalog_path);

#endif
