/* A gRPC server with handlers that tests steer; tests/integration/test_grpc_*.py drives it.
 * Prints a line for everything a test may wait for. SIGUSR1 lets the Hold calls of now go on,
 * SIGTERM stops, a second one hurries. Options: --host H --max-calls N --drain-ms N --receive-ms N
 * --port N --debug. */
#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/grpc_server.h"
#include "frontends/fivetran/message_guard.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { POLL_MS = 10 };

struct echo {
    atomic_int releases; /* how often SIGUSR1 came */
    atomic_int holding;
    atomic_int most_holding;
};

struct options {
    struct rpc_server_options server;
    long drain_ms;
    bool debug;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...) {
    char line[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    printf("%s\n", line); /* one call, so one whole line */
    fflush(stdout);
}

static void write_log(void *context, enum log_level level, const char *message) {
    (void)context;
    say("log level=%d %s", (int)level, message);
}

static void echo(void *service, struct rpc *rpc, struct buf *response, struct status *status) {
    (void)service;
    (void)status;
    log_event(rpc->log, LOG_INFO, "echoed", "bytes=%zu", rpc->request.len);
    buf_append_slice(response, rpc->request);
}

/* "<bytes>": so many bytes come back. */
static void large(void *service, struct rpc *rpc, struct buf *response, struct status *status) {
    (void)service;
    (void)status;
    char text[32] = "";
    memcpy(text, rpc->request.data, rpc->request.len < 31 ? rpc->request.len : 31);
    size_t bytes = strtoul(text, NULL, 10);
    if (buf_reserve(response, bytes)) {
        memset(response->data, 'x', bytes);
        response->len = bytes;
    }
}

/* "<status code> <message>": the call fails so. */
static void fail(void *service, struct rpc *rpc, struct buf *response, struct status *status) {
    (void)service;
    char text[2048] = "";
    memcpy(text, rpc->request.data, rpc->request.len < 2047 ? rpc->request.len : 2047);
    char *message = NULL;
    enum status_code code = (enum status_code)strtol(text, &message, 10);
    buf_append_text(response, "never seen");
    status_fail(status, code, "%s", *message ? message + 1 : message);
}

static void raise_to(atomic_int *most, int value) {
    int seen = atomic_load(most);
    while (seen < value && !atomic_compare_exchange_weak(most, &seen, value)) {
    }
}

/* Holds until SIGUSR1 or its cancel; answers "released". */
static void hold(void *service, struct rpc *rpc, struct buf *response, struct status *status) {
    struct echo *echo = service;
    int releases = atomic_load(&echo->releases);
    raise_to(&echo->most_holding, atomic_fetch_add(&echo->holding, 1) + 1);
    bool has_deadline = rpc->cancel->deadline_ms != CANCEL_NO_DEADLINE;
    say("hold_started name=%.*s has_deadline=%d", SLICE_ARG(rpc->request), has_deadline);
    /* Waits for the cancel to be fired; its deadline alone, which cancel_check sees, will not do.
     */
    while (atomic_load(&echo->releases) == releases &&
           atomic_load(&rpc->cancel->reason) == CANCEL_NONE) {
        clock_sleep_ms(clock_system(), POLL_MS, NULL);
    }
    cancel_go_on(rpc->cancel, status);
    atomic_fetch_sub(&echo->holding, 1);
    say("hold_ended name=%.*s reason=%d most=%d", SLICE_ARG(rpc->request),
        atomic_load(&rpc->cancel->reason), atomic_load(&echo->most_holding));
    buf_append_text(response, "released");
}

static void write_batch(void *service, struct rpc *rpc, struct buf *response,
                        struct status *status) {
    (void)service;
    ProtobufCMessage *request =
        message_unpack(&fivetran_sdk__v2__write_batch_request__descriptor, rpc->request, status);
    if (request) {
        FivetranSdk__V2__WriteBatchResponse answer = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__INIT;
        answer.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_SUCCESS;
        answer.success = 1;
        message_pack(&answer.base, response);
    }
    message_free(request);
}

static const struct rpc_method METHODS[] = {
    {"/bigdust.test.Echo/Echo", echo},
    {"/bigdust.test.Echo/Large", large},
    {"/bigdust.test.Echo/Fail", fail},
    {"/bigdust.test.Echo/Hold", hold},
    {"/fivetran_sdk.v2.DestinationConnector/WriteBatch", write_batch},
};

static struct options parse(int argc, char **argv) {
    struct options o = {.drain_ms = 10000};
    o.server = (struct rpc_server_options){.listen_host = "[::]",
                                           .methods = METHODS,
                                           .n_methods = sizeof METHODS / sizeof METHODS[0],
                                           .clock = clock_system(),
                                           .max_calls = 8};
    for (int i = 1; i + 1 < argc; i += 2) {
        long value = strtol(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--host") == 0) {
            o.server.listen_host = argv[i + 1];
        } else if (strcmp(argv[i], "--port") == 0) {
            o.server.port = (int)value;
        } else if (strcmp(argv[i], "--max-calls") == 0) {
            o.server.max_calls = (size_t)value;
        } else if (strcmp(argv[i], "--receive-ms") == 0) {
            o.server.receive_ms = value;
        } else if (strcmp(argv[i], "--drain-ms") == 0) {
            o.drain_ms = value;
        } else if (strcmp(argv[i], "--debug") == 0) {
            o.debug = value != 0;
        }
    }
    return o;
}

struct stopping {
    struct rpc_server *server;
    long drain_ms;
};

static void *stop(void *context) {
    const struct stopping *stopping = context;
    rpc_server_stop(stopping->server, stopping->drain_ms);
    kill(getpid(), SIGUSR2);
    return NULL;
}

/* Obeys signals until the server has stopped. */
static void serve(struct rpc_server *server, struct echo *echo, long drain_ms,
                  const sigset_t *signals) {
    struct stopping stopping = {server, drain_ms};
    pthread_t thread = 0;
    bool is_stopping = false;
    int signal = 0;
    while (sigwait(signals, &signal) == 0 && signal != SIGUSR2) {
        if (signal == SIGUSR1) {
            atomic_fetch_add(&echo->releases, 1);
        } else if (is_stopping) {
            say("hurrying");
            rpc_server_hurry(server);
        } else if (pthread_create(&thread, NULL, stop, &stopping) == 0) {
            is_stopping = true;
            say("stopping");
        }
    }
    if (is_stopping) {
        pthread_join(thread, NULL);
    }
}

int main(int argc, char **argv) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    struct echo echo = {0};
    struct log_sink sink = {.write = write_log};
    struct options options = parse(argc, argv);
    struct log log = {.sink = &sink, .min_level = options.debug ? LOG_DEBUG : LOG_INFO};
    options.server.service = &echo;
    options.server.log = &log;
    struct status status = STATUS_INIT;
    struct rpc_server *server = rpc_server_start(&options.server, &status);
    if (!server) {
        say("not_started code=%s message=%s", status_code_name(status.code), status.message);
        return EXIT_FAILURE;
    }
    say("started port=%d", rpc_server_port(server));
    serve(server, &echo, options.drain_ms, &signals);
    rpc_server_destroy(server);
    say("stopped");
    return EXIT_SUCCESS;
}
