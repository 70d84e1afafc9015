#include "tester/options.h"

#include "tester/modes.h"

#include <getopt.h>
#include <limits.h>

enum {
    OPTION_TYPE = 256,
    OPTION_PORT,
    OPTION_SCHEMA,
    OPTION_INPUT,
    OPTION_PLAIN,
    OPTION_NO_DELAY,
    OPTION_BATCH_TYPE,
    OPTION_DATA,
    OPTION_MODE,
    OPTION_SEED,
    OPTION_WAIT,
    OPTION_CANCEL,
    OPTION_HELP,
};

enum { DEFAULT_PORT = 50052, DEFAULT_WAIT_S = 60, DEFAULT_CANCEL_MS = 20, MAX_WAIT_S = 86400 };

static const struct option LONG_OPTIONS[] = {
    {"tester-type", required_argument, NULL, OPTION_TYPE},
    {"port", required_argument, NULL, OPTION_PORT},
    {"schema-name", required_argument, NULL, OPTION_SCHEMA},
    {"input-file", required_argument, NULL, OPTION_INPUT},
    {"plain-text", no_argument, NULL, OPTION_PLAIN},
    {"disable-operation-delay", no_argument, NULL, OPTION_NO_DELAY},
    {"batch-file-type", required_argument, NULL, OPTION_BATCH_TYPE},
    {"data-folder", required_argument, NULL, OPTION_DATA},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"wait-seconds", required_argument, NULL, OPTION_WAIT},
    {"cancel-ms", required_argument, NULL, OPTION_CANCEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static const char HELP[] =
    "usage: tester [options]\n"
    "Plays input files of Fivetran's destination tester against a destination connector.\n"
    "Exit code: 0 all passed, 1 something failed, 2 the options are wrong.\n"
    "\n"
    "As the official tester has them:\n"
    "  --tester-type destination   the only kind there is\n"
    "  --port N                    the destination's port (default 50052)\n"
    "  --schema-name S             the schema of all tables (default: tester)\n"
    "  --input-file F              only this file of the data folder; default: every *.json but\n"
    "                              configuration.json, in the order of their names\n"
    "  --plain-text                batch files neither compressed nor encrypted\n"
    "  --disable-operation-delay   no pause between the operations of a file\n"
    "  --batch-file-type CSV       the only type there is\n"
    "Environment: GRPC_HOSTNAME, the destination's host (default: localhost); WORKING_DIR, the\n"
    "folder of batch files as the destination sees it (default: the data folder).\n"
    "\n"
    "Of our own:\n"
    "  --data-folder DIR           where configuration.json and input files are, and where batch\n"
    "                              files are written (default: the current folder)\n"
    "  --seed N                    repeats a run's random choices (default: a new one, printed)\n"
    "  --wait-seconds N            for the destination to answer (default 60)\n"
    "  --cancel-ms N               after how long mode cancel cancels (default 20)\n"
    "  --mode M                    any of these, several times:\n";

static bool read_number(const char *name, const char *text, uint64_t max, uint64_t *number) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || strlen(text) > 20 || value > max) {
        fprintf(stderr, "tester: --%s wants a number from 0 to %llu, not \"%s\"\n", name,
                (unsigned long long)max, text);
        return false;
    }
    *number = value;
    return true;
}

static bool want(const char *name, const char *text, const char *wanted) {
    if (strcmp(text, wanted) == 0) {
        return true;
    }
    fprintf(stderr, "tester: --%s can only be %s, not \"%s\"\n", name, wanted, text);
    return false;
}

static bool read_mode(const char *name, struct options *options) {
    uint32_t mode = mode_find(slice_of(name));
    if (!mode) {
        fprintf(stderr, "tester: there is no mode \"%s\"; --help lists them\n", name);
    }
    options->modes |= mode;
    return mode != 0;
}

static bool read_numbers(int option, const char *text, struct options *options) {
    uint64_t number = 0;
    bool fine = false;
    switch (option) {
    case OPTION_PORT:
        fine = read_number("port", text, 65535, &number);
        options->port = (int)number;
        return fine;
    case OPTION_SEED:
        options->has_seed = true;
        return read_number("seed", text, UINT64_MAX, &options->seed);
    case OPTION_WAIT:
        fine = read_number("wait-seconds", text, MAX_WAIT_S, &number);
        options->wait_ms = (int64_t)number * 1000;
        return fine;
    default:
        fine = read_number("cancel-ms", text, INT_MAX, &number);
        options->cancel_ms = (int64_t)number;
        return fine;
    }
}

static bool read_option(int option, const char *text, struct options *options) {
    switch (option) {
    case OPTION_TYPE:
        return want("tester-type", text, "destination");
    case OPTION_BATCH_TYPE:
        return want("batch-file-type", text, "CSV");
    case OPTION_SCHEMA:
        options->schema_name = text;
        return true;
    case OPTION_INPUT:
        options->input_file = text;
        return true;
    case OPTION_DATA:
        options->data_folder = text;
        return true;
    case OPTION_PLAIN:
        options->plain_text = true;
        return true;
    case OPTION_NO_DELAY:
        options->no_delay = true;
        return true;
    case OPTION_MODE:
        return read_mode(text, options);
    case OPTION_PORT:
    case OPTION_SEED:
    case OPTION_WAIT:
    case OPTION_CANCEL:
        return read_numbers(option, text, options);
    default:
        return false; /* getopt has said what is wrong */
    }
}

static bool modes_agree(const struct options *options) {
    const uint32_t keys = MODE_WRONG_KEY | MODE_SHORT_KEY | MODE_MISSING_KEY;
    bool encrypted = !options->plain_text && !(options->modes & MODE_UNENCRYPTED);
    if (!encrypted && (options->modes & keys)) {
        fputs("tester: files that are not encrypted have no key to get wrong\n", stderr);
        return false;
    }
    bool compressed = !options->plain_text && !(options->modes & MODE_UNCOMPRESSED);
    if (!(encrypted && compressed) && (options->modes & MODE_CUTS)) {
        fputs("tester: mode cuts wants files that are compressed and encrypted: a plain file that "
              "is cut cannot be told from a shorter one\n",
              stderr);
        return false;
    }
    if ((options->modes & MODE_GZIP) && (options->plain_text || !compressed)) {
        fputs("tester: files cannot be compressed by gzip and not be compressed\n", stderr);
        return false;
    }
    return true;
}

static void read_environment(struct options *options) {
    const char *host = getenv("GRPC_HOSTNAME");
    options->host = host && *host ? host : "localhost";
    options->told_folder = getenv("WORKING_DIR");
}

enum options_outcome options_read(int argc, char **argv, struct options *options) {
    *options = (struct options){.port = DEFAULT_PORT,
                                .schema_name = "tester",
                                .data_folder = ".",
                                .wait_ms = DEFAULT_WAIT_S * INT64_C(1000),
                                .cancel_ms = DEFAULT_CANCEL_MS};
    read_environment(options);
    int option = 0;
    while ((option = getopt_long(argc, argv, "", LONG_OPTIONS, NULL)) != -1) {
        if (option == OPTION_HELP) {
            fputs(HELP, stdout);
            mode_print_help(stdout);
            return OPTIONS_HELP_SHOWN;
        }
        if (!read_option(option, optarg, options)) {
            return OPTIONS_WRONG;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "tester: unknown argument: %s\n", argv[optind]);
        return OPTIONS_WRONG;
    }
    return modes_agree(options) ? OPTIONS_GO_ON : OPTIONS_WRONG;
}
