#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char OPTIONS_HELP[] =
    "bigdust: lands data from Fivetran or Airbyte in BigGeo or Dust\n"
    "\n"
    "usage: bigdust [options]                             Fivetran: a gRPC server\n"
    "       bigdust spec [--destination D]                Airbyte: the settings it takes\n"
    "       bigdust check --config F                      Airbyte: do the settings work?\n"
    "       bigdust write --config F --catalog F          Airbyte: writes the messages on stdin\n"
    "\n"
    "  --port N         TCP port of the gRPC server, 0 to 65535 (default 50052; 0: a free one)\n"
    "  --listen HOST    address to listen on (default [::], which is IPv4 and IPv6)\n"
    "  --state-dir DIR  where the catalogue of tables is kept (default\n"
    "                   $XDG_STATE_HOME/bigdust or ~/.local/state/bigdust; \"\": in memory)\n"
    "  --config F       the settings, a JSON object as the spec describes it\n"
    "  --catalog F      the configured catalog: the streams and their sync modes\n"
    "  --destination D  biggeo or dust: the spec of that connector alone\n"
    "  --log-level L    debug, info, warning or severe (default: LOG_LEVEL, or info)\n"
    "  --help           this text\n"
    "  --version        the version\n"
    "\n"
    "Logs go to stdout, one JSON object a line. SIGTERM or SIGINT stops the server once the calls\n"
    "under way are finished, after 10 s at the latest, and a write at once; a second signal stops\n"
    "everything at once.\n";

static bool parse_port(const char *text, int *port) {
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || text[0] < '0' || text[0] > '9' || *end || value < 0 || value > 65535) {
        fprintf(stderr, "bigdust: --port takes a number from 0 to 65535, not \"%s\"\n", text);
        return false;
    }
    *port = (int)value;
    return true;
}

static bool parse_level(const char *source, const char *text, enum log_level *level) {
    if (log_level_parse(text, level)) {
        return true;
    }
    fprintf(stderr, "bigdust: %s takes debug, info, warning or severe, not \"%s\"\n", source, text);
    return false;
}

enum option_key {
    OPTION_PORT = 1,
    OPTION_LISTEN,
    OPTION_STATE_DIR,
    OPTION_LOG_LEVEL,
    OPTION_CONFIG,
    OPTION_CATALOG,
    OPTION_DESTINATION,
    OPTION_HELP,
    OPTION_VERSION
};

static bool take_option(struct options *options, int key) {
    switch (key) {
    case OPTION_PORT:
        return parse_port(optarg, &options->port);
    case OPTION_LISTEN:
        options->listen_host = optarg;
        return true;
    case OPTION_STATE_DIR:
        options->state_dir = optarg;
        return true;
    case OPTION_LOG_LEVEL:
        return parse_level("--log-level", optarg, &options->log_level);
    case OPTION_CONFIG:
        options->config_path = optarg;
        return true;
    case OPTION_CATALOG:
        options->catalog_path = optarg;
        return true;
    case OPTION_DESTINATION:
        options->destination = optarg;
        return true;
    case OPTION_HELP:
        options->help = true;
        return true;
    case OPTION_VERSION:
        options->version = true;
        return true;
    default:
        fprintf(stderr, "bigdust: see bigdust --help\n");
        return false;
    }
}

static bool parse_command(const char *word, enum command *command) {
    static const char *const words[] = {
        [COMMAND_SPEC] = "spec", [COMMAND_CHECK] = "check", [COMMAND_WRITE] = "write"};
    for (size_t i = COMMAND_SPEC; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0) {
            *command = (enum command)i;
            return true;
        }
    }
    return false;
}

/* A command's files are named, and no others. */
static bool check_files(const struct options *options) {
    const struct {
        const char *option;
        const char *given;
        bool needed;
        bool allowed;
    } files[] = {
        {"--config", options->config_path,
         options->command == COMMAND_CHECK || options->command == COMMAND_WRITE,
         options->command == COMMAND_CHECK || options->command == COMMAND_WRITE},
        {"--catalog", options->catalog_path, options->command == COMMAND_WRITE,
         options->command == COMMAND_WRITE},
        {"--destination", options->destination, false, options->command == COMMAND_SPEC},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (files[i].needed && !files[i].given) {
            fprintf(stderr, "bigdust: %s is missing; see bigdust --help\n", files[i].option);
            return false;
        }
        if (files[i].given && !files[i].allowed) {
            fprintf(stderr, "bigdust: %s belongs to another command; see bigdust --help\n",
                    files[i].option);
            return false;
        }
    }
    return true;
}

bool options_parse(struct options *options, int argc, char **argv, const char *log_level_text) {
    static const struct option known[] = {
        {"port", required_argument, NULL, OPTION_PORT},
        {"listen", required_argument, NULL, OPTION_LISTEN},
        {"state-dir", required_argument, NULL, OPTION_STATE_DIR},
        {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
        {"config", required_argument, NULL, OPTION_CONFIG},
        {"catalog", required_argument, NULL, OPTION_CATALOG},
        {"destination", required_argument, NULL, OPTION_DESTINATION},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {0},
    };
    *options = (struct options){.port = 50052, .listen_host = "[::]", .log_level = LOG_INFO};
    if (log_level_text && log_level_text[0] &&
        !parse_level("LOG_LEVEL", log_level_text, &options->log_level)) {
        return false;
    }
    int key;
    while ((key = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (!take_option(options, key)) {
            return false;
        }
    }
    if (optind < argc && !parse_command(argv[optind++], &options->command)) {
        fprintf(stderr, "bigdust: \"%s\" is not a command; see bigdust --help\n", argv[optind - 1]);
        return false;
    }
    if (optind < argc) {
        fprintf(stderr, "bigdust: \"%s\" is not an option; see bigdust --help\n", argv[optind]);
        return false;
    }
    return options->help || options->version || check_files(options);
}
