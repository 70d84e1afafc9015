/* bigdust: reads the options, makes the one engine, serves until a signal or runs one command, and
 * takes everything down in order. */
#include "destinations/biggeo/biggeo.h"
#include "destinations/biggeo/catalogue.h"
#include "frontends/airbyte/airbyte.h"
#include "frontends/fivetran/grpc_server.h"
#include "frontends/fivetran/log_sink.h"
#include "frontends/fivetran/service.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EXIT_WRONG_OPTIONS = 2,
    DRAIN_MS = 10 * 1000,
    STUCK_S = 30, /* past drain and cancel; then the process ends whatever still hangs */
    STOP_S = 8,   /* a command that was told to stop */
    MAX_CALLS = 16,
    MAX_IDLE_CONNECTIONS = 16,
    PATH_BYTES = 4096,
};

/* File descriptors of what we were started with. */
struct streams {
    int in, out, err;
};

/* What all calls share. */
struct engine {
    struct destination_shared destinations;
    struct fivetran_service service;
};

static void engine_clean_up(struct engine *engine) {
    table_locks_destroy(engine->service.locks);
    http_pool_destroy(engine->service.connections);
    delivery_shared_destroy(engine->service.delivery);
    biggeo_state_destroy(engine->destinations.biggeo);
    catalogue_close(engine->destinations.catalogue);
    http_global_clean_up();
}

/* Makes each folder of path that is missing. */
static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

/* The catalogue's file, its folder made; "" for a catalogue in memory. */
static void catalogue_path(const struct options *options, char path[PATH_BYTES]) {
    const char *state_home = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int len = 0;
    path[0] = '\0';
    if (options->command != COMMAND_SERVE && !options->state_dir) {
        return; /* a sync's process ends with it */
    }
    if (options->state_dir) {
        len = snprintf(path, PATH_BYTES, "%s", options->state_dir);
    } else if (state_home && state_home[0] == '/') {
        len = snprintf(path, PATH_BYTES, "%s/bigdust", state_home);
    } else if (home && home[0] == '/') {
        len = snprintf(path, PATH_BYTES, "%s/.local/state/bigdust", home);
    }
    const char file[] = "/catalogue.sqlite3";
    if (len <= 0 || (size_t)len + sizeof file > PATH_BYTES) {
        path[0] = '\0';
        return;
    }
    make_folders(path);
    memcpy(path + len, file, sizeof file);
}

static bool engine_init(struct engine *engine, const struct options *options, const struct log *log,
                        struct status *status) {
    char path[PATH_BYTES];
    catalogue_path(options, path);
    *engine = (struct engine){0};
    if (!http_global_init()) {
        return status_fail(status, STATUS_INTERNAL, "libcurl does not start");
    }
    engine->destinations = (struct destination_shared){
        .clock = clock_system(),
        .random = random_system(),
        .catalogue = catalogue_open(path[0] ? path : NULL, log, status),
        .biggeo = biggeo_state_new(),
    };
    engine->service = (struct fivetran_service){
        .destinations = &engine->destinations,
        .delivery = delivery_shared_new(clock_system(), random_system()),
        .connections = http_pool_new(MAX_IDLE_CONNECTIONS),
        .locks = table_locks_new(),
    };
    bool complete = engine->destinations.catalogue && engine->destinations.biggeo &&
                    engine->service.delivery && engine->service.connections &&
                    engine->service.locks;
    return complete || (status->code == STATUS_OK ? status_no_memory(status, "starting") : false);
}

/* A standard stream; when it was closed at the start, what fails when it is used: else a file or
 * socket of ours would be in its place, and be read as messages or logged to. Libraries open theirs
 * before main; those an exec closes, so that they cannot be what we were started with. */
static int standard_stream(int fd) {
    int flags = fcntl(fd, F_GETFD);
    bool is_ours = flags >= 0 && (flags & FD_CLOEXEC) == 0;
    return is_ours ? fd : open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static sigset_t stop_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

/* The second signal: stop at once. */
static void *wait_for_second_signal(void *server) {
    sigset_t signals = stop_signals();
    int signal_number;
    sigwait(&signals, &signal_number);
    rpc_server_hurry(server);
    return NULL;
}

/* Serves until a signal comes and every call has ended; destroys the server. */
static void serve(struct rpc_server *server, const struct log *log) {
    sigset_t signals = stop_signals();
    int signal_number = 0;
    pthread_t second;
    sigwait(&signals, &signal_number);
    log_event(log, LOG_INFO, "server_stopping", "signal=%s",
              signal_number == SIGINT ? "SIGINT" : "SIGTERM");
    bool watching = pthread_create(&second, NULL, wait_for_second_signal, server) == 0;
    alarm(STUCK_S); /* SIGALRM's default action ends the process */
    rpc_server_stop(server, DRAIN_MS);
    if (watching) {
        pthread_kill(second, SIGTERM); /* nobody needs to hurry any more: ends its wait */
        pthread_join(second, NULL);
    }
    rpc_server_destroy(server);
}

/* Fires the cancel on the first signal, ends the process on the second. SIGUSR1: the command has
 * ended. */
static void *wait_to_stop(void *cancel) {
    sigset_t signals = stop_signals();
    int signal_number = 0;
    sigaddset(&signals, SIGUSR1);
    sigwait(&signals, &signal_number);
    if (signal_number != SIGUSR1) {
        cancel_fire(cancel, CANCEL_SHUTDOWN);
        alarm(STOP_S); /* SIGALRM's default action ends the process */
        sigwait(&signals, &signal_number);
    }
    if (signal_number != SIGUSR1) {
        _exit(EXIT_FAILURE);
    }
    return NULL;
}

static int run_airbyte(const struct engine *engine, const struct options *options,
                       const struct streams *streams, struct cancel *cancel) {
    const struct airbyte airbyte = {
        .destinations = engine->service.destinations,
        .delivery = engine->service.delivery,
        .connections = engine->service.connections,
        .cancel = cancel,
        .in_fd = streams->in,
        .out_fd = streams->out,
        .terminal_fd = isatty(streams->err) ? streams->err : -1,
        .log_level = options->log_level,
    };
    switch (options->command) {
    case COMMAND_CHECK:
        return airbyte_check(&airbyte, options->config_path);
    case COMMAND_WRITE:
        return airbyte_write(&airbyte, options->config_path, options->catalog_path);
    case COMMAND_SPEC:
    case COMMAND_SERVE:
        break;
    }
    return airbyte_spec(&airbyte, options->destination);
}

static int run_command(const struct options *options, const struct streams *streams) {
    struct status status = STATUS_INIT;
    struct engine engine;
    struct cancel cancel;
    pthread_t watcher;
    sigset_t ended;
    int exit_code = EXIT_FAILURE;
    sigemptyset(&ended);
    sigaddset(&ended, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &ended, NULL); /* for wait_to_stop */
    cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
    if (engine_init(&engine, options, NULL, &status) &&
        pthread_create(&watcher, NULL, wait_to_stop, &cancel) == 0) {
        exit_code = run_airbyte(&engine, options, streams, &cancel);
        pthread_kill(watcher, SIGUSR1);
        pthread_join(watcher, NULL);
    } else {
        fprintf(stderr, "bigdust: %s\n", status.message);
    }
    engine_clean_up(&engine);
    cancel_clean_up(&cancel);
    return exit_code;
}

static int run(const struct options *options, const struct log *log) {
    struct status status = STATUS_INIT;
    struct engine engine;
    struct rpc_server *server = NULL;
    int exit_code = EXIT_FAILURE;
    if (engine_init(&engine, options, log, &status)) {
        struct rpc_server_options server_options = {
            .listen_host = options->listen_host,
            .port = options->port,
            .service = &engine.service,
            .log = log,
            .clock = clock_system(),
            .max_calls = MAX_CALLS,
        };
        server_options.methods = service_methods(&server_options.n_methods);
        server = rpc_server_start(&server_options, &status);
    }
    if (server) {
        log_event(log, LOG_INFO, "server_started", "port=%d version=%s", rpc_server_port(server),
                  BIGDUST_VERSION);
        serve(server, log);
        log_event(log, LOG_INFO, "server_stopped", "%s", "");
        exit_code = EXIT_SUCCESS;
    } else {
        log_event(log, LOG_SEVERE, "server_not_started", "reason=\"%s\"", status.message);
    }
    engine_clean_up(&engine);
    return exit_code;
}

int main(int argc, char **argv) {
    struct options options;
    const struct streams streams = {standard_stream(STDIN_FILENO), standard_stream(STDOUT_FILENO),
                                    standard_stream(STDERR_FILENO)};
    if (!options_parse(&options, argc, argv, getenv("LOG_LEVEL"))) {
        return EXIT_WRONG_OPTIONS;
    }
    if (options.help || options.version) {
        puts(options.help ? OPTIONS_HELP : "bigdust " BIGDUST_VERSION);
        return EXIT_SUCCESS;
    }
    sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: all inherit the mask */
    signal(SIGPIPE, SIG_IGN);
    if (options.command != COMMAND_SERVE) {
        return run_command(&options, &streams);
    }
    const char *account = getenv("FIVETRAN_ACCOUNT_NAME");
    const char *group = getenv("FIVETRAN_GROUP_NAME");
    struct log log = {.sink = fivetran_log_sink(streams.out, streams.err),
                      .min_level = options.log_level};
    if (account && account[0]) {
        log = log_with(&log, "account=\"%s\"", account);
    }
    if (group && group[0]) {
        log = log_with(&log, "group=\"%s\"", group);
    }
    return run(&options, &log);
}
