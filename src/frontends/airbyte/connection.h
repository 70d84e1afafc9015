/* What `check` and `write` have in common: the settings, and a destination bound to the API. Inside
 * the room. */
#ifndef FRONTENDS_AIRBYTE_CONNECTION_H
#define FRONTENDS_AIRBYTE_CONNECTION_H

#include "frontends/airbyte/airbyte.h"
#include "frontends/airbyte/output.h"

struct connection {
    const struct airbyte *airbyte;
    struct output output;
    struct log log;
    struct settings settings;
    struct http_client *client;
    struct attempt attempt;
    struct destination destination;
};

/* Readies the output and the log; nothing can fail yet. connection_clean_up is owed. */
void connection_init(struct connection *connection, const struct airbyte *airbyte);
void connection_clean_up(struct connection *connection);

/* Reads the configuration and binds its destination. False with *status. */
bool connection_open(struct connection *connection, const char *config_path,
                     struct attempt_policy policy, struct cancel *cancel, struct status *status);

#endif
