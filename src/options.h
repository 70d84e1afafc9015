/* The command line. Used by main.c. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/log.h"

#include <stdbool.h>

enum command {
    COMMAND_SERVE, /* Fivetran's gRPC server; what no other word asks for */
    COMMAND_SPEC,  /* the rest: Airbyte's */
    COMMAND_CHECK,
    COMMAND_WRITE,
};

struct options {
    enum command command;
    const char *config_path;  /* check, write */
    const char *catalog_path; /* write */
    const char *destination;  /* spec; NULL: all */
    int port;
    const char *listen_host;
    const char *state_dir; /* "": keep the catalogue in memory; NULL: the default folder */
    enum log_level log_level;
    bool help;
    bool version;
};

extern const char OPTIONS_HELP[];

/* Fills *options from the arguments, and from log_level_text (LOG_LEVEL; may be NULL) where no
 * option says it. False after writing a line that says what is wrong, and what is allowed, to
 * stderr. */
bool options_parse(struct options *options, int argc, char **argv, const char *log_level_text);

#endif
