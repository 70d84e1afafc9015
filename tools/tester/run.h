/* What one run of the tester has: handed down, never shared behind anyone's back. */
#ifndef TESTER_RUN_H
#define TESTER_RUN_H

#include "tester/client.h"
#include "tester/message.h"
#include "tester/model.h"
#include "tester/options.h"
#include "tester/report.h"
#include "tester/seeded.h"

struct run {
    const struct options *options;
    struct client *client;
    struct arena *arena;
    struct seeded seeded;
    struct report report;
    struct model model;
    const struct message_pair *configuration; /* the settings */
    size_t n_configuration;
    int64_t last_ms;        /* the latest time that run_now_ms gave */
    const char *input_name; /* the input file's name without ".json" */
};

/* The time now in milliseconds since 1970, and at least one later than ever before. */
int64_t run_now_ms(struct run *run);

#endif
