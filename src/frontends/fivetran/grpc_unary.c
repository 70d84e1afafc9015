#include "frontends/fivetran/grpc_internal.h"

#include <stdlib.h>

enum { RECEIVE_MS = 60000, TICK_MS = 1000 };

static void on_received(void *context, bool ok);
static void run_handler(void *context);

/* A place is taken before the message is read, so that messages in memory are bounded; what a
 * waiting client sends stays within the core's flow control. */
static void start_receiving_locked(struct rpc_call *call) {
    call->locked.state = RPC_RECEIVING;
    call->locked.receiving_since_ms = clock_monotonic_ms(clock_system());
    rpc_call_receive(call);
}

static void give_place_back_locked(struct rpc_server *server) {
    struct rpc_call *next = TAILQ_FIRST(&server->locked.parked);
    if (!next) {
        server->locked.places++;
        return;
    }
    TAILQ_REMOVE(&server->locked.parked, next, locked.parked);
    start_receiving_locked(next);
}

void rpc_unary_start(struct rpc_call *call) {
    struct rpc_server *server = call->server;
    call->received = (struct rpc_tag){on_received, call};
    call->job = (struct worker_job){.run = run_handler, .context = call};
    pthread_mutex_lock(&server->lock);
    if (server->locked.places > 0) {
        server->locked.places--;
        start_receiving_locked(call);
    } else {
        call->locked.state = RPC_PARKED;
        TAILQ_INSERT_TAIL(&server->locked.parked, call, locked.parked);
    }
    pthread_mutex_unlock(&server->lock);
}

void rpc_unary_closed(struct rpc_call *call) {
    struct rpc_server *server = call->server;
    pthread_mutex_lock(&server->lock);
    if (call->locked.state == RPC_PARKED) {
        TAILQ_REMOVE(&server->locked.parked, call, locked.parked);
        call->locked.state = RPC_ENDED;
    }
    pthread_mutex_unlock(&server->lock);
}

/* Takes the message in: to a worker, or to an end. */
static void accept_locked(struct rpc_call *call) {
    struct rpc_server *server = call->server;
    size_t bytes = call->request ? grpc_byte_buffer_length(call->request) : 0;
    struct status status = STATUS_INIT;
    if (!call->request) {
        status_fail(&status, STATUS_INVALID_ARGUMENT, "the call carries no request message");
    } else if (bytes > RPC_REQUESTS_MAX - server->locked.request_bytes) {
        status_fail(&status, STATUS_EXHAUSTED,
                    "request messages of %zu bytes are in work already; try again later",
                    server->locked.request_bytes);
    } else {
        call->locked.state = RPC_RUNNING;
        call->locked.request_bytes = bytes;
        server->locked.request_bytes += bytes;
        rpc_call_acquire(call);
        workers_submit(server->workers, &call->job);
        return;
    }
    call->locked.state = RPC_ENDED;
    rpc_call_fail(call, &status);
    give_place_back_locked(server);
}

static void on_received(void *context, bool ok) {
    (void)ok; /* false: no message either */
    struct rpc_call *call = context;
    pthread_mutex_lock(&call->server->lock);
    if (call->locked.state == RPC_RECEIVING) {
        accept_locked(call);
    }
    pthread_mutex_unlock(&call->server->lock);
    rpc_call_release(call);
}

static void answer(struct rpc_call *call, struct slice request, struct buf *response,
                   struct status *status) {
    const struct rpc_server *server = call->server;
    if (!cancel_go_on(&call->cancel, status)) {
        return;
    }
    const char *name = strrchr(call->method->path, '/');
    name = name ? name + 1 : call->method->path;
    struct log log =
        log_with(server->options.log, "rpc=%s call=%llu", name, (unsigned long long)call->number);
    struct rpc rpc = {.method = name, .request = request, .cancel = &call->cancel, .log = &log};
    call->method->handler(server->options.service, &rpc, response, status);
    if (status->code == STATUS_OK && response->failed) {
        status_fail(status, STATUS_INTERNAL,
                    "the answer is larger than %zu bytes, or memory is out", response->max);
    }
}

/* On a worker thread. */
static void run_handler(void *context) {
    struct rpc_call *call = context;
    struct rpc_server *server = call->server;
    struct status status = STATUS_INIT;
    struct buf response;
    buf_init(&response, RPC_MESSAGE_MAX);
    grpc_slice request = rpc_call_take_request(call);
    answer(call, rpc_slice(&request), &response, &status);
    rpc_slice_wipe(request);
    if (status.code == STATUS_OK) {
        rpc_call_finish(call, &response, GRPC_STATUS_OK, "");
    } else {
        rpc_call_fail(call, &status);
    }
    buf_clean_up(&response);
    pthread_mutex_lock(&server->lock);
    call->locked.state = RPC_ENDED;
    server->locked.request_bytes -= call->locked.request_bytes;
    give_place_back_locked(server);
    pthread_mutex_unlock(&server->lock);
    rpc_call_release(call);
}

static void evict_locked(struct rpc_server *server, int64_t age_ms, const char *why) {
    int64_t now = clock_monotonic_ms(clock_system());
    struct status status = STATUS_INIT;
    status_fail(&status, STATUS_UNAVAILABLE, "%s", why);
    struct rpc_call *call = NULL;
    TAILQ_FOREACH(call, &server->locked.calls, locked.all) {
        if (call->method && call->locked.state == RPC_RECEIVING &&
            now - call->locked.receiving_since_ms >= age_ms) {
            call->locked.state = RPC_ENDED;
            rpc_call_fail(call, &status);
            give_place_back_locked(server);
        }
    }
}

void rpc_unary_evict(struct rpc_server *server, int64_t age_ms, const char *why) {
    pthread_mutex_lock(&server->lock);
    evict_locked(server, age_ms, why);
    pthread_mutex_unlock(&server->lock);
}

void rpc_unary_tick(struct rpc_server *server) {
    int64_t now = clock_monotonic_ms(clock_system());
    if (now < server->evict_at_ms) {
        return;
    }
    int64_t age_ms = server->options.receive_ms > 0 ? server->options.receive_ms : RECEIVE_MS;
    server->evict_at_ms = now + (age_ms < TICK_MS ? age_ms : TICK_MS);
    pthread_mutex_lock(&server->lock);
    if (!TAILQ_EMPTY(&server->locked.parked)) {
        evict_locked(server, age_ms,
                     "the request message took too long to arrive while other calls wait");
    }
    pthread_mutex_unlock(&server->lock);
}
