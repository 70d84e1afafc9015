#include "base/utf8.h"
#include "frontends/fivetran/grpc_internal.h"

#include <grpc/byte_buffer_reader.h>
#include <stdlib.h>

enum {
    OPS_MAX = 3,
    STATUS_TEXT_BYTES = 2048,
    PATH_SHOWN_BYTES = 200,
    DEADLINE_SLACK_MS = 50,            /* the core's timer may be this much ahead of ours */
    DEADLINE_FAR_S = 10 * 365 * 86400, /* as good as none */
};

void rpc_call_acquire(struct rpc_call *call) {
    atomic_fetch_add(&call->refs, 1);
}

static void call_destroy(struct rpc_call *call) {
    grpc_byte_buffer_destroy(call->request);
    grpc_byte_buffer_destroy(call->response);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_call_details_destroy(&call->details);
    if (call->core) {
        grpc_call_unref(call->core);
        cancel_clean_up(&call->cancel);
    }
    free(call);
}

void rpc_call_release(struct rpc_call *call) {
    if (atomic_fetch_sub(&call->refs, 1) != 1) {
        return;
    }
    struct rpc_server *server = call->server;
    if (!call->core) { /* never became a call */
        call_destroy(call);
        return;
    }
    /* Counted as gone only when the core's part is: stop waits for that before it tears down. */
    pthread_mutex_lock(&server->lock);
    TAILQ_REMOVE(&server->locked.calls, call, locked.all);
    pthread_mutex_unlock(&server->lock);
    call_destroy(call);
    pthread_mutex_lock(&server->lock);
    server->locked.n_calls--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void start_batch(struct rpc_call *call, const grpc_op *ops, size_t n, struct rpc_tag *tag) {
    rpc_call_acquire(call);
    RPC_TAG_GIVEN(tag);
    grpc_call_error error = grpc_call_start_batch(call->core, ops, n, tag, NULL);
    if (error != GRPC_CALL_OK) {
        log_event(call->server->options.log, LOG_SEVERE, "grpc_batch_refused", "error=\"%s\"",
                  grpc_call_error_to_string(error));
        grpc_call_cancel(call->core, NULL);
        atomic_fetch_sub(&call->refs, 1); /* not the last: the caller has one */
    }
}

void rpc_call_receive(struct rpc_call *call) {
    grpc_op op = {.op = GRPC_OP_RECV_MESSAGE};
    op.data.recv_message.recv_message = &call->request;
    start_batch(call, &op, 1, &call->received);
}

static grpc_byte_buffer *buffer_of(struct buf *message) {
    grpc_slice slice = grpc_empty_slice();
    if (message->len) {
        slice = grpc_slice_new(message->data, message->len, free); /* the bytes change hands */
        buf_init(message, message->max);
    }
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

/* The operations that send the initial metadata (once a call) and the message. */
static size_t sending_ops(struct rpc_call *call, struct buf *message, grpc_op ops[OPS_MAX]) {
    size_t n = 0;
    if (!call->metadata_sent) {
        call->metadata_sent = true;
        ops[n++] = (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
    }
    if (message) {
        grpc_byte_buffer_destroy(call->response);
        call->response = buffer_of(message);
        ops[n] = (grpc_op){.op = GRPC_OP_SEND_MESSAGE};
        ops[n++].data.send_message.send_message = call->response;
    }
    return n;
}

void rpc_call_send(struct rpc_call *call, struct buf *message) {
    grpc_op ops[OPS_MAX];
    size_t n = sending_ops(call, message, ops);
    start_batch(call, ops, n, &call->sent);
}

/* Valid UTF-8 in any case: a broken byte would make some clients drop the whole status. */
static grpc_slice status_text(const char *text) {
    char clean[STATUS_TEXT_BYTES];
    struct slice left = slice_make(text, strnlen(text, sizeof clean));
    size_t used = 0;
    while (left.len) {
        struct utf8_step step = utf8_step(left);
        if (used + step.len > sizeof clean) {
            break;
        }
        if (step.valid) {
            memcpy(clean + used, left.data, step.len);
            used += step.len;
        } else {
            clean[used++] = '?';
        }
        left = slice_make(left.data + step.len, left.len - step.len);
    }
    return grpc_slice_from_copied_buffer(clean, used);
}

void rpc_call_finish(struct rpc_call *call, struct buf *message, grpc_status_code code,
                     const char *text) {
    grpc_op ops[OPS_MAX];
    size_t n = sending_ops(call, message, ops);
    grpc_slice details = status_text(text);
    ops[n] = (grpc_op){.op = GRPC_OP_SEND_STATUS_FROM_SERVER};
    ops[n].data.send_status_from_server.status = code;
    ops[n++].data.send_status_from_server.status_details = &details;
    start_batch(call, ops, n, &call->finished);
    grpc_slice_unref(details);
}

static grpc_status_code code_of(enum status_code code) {
    switch (code) {
    case STATUS_OK:
        return GRPC_STATUS_OK;
    case STATUS_TASK: /* handlers answer Tasks in the body; this is one that slipped through */
        return GRPC_STATUS_FAILED_PRECONDITION;
    case STATUS_DATA_LOSS:
        return GRPC_STATUS_DATA_LOSS;
    case STATUS_UNAVAILABLE:
        return GRPC_STATUS_UNAVAILABLE;
    case STATUS_CANCELLED:
        return GRPC_STATUS_CANCELLED;
    case STATUS_DEADLINE:
        return GRPC_STATUS_DEADLINE_EXCEEDED;
    case STATUS_INVALID_ARGUMENT:
        return GRPC_STATUS_INVALID_ARGUMENT;
    case STATUS_EXHAUSTED:
        return GRPC_STATUS_RESOURCE_EXHAUSTED;
    case STATUS_INTERNAL:
        break;
    }
    return GRPC_STATUS_INTERNAL;
}

void rpc_call_fail(struct rpc_call *call, const struct status *status) {
    rpc_call_finish(call, NULL, code_of(status->code), status->message);
}

grpc_slice rpc_call_take_request(struct rpc_call *call) {
    grpc_slice whole = grpc_empty_slice();
    grpc_byte_buffer_reader reader;
    if (grpc_byte_buffer_reader_init(&reader, call->request)) {
        whole = grpc_byte_buffer_reader_readall(&reader);
        grpc_byte_buffer_reader_destroy(&reader);
    }
    grpc_byte_buffer_destroy(call->request);
    call->request = NULL;
    return whole;
}

struct slice rpc_slice(const grpc_slice *slice) {
    return slice_make(GRPC_SLICE_START_PTR(*slice), GRPC_SLICE_LENGTH(*slice));
}

void rpc_slice_wipe(grpc_slice slice) {
    secure_wipe(GRPC_SLICE_START_PTR(slice), GRPC_SLICE_LENGTH(slice));
    grpc_slice_unref(slice);
}

/* The client's deadline as a reading of the server's clock. */
static int64_t deadline_ms(const struct rpc_call *call) {
    const struct clock *clock = call->server->options.clock;
    gpr_timespec deadline = gpr_convert_clock_type(call->details.deadline, GPR_CLOCK_MONOTONIC);
    if (gpr_time_cmp(deadline, gpr_inf_future(GPR_CLOCK_MONOTONIC)) == 0) {
        return CANCEL_NO_DEADLINE;
    }
    gpr_timespec left = gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC));
    if (left.tv_sec > DEADLINE_FAR_S) {
        return CANCEL_NO_DEADLINE;
    }
    int64_t left_ms = left.tv_sec < 0 ? 0 : left.tv_sec * 1000 + left.tv_nsec / 1000000;
    return clock_monotonic_ms(clock) + left_ms;
}

static void on_closed(void *context, bool ok) {
    (void)ok; /* always true */
    struct rpc_call *call = context;
    if (call->closed_cancelled) {
        bool late = cancel_remaining_ms(&call->cancel) <= DEADLINE_SLACK_MS;
        cancel_fire(&call->cancel, late ? CANCEL_DEADLINE : CANCEL_CALLER);
    }
    if (call->method) {
        rpc_unary_closed(call);
    } else {
        rpc_stream_closed(call);
    }
    rpc_call_release(call);
}

static void on_finished(void *context, bool ok) {
    (void)ok; /* false: the client is gone, "closed" says so */
    rpc_call_release(context);
}

static const struct rpc_method *find_method(const struct rpc_server *server, grpc_slice path) {
    for (size_t i = 0; i < server->options.n_methods; i++) {
        if (grpc_slice_str_cmp(path, server->options.methods[i].path) == 0) {
            return &server->options.methods[i];
        }
    }
    return NULL;
}

static void route(struct rpc_call *call) {
    if (call->method) {
        rpc_unary_start(call);
        return;
    }
    if (rpc_stream_start(call)) {
        return;
    }
    struct slice path = rpc_slice(&call->details.method);
    int shown = path.len < PATH_SHOWN_BYTES ? (int)path.len : PATH_SHOWN_BYTES;
    char text[PATH_SHOWN_BYTES + 64];
    snprintf(text, sizeof text, "unknown method %.*s", shown, path.data);
    rpc_call_finish(call, NULL, GRPC_STATUS_UNIMPLEMENTED, text);
}

static void on_opened(void *context, bool ok) {
    struct rpc_call *call = context;
    struct rpc_server *server = call->server;
    if (!ok) { /* the server is stopping */
        rpc_call_release(call);
        return;
    }
    rpc_call_request(server);
    call->number = atomic_fetch_add(&server->n_calls_ever, 1) + 1;
    call->method = find_method(server, call->details.method);
    cancel_init(&call->cancel, server->options.clock, deadline_ms(call));
    pthread_mutex_lock(&server->lock);
    call->locked.state = RPC_ENDED; /* until it is routed */
    TAILQ_INSERT_TAIL(&server->locked.calls, call, locked.all);
    server->locked.n_calls++;
    pthread_mutex_unlock(&server->lock);

    grpc_op close = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};
    close.data.recv_close_on_server.cancelled = &call->closed_cancelled;
    start_batch(call, &close, 1, &call->closed);
    route(call);
    rpc_call_release(call); /* the ref of the request for a call */
}

void rpc_call_request(struct rpc_server *server) {
    struct rpc_call *call = calloc(1, sizeof *call);
    if (!call) {
        log_event(server->options.log, LOG_SEVERE, "no_memory", "doing=\"asking for a call\"");
        return;
    }
    call->server = server;
    atomic_init(&call->refs, 1);
    grpc_call_details_init(&call->details);
    grpc_metadata_array_init(&call->metadata);
    call->opened = (struct rpc_tag){on_opened, call};
    call->closed = (struct rpc_tag){on_closed, call};
    call->finished = (struct rpc_tag){on_finished, call};
    RPC_TAG_GIVEN(&call->opened);
    if (grpc_server_request_call(server->core, &call->core, &call->details, &call->metadata,
                                 server->queue, server->queue, &call->opened) != GRPC_CALL_OK) {
        rpc_call_release(call);
    }
}
