#include "frontends/fivetran/grpc_server.h"

#include "descriptors.h"
#include "frontends/fivetran/grpc_internal.h"
#include "frontends/fivetran/listen_address.h"

#include <grpc/grpc_security.h>
#include <stdlib.h>

enum {
    CALLS_REQUESTED = 16, /* asked of the core at a time */
    STREAMS_PER_CONNECTION = 256,
    MIN_PING_INTERVAL_MS = 100,
    POLL_MS = 200, /* how often the event thread looks up when nothing happens */
};

static grpc_arg int_arg(const char *key, int value) {
    grpc_arg arg = {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)key};
    arg.value.integer = value;
    return arg;
}

/* The three about pings together: clients that ping often are not cut off in long calls. No
 * SO_REUSEPORT: two servers on one port must be an error. */
static grpc_server *create_core(void) {
    grpc_arg args[] = {
        int_arg(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, (int)RPC_MESSAGE_MAX),
        int_arg(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, (int)RPC_MESSAGE_MAX),
        int_arg(GRPC_ARG_MAX_CONCURRENT_STREAMS, STREAMS_PER_CONNECTION),
        int_arg(GRPC_ARG_ALLOW_REUSEPORT, 0),
        int_arg(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
        int_arg(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, MIN_PING_INTERVAL_MS),
        int_arg(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0),
    };
    grpc_channel_args all = {sizeof args / sizeof args[0], args};
    return grpc_server_create(&all, NULL);
}

static gpr_timespec poll_deadline(void) {
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(POLL_MS, GPR_TIMESPAN));
}

static void *event_loop(void *context) {
    struct rpc_server *server = context;
    for (;;) {
        grpc_event event = grpc_completion_queue_next(server->queue, poll_deadline(), NULL);
        if (event.type == GRPC_QUEUE_SHUTDOWN) {
            return NULL;
        }
        if (event.type == GRPC_OP_COMPLETE) {
            struct rpc_tag *tag = event.tag;
            RPC_TAG_TAKEN(tag);
            tag->done(tag->context, event.success != 0);
        }
        rpc_unary_tick(server);
    }
}

static void init_locks(struct rpc_server *server) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&server->lock, NULL);
    TAILQ_INIT(&server->locked.calls);
    TAILQ_INIT(&server->locked.parked);
    server->locked.places = server->options.max_calls;
}

static bool listen_on(struct rpc_server *server, struct status *status) {
    const struct rpc_server_options *options = &server->options;
    char address[LISTEN_ADDRESS_BYTES];
    if (!listen_address_format(options->listen_host, options->port, address, status)) {
        return false;
    }
    grpc_server_credentials *plaintext = grpc_insecure_server_credentials_create();
    server->port = grpc_server_add_http2_port(server->core, address, plaintext);
    grpc_server_credentials_release(plaintext);
    return server->port > 0 || listen_address_explain(options->listen_host, options->port, status);
}

/* Everything up to the first call; what it made, rpc_server_destroy takes down. */
static bool start(struct rpc_server *server, struct status *status) {
    rpc_log_attach(server->options.log);
    grpc_init();
    server->core_initialised = true;
    if (!reflection_init(&server->reflection,
                         slice_make(bigdust_descriptors, bigdust_descriptors_len), status)) {
        return false;
    }
    server->workers = workers_new(server->options.max_calls, status);
    if (!server->workers) {
        return false;
    }
    server->queue = grpc_completion_queue_create_for_next(NULL);
    server->core = create_core();
    grpc_server_register_completion_queue(server->core, server->queue, NULL);
    if (pthread_create(&server->event_thread, NULL, event_loop, server) != 0) {
        return status_fail(status, STATUS_INTERNAL, "cannot start the event thread");
    }
    server->event_thread_runs = true;
    return listen_on(server, status);
}

struct rpc_server *rpc_server_start(const struct rpc_server_options *options,
                                    struct status *status) {
    struct rpc_server *server = calloc(1, sizeof *server);
    if (!server) {
        status_no_memory(status, "starting the server");
        return NULL;
    }
    server->options = *options;
    server->options.max_calls = options->max_calls ? options->max_calls : 1;
    init_locks(server);
    if (!start(server, status)) {
        server->stopped = true; /* no call was ever taken */
        rpc_server_destroy(server);
        return NULL;
    }
    server->options.listen_host = NULL;
    grpc_server_start(server->core);
    for (int i = 0; i < CALLS_REQUESTED; i++) {
        rpc_call_request(server);
    }
    return server;
}

int rpc_server_port(const struct rpc_server *server) {
    return server->port;
}
