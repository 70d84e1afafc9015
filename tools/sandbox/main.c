/* A local server that behaves as the APIs that bigdust writes to, for tests, demos and benchmarks.
 */
#include "sandbox/dust_documents.h"
#include "sandbox/dust_store.h"
#include "sandbox/server.h"

#include <getopt.h>
#include <signal.h>

static const char main_help[] =
    "usage: sandbox [options]\n"
    "Plays the HTTP APIs of BigGeo and Dust on 127.0.0.1 (and ::1). It prints one line with its "
    "address when it "
    "is\n"
    "ready, and stops on SIGTERM or SIGINT. Its control API is under /_sandbox/ (README.md).\n"
    "  --port N         port to listen on; 0 (the default): one that is free\n"
    "  --db FILE        keep what is posted in this SQLite file; default: in memory\n"
    "  --api-key K      the x-api-key that is right (default: test-key)\n"
    "  --discard        check and count records but keep none\n"
    "  --set KEY=VALUE  a setting of Dust's side, as POST /_sandbox/config takes it (README.md)\n"
    "  --max-body N     bytes of the largest request body; a larger one is answered 413\n"
    "  --keep-bodies    keep the bodies of all requests for /_sandbox/bodies/N\n"
    "  --help           this text\n";

struct options {
    uint64_t port;
    const char *db;
    const char *api_key;
    bool discard;
    bool keep_bodies;
    uint64_t max_body;
    struct dust_config dust;
};

enum {
    OPTION_PORT = 256,
    OPTION_DB,
    OPTION_KEY,
    OPTION_DISCARD,
    OPTION_MAX,
    OPTION_KEEP,
    OPTION_SET,
    OPTION_HELP
};

static const struct option main_options[] = {
    {"port", required_argument, NULL, OPTION_PORT},
    {"db", required_argument, NULL, OPTION_DB},
    {"api-key", required_argument, NULL, OPTION_KEY},
    {"discard", no_argument, NULL, OPTION_DISCARD},
    {"max-body", required_argument, NULL, OPTION_MAX},
    {"set", required_argument, NULL, OPTION_SET},
    {"keep-bodies", no_argument, NULL, OPTION_KEEP},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static bool main_number(const char *text, uint64_t max, uint64_t *number) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || strlen(text) > 18 || value > max) {
        fprintf(stderr, "sandbox: not a number from 0 to %llu: %s\n", (unsigned long long)max,
                text);
        return false;
    }
    *number = value;
    return true;
}

/* KEY=VALUE: a number, true, false or a word. */
static bool main_set(const char *text, struct dust_config *config) {
    char key[DUST_MAX_WORD];
    const char *equals = strchr(text, '=');
    if (equals && (size_t)(equals - text) < sizeof(key)) {
        const char *value = equals + 1;
        char *end = NULL;
        memcpy(key, text, (size_t)(equals - text));
        key[equals - text] = '\0';
        unsigned long long number = strtoull(value, &end, 10);
        bool is_number = *value >= '0' && *value <= '9' && !*end;
        bool is_flag = strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
        if ((is_number && dust_config_set_number(config, key, number)) ||
            (is_flag && dust_config_set_flag(config, key, *value == 't')) ||
            dust_config_set_word(config, key, value)) {
            return true;
        }
    }
    fprintf(stderr, "sandbox: not a setting: %s\n", text);
    return false;
}

static bool main_option(struct options *options, int option) {
    switch (option) {
    case OPTION_PORT:
        return main_number(optarg, 65535, &options->port);
    case OPTION_DB:
        options->db = optarg;
        return true;
    case OPTION_KEY:
        options->api_key = optarg;
        return true;
    case OPTION_DISCARD:
        options->discard = true;
        return true;
    case OPTION_MAX:
        return main_number(optarg, SANDBOX_MAX_BODY - 1, &options->max_body);
    case OPTION_SET:
        return main_set(optarg, &options->dust);
    case OPTION_KEEP:
        options->keep_bodies = true;
        return true;
    default:
        return false;
    }
}

/* The exit code to leave with; below 0: go on. */
static int main_parse(int argc, char **argv, struct options *options) {
    int option;
    while ((option = getopt_long(argc, argv, "", main_options, NULL)) != -1) {
        if (option == OPTION_HELP) {
            fputs(main_help, stdout);
            return 0;
        }
        if (!main_option(options, option)) {
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "sandbox: unknown argument: %s\n", argv[optind]);
        return 2;
    }
    return -1;
}

/* Listens until a signal says stop. The signals are blocked in every thread. */
static int main_serve(struct sandbox *sandbox, uint16_t port, const sigset_t *signals) {
    struct server *server = server_start(sandbox, port);
    if (!server) {
        return 1;
    }
    printf("sandbox listening on http://127.0.0.1:%u\n", server_port(server));
    fflush(stdout);
    int signal_number;
    sigwait(signals, &signal_number);
    server_stop(server);
    return 0;
}

int main(int argc, char **argv) {
    struct options options = {.api_key = "test-key", .max_body = SANDBOX_MAX_BODY - 1};
    dust_config_init(&options.dust);
    int code = main_parse(argc, argv, &options);
    if (code >= 0) {
        return code;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct sandbox sandbox = {.api_key = options.api_key, .mutex = PTHREAD_MUTEX_INITIALIZER};
    sandbox.initial.max_body = options.max_body;
    sandbox.initial.rules.discard = options.discard;
    sandbox.initial.dust = options.dust;
    sandbox.config = sandbox.initial;
    sandbox.dust = dust_store_new(&sandbox);
    sandbox.documents = dust_documents_new(&sandbox);
    sandbox.store = store_new(options.db);
    sandbox.faults = faults_new();
    sandbox.gate = gate_new();
    sandbox.journal = journal_new(options.keep_bodies);
    code = 1;
    if (sandbox.store && sandbox.dust && sandbox.documents && sandbox.faults && sandbox.gate &&
        sandbox.journal) {
        code = main_serve(&sandbox, (uint16_t)options.port, &signals);
    }
    dust_store_destroy(sandbox.dust);
    dust_documents_destroy(sandbox.documents);
    journal_destroy(sandbox.journal);
    gate_destroy(sandbox.gate);
    faults_destroy(sandbox.faults);
    store_destroy(sandbox.store);
    return code;
}
