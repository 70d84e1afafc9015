#include "tester/client.h"

#include "base/clock.h"
#include "destination_sdk.pb-c.h"
#include "tester/memory.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/string_util.h>
#include <grpc/support/time.h>

enum { MESSAGE_MAX = 128 << 20, HEADERS_MAX = 10 << 10, TARGET_BYTES = 512, METHOD_BYTES = 128 };

struct client {
    grpc_channel *channel;
};

static gpr_timespec deadline_in(int64_t ms) {
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

static grpc_channel *open_channel(const char *target) {
    grpc_arg args[] = {
        {GRPC_ARG_INTEGER, GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, {.integer = MESSAGE_MAX}},
        {GRPC_ARG_INTEGER, GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, {.integer = -1}},
        {GRPC_ARG_INTEGER, GRPC_ARG_MAX_METADATA_SIZE, {.integer = HEADERS_MAX}},
        {GRPC_ARG_INTEGER,
         GRPC_COMPRESSION_CHANNEL_DEFAULT_ALGORITHM,
         {.integer = GRPC_COMPRESS_GZIP}},
        {GRPC_ARG_INTEGER, GRPC_ARG_ENABLE_HTTP_PROXY, {.integer = 0}},
    };
    grpc_channel_args all = {sizeof args / sizeof args[0], args};
    grpc_channel_credentials *plain = grpc_insecure_credentials_create();
    grpc_channel *channel = grpc_channel_create(target, plain, &all);
    grpc_channel_credentials_release(plain);
    return channel;
}

static void drain(grpc_completion_queue *queue) {
    grpc_completion_queue_shutdown(queue);
    while (grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).type !=
           GRPC_QUEUE_SHUTDOWN) {
    }
    grpc_completion_queue_destroy(queue);
}

static bool wait_ready(grpc_channel *channel, int64_t wait_ms) {
    gpr_timespec deadline = deadline_in(wait_ms);
    grpc_completion_queue *queue = grpc_completion_queue_create_for_next(NULL);
    grpc_connectivity_state state = grpc_channel_check_connectivity_state(channel, 1);
    bool in_time = true;
    while (state != GRPC_CHANNEL_READY && in_time) {
        grpc_channel_watch_connectivity_state(channel, state, deadline, queue, NULL);
        in_time =
            grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL).success !=
            0;
        state = grpc_channel_check_connectivity_state(channel, 1);
    }
    drain(queue);
    return state == GRPC_CHANNEL_READY;
}

struct client *client_open(const char *host, int port, int64_t wait_ms, struct status *status) {
    char target[TARGET_BYTES];
    snprintf(target, sizeof target, "%s:%d", host, port);
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
    setenv("GRPC_DNS_RESOLVER", "native", 0); /* names as the machine resolves them; no c-ares */
    grpc_init();
    struct client *client = calloc(1, sizeof *client);
    if (!client) {
        grpc_shutdown();
        status_no_memory(status, "opening a channel");
        return NULL;
    }
    client->channel = open_channel(target);
    if (!wait_ready(client->channel, wait_ms)) {
        status_fail(status, STATUS_UNAVAILABLE, "no destination answers at %s within %lld s",
                    target, (long long)(wait_ms / 1000));
        client_close(client);
        return NULL;
    }
    return client;
}

void client_close(struct client *client) {
    if (client) {
        grpc_channel_destroy(client->channel);
        free(client);
        grpc_shutdown_blocking();
    }
}

static grpc_byte_buffer *pack(const ProtobufCMessage *request) {
    grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(request));
    protobuf_c_message_pack(request, GRPC_SLICE_START_PTR(slice));
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    return buffer;
}

static ProtobufCMessage *unpack(grpc_byte_buffer *buffer, const ProtobufCMessageDescriptor *type) {
    grpc_byte_buffer_reader reader;
    if (!buffer || !grpc_byte_buffer_reader_init(&reader, buffer)) {
        return NULL;
    }
    grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
    ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, GRPC_SLICE_LENGTH(bytes),
                                                          GRPC_SLICE_START_PTR(bytes));
    grpc_slice_unref(bytes);
    grpc_byte_buffer_reader_destroy(&reader);
    return message;
}

/* What one call receives; see grpc.h for who owns which. */
struct received {
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
    grpc_byte_buffer *message;
    grpc_status_code code;
    grpc_slice details;
};

static void exchange(grpc_call *call, grpc_completion_queue *queue, grpc_byte_buffer *sent,
                     int64_t cancel_after_ms, struct received *received) {
    grpc_op ops[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = sent},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &received->initial},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &received->message},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &received->trailing,
                                        .status = &received->code,
                                        .status_details = &received->details}},
    };
    if (grpc_call_start_batch(call, ops, sizeof ops / sizeof ops[0], call, NULL) != GRPC_CALL_OK) {
        return;
    }
    gpr_timespec forever = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    gpr_timespec until = cancel_after_ms ? deadline_in(cancel_after_ms) : forever;
    if (grpc_completion_queue_next(queue, until, NULL).type == GRPC_QUEUE_TIMEOUT) {
        grpc_call_cancel(call, NULL);
        grpc_completion_queue_next(queue, forever, NULL);
    }
}

static void fill_reply(const struct received *received, const ProtobufCMessageDescriptor *type,
                       struct client_reply *reply) {
    reply->code = (int)received->code;
    reply->details = grpc_slice_to_c_string(received->details);
    if (reply->code != GRPC_STATUS_OK) {
        return;
    }
    reply->message = unpack(received->message, type);
    if (!reply->message) {
        gpr_free(reply->details);
        reply->code = GRPC_STATUS_INTERNAL;
        reply->details = gpr_strdup("the response is not a message of the contract");
    }
}

void client_run(struct client *client, const struct client_call *call, struct client_reply *reply) {
    const ProtobufCServiceDescriptor *service =
        &fivetran_sdk__v2__destination_connector__descriptor;
    const ProtobufCMethodDescriptor *method =
        protobuf_c_service_descriptor_get_method_by_name(service, call->method);
    char path[METHOD_BYTES];
    snprintf(path, sizeof path, "/%s/%s", service->name, call->method);
    struct received received = {.code = GRPC_STATUS_INTERNAL, .details = grpc_empty_slice()};
    grpc_metadata_array_init(&received.initial);
    grpc_metadata_array_init(&received.trailing);
    grpc_completion_queue *queue = grpc_completion_queue_create_for_next(NULL);
    grpc_slice method_path = grpc_slice_from_copied_string(path);
    grpc_call *started =
        grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS, queue, method_path,
                                 NULL, deadline_in(call->timeout_ms), NULL);
    grpc_slice_unref(method_path);
    grpc_byte_buffer *sent = pack(call->request);
    *reply = (struct client_reply){0};
    exchange(started, queue, sent, call->cancel_after_ms, &received);
    fill_reply(&received, method->output, reply);
    grpc_byte_buffer_destroy(sent);
    grpc_byte_buffer_destroy(received.message);
    grpc_metadata_array_destroy(&received.initial);
    grpc_metadata_array_destroy(&received.trailing);
    grpc_slice_unref(received.details);
    grpc_call_unref(started);
    drain(queue);
}

void client_reply_clean_up(struct client_reply *reply) {
    if (reply->message) {
        protobuf_c_message_free_unpacked(reply->message, NULL);
    }
    gpr_free(reply->details);
    *reply = (struct client_reply){0};
}

const char *client_code_name(int code) {
    static const char *const names[] = {"OK",
                                        "CANCELLED",
                                        "UNKNOWN",
                                        "INVALID_ARGUMENT",
                                        "DEADLINE_EXCEEDED",
                                        "NOT_FOUND",
                                        "ALREADY_EXISTS",
                                        "PERMISSION_DENIED",
                                        "RESOURCE_EXHAUSTED",
                                        "FAILED_PRECONDITION",
                                        "ABORTED",
                                        "OUT_OF_RANGE",
                                        "UNIMPLEMENTED",
                                        "INTERNAL",
                                        "UNAVAILABLE",
                                        "DATA_LOSS",
                                        "UNAUTHENTICATED"};
    bool known = code >= 0 && (size_t)code < sizeof names / sizeof names[0];
    return known ? names[code] : "UNKNOWN CODE";
}
