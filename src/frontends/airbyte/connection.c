#include "frontends/airbyte/connection.h"

#include "frontends/airbyte/config.h"

void connection_init(struct connection *c, const struct airbyte *airbyte) {
    *c = (struct connection){.airbyte = airbyte};
    output_init(&c->output, airbyte->out_fd, airbyte->destinations->clock);
    c->log = (struct log){.sink = &c->output.sink, .min_level = airbyte->log_level};
}

void connection_clean_up(struct connection *c) {
    if (c->client) {
        http_pool_give(c->airbyte->connections, c->client);
    }
    output_clean_up(&c->output);
    settings_clean_up(&c->settings);
}

bool connection_open(struct connection *c, const char *config_path, struct attempt_policy policy,
                     struct cancel *cancel, struct status *status) {
    if (!config_read(&c->settings, config_path, status)) {
        return false;
    }
    c->output.secret = slice_of(c->settings.api_key);
    c->client = http_pool_take(c->airbyte->connections);
    if (!c->client) {
        return status_no_memory(status, "opening a connection");
    }
    attempt_init(&c->attempt, c->airbyte->delivery, c->client, cancel, &c->log, policy);
    c->destination = (struct destination){
        .ops = destination_find(&c->settings),
        .settings = &c->settings,
        .shared = c->airbyte->destinations,
        .log = &c->log,
        .api = &c->attempt.api,
    };
    return true;
}
