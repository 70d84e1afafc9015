#include "frontends/fivetran/grpc_internal.h"
#include "frontends/fivetran/health.h"

enum { RESPONSE_BYTES_MAX = 1 << 20 };
static const char STOPPING[] = "the server is shutting down";

/* Reflection and health, answered on the event thread: workers may all be busy for an hour. State
 * is under server->lock, since stop ends streams from its own thread. RPC_RECEIVING: waits for a
 * request, or (Watch) for the end. */

static void end_locked(struct rpc_call *call) {
    call->locked.state = RPC_ENDED;
    struct buf last;
    buf_init(&last, RESPONSE_BYTES_MAX);
    bool tell = call->locked.watched && health_append_response(HEALTH_NOT_SERVING, &last);
    rpc_call_finish(call, tell ? &last : NULL, GRPC_STATUS_UNAVAILABLE, STOPPING);
    buf_clean_up(&last);
}

static void fail_locked(struct rpc_call *call, grpc_status_code code, const char *text) {
    call->locked.state = RPC_ENDED;
    rpc_call_finish(call, NULL, code, text);
}

static void send_locked(struct rpc_call *call, struct buf *message) {
    call->locked.sending = true;
    rpc_call_send(call, message);
}

static void reflect_locked(struct rpc_call *call, struct slice request, struct buf *response) {
    struct status status = STATUS_INIT;
    if (reflection_answer(&call->server->reflection, request, response, &status)) {
        send_locked(call, response);
    } else {
        fail_locked(call,
                    status.code == STATUS_INVALID_ARGUMENT ? GRPC_STATUS_INVALID_ARGUMENT
                                                           : GRPC_STATUS_RESOURCE_EXHAUSTED,
                    status.message);
    }
}

static bool read_health(struct rpc_call *call, struct slice request, bool *known) {
    const struct rpc_server_options *options = &call->server->options;
    struct status status = STATUS_INIT;
    if (!health_read_request(request, options->methods, options->n_methods, known, &status)) {
        fail_locked(call, GRPC_STATUS_INVALID_ARGUMENT, status.message);
        return false;
    }
    return true;
}

static void check_locked(struct rpc_call *call, struct slice request, struct buf *response) {
    bool known = false;
    if (!read_health(call, request, &known)) {
        return;
    }
    if (!known) {
        fail_locked(call, GRPC_STATUS_NOT_FOUND, "unknown service");
        return;
    }
    health_append_response(HEALTH_SERVING, response);
    call->locked.state = RPC_ENDED;
    rpc_call_finish(call, response, GRPC_STATUS_OK, "");
}

static void watch_locked(struct rpc_call *call, struct slice request, struct buf *response) {
    bool known = false;
    if (read_health(call, request, &known)) {
        call->locked.watched = known;
        health_append_response(known ? HEALTH_SERVING : HEALTH_SERVICE_UNKNOWN, response);
        send_locked(call, response);
    }
}

typedef void (*serve_fn)(struct rpc_call *call, struct slice request, struct buf *response);

static void serve_locked(struct rpc_call *call, serve_fn serve) {
    if (grpc_byte_buffer_length(call->request) > RPC_INLINE_REQUEST_MAX) {
        fail_locked(call, GRPC_STATUS_RESOURCE_EXHAUSTED, "the request is too large");
        return;
    }
    grpc_slice request = rpc_call_take_request(call);
    struct buf response;
    buf_init(&response, RESPONSE_BYTES_MAX);
    serve(call, rpc_slice(&request), &response);
    buf_clean_up(&response);
    grpc_slice_unref(request);
}

/* A request came, or the client's half of the stream is over: no_request says what is then. */
static void received(struct rpc_call *call, serve_fn serve, grpc_status_code no_request) {
    pthread_mutex_lock(&call->server->lock);
    if (call->locked.state == RPC_RECEIVING) {
        if (call->request) {
            serve_locked(call, serve);
        } else {
            fail_locked(call, no_request,
                        no_request == GRPC_STATUS_OK ? "" : "the call carries no request message");
        }
    }
    pthread_mutex_unlock(&call->server->lock);
    rpc_call_release(call);
}

static void on_reflection_request(void *context, bool ok) {
    (void)ok;
    received(context, reflect_locked, GRPC_STATUS_OK);
}

static void on_check_request(void *context, bool ok) {
    (void)ok;
    received(context, check_locked, GRPC_STATUS_INVALID_ARGUMENT);
}

static void on_watch_request(void *context, bool ok) {
    (void)ok;
    received(context, watch_locked, GRPC_STATUS_INVALID_ARGUMENT);
}

/* A message is out: reflection reads on, Watch stays as it is. Not ok: the client is gone. */
static void on_sent(void *context, bool ok) {
    struct rpc_call *call = context;
    pthread_mutex_lock(&call->server->lock);
    call->locked.sending = false;
    if (ok && call->locked.state == RPC_RECEIVING) {
        if (call->locked.ending) {
            end_locked(call);
        } else if (call->received.done == on_reflection_request) {
            rpc_call_receive(call);
        }
    }
    pthread_mutex_unlock(&call->server->lock);
    rpc_call_release(call);
}

bool rpc_stream_start(struct rpc_call *call) {
    static const struct {
        const char *path;
        void (*on_request)(void *context, bool ok);
    } routes[] = {
        {"/grpc.health.v1.Health/Check", on_check_request},
        {"/grpc.health.v1.Health/Watch", on_watch_request},
        {"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", on_reflection_request},
        {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", on_reflection_request},
    };
    size_t i = 0;
    size_t n = sizeof routes / sizeof routes[0];
    while (i < n && grpc_slice_str_cmp(call->details.method, routes[i].path) != 0) {
        i++;
    }
    if (i == n) {
        return false;
    }
    call->received = (struct rpc_tag){routes[i].on_request, call};
    call->sent = (struct rpc_tag){on_sent, call};
    pthread_mutex_lock(&call->server->lock);
    if (call->server->locked.stopping) {
        end_locked(call);
    } else {
        call->locked.state = RPC_RECEIVING;
        rpc_call_receive(call);
    }
    pthread_mutex_unlock(&call->server->lock);
    return true;
}

void rpc_stream_closed(struct rpc_call *call) {
    pthread_mutex_lock(&call->server->lock);
    call->locked.state = RPC_ENDED;
    pthread_mutex_unlock(&call->server->lock);
}

void rpc_stream_end_all(struct rpc_server *server) {
    struct rpc_call *call = NULL;
    pthread_mutex_lock(&server->lock);
    TAILQ_FOREACH(call, &server->locked.calls, locked.all) {
        if (call->method || call->locked.state != RPC_RECEIVING) {
            continue;
        }
        if (call->locked.sending) {
            call->locked.ending = true;
        } else {
            end_locked(call);
        }
    }
    pthread_mutex_unlock(&server->lock);
}

void rpc_stream_cancel_all(struct rpc_server *server) {
    struct rpc_call *call = NULL;
    pthread_mutex_lock(&server->lock);
    TAILQ_FOREACH(call, &server->locked.calls, locked.all) {
        if (!call->method) {
            grpc_call_cancel(call->core, NULL);
        }
    }
    pthread_mutex_unlock(&server->lock);
}
