/* The command line and the environment. */
#ifndef TESTER_OPTIONS_H
#define TESTER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    int port;
    const char *host; /* GRPC_HOSTNAME, else localhost */
    const char *schema_name;
    const char *input_file;  /* NULL: every one of the data folder */
    const char *data_folder; /* where inputs are read and batch files are written */
    const char *told_folder; /* the same folder as the destination sees it: WORKING_DIR */
    bool plain_text;
    bool no_delay;
    uint32_t modes;
    bool has_seed;
    uint64_t seed;
    int64_t wait_ms;   /* for the destination to answer */
    int64_t cancel_ms; /* after which mode cancel cancels */
};

/* What to do with the command line: go on, or leave with the exit code. */
enum options_outcome { OPTIONS_GO_ON = -1, OPTIONS_HELP_SHOWN = 0, OPTIONS_WRONG = 2 };

/* Reads them; says on stderr what is wrong. The texts live as long as argv and the environment. */
enum options_outcome options_read(int argc, char **argv, struct options *options);

#endif
