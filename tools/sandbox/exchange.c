#include "sandbox/exchange.h"

#include "sandbox/scan.h"

#define ANSWER_BLOCK ((size_t)64 * 1024)

#include <sys/socket.h>

struct exchange *exchange_new(struct MHD_Connection *connection, const char *method,
                              const char *path) {
    struct exchange *ex = calloc(1, sizeof(*ex));
    if (!ex) {
        return NULL;
    }
    ex->connection = connection;
    ex->method = strdup(method);
    ex->path = strdup(path);
    buf_init(&ex->body, SANDBOX_MAX_BODY);
    buf_init(&ex->rows, SANDBOX_MAX_BODY);
    buf_init(&ex->call.table, SANDBOX_MAX_NAME);
    buf_init(&ex->call.error, SANDBOX_MAX_NAME);
    buf_init(&ex->answer.body, SANDBOX_MAX_BODY);
    if (!ex->method || !ex->path) {
        exchange_destroy(ex);
        return NULL;
    }
    return ex;
}

static void answer_drop_stream(struct answer *answer) {
    if (answer->stream_free) {
        answer->stream_free(answer->stream_context);
    }
    answer->stream = NULL;
    answer->stream_free = NULL;
    answer->stream_context = NULL;
}

void exchange_destroy(struct exchange *ex) {
    if (!ex) {
        return;
    }
    if (ex->parsed_free) {
        ex->parsed_free(ex->parsed);
    }
    free(ex->method);
    free(ex->path);
    buf_clean_up(&ex->body);
    buf_clean_up(&ex->rows);
    buf_clean_up(&ex->call.table);
    buf_clean_up(&ex->call.error);
    answer_drop_stream(&ex->answer);
    buf_clean_up(&ex->answer.body);
    free(ex);
}

void answer_start(struct answer *answer, unsigned status) {
    answer_drop_stream(answer);
    buf_reset(&answer->body);
    answer->status = status;
    answer->cut = false;
    answer->abort = false;
    answer->retry_after[0] = '\0';
    snprintf(answer->content_type, sizeof(answer->content_type), "application/json");
}

void answer_message(struct answer *answer, unsigned status, struct slice text) {
    answer_start(answer, status);
    buf_append_text(&answer->body, "{\"message\":");
    scan_quote(&answer->body, text);
    buf_append_char(&answer->body, '}');
}

/* Half a body: all of it is announced, the rest never comes. */
static ssize_t answer_read_half(void *context, uint64_t offset, char *out, size_t room) {
    const struct buf *body = context;
    size_t half = body->len / 2;
    if (offset >= half) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t len = half - offset < room ? half - offset : room;
    memcpy(out, body->data + offset, len);
    return (ssize_t)len;
}

/* The connection ends with a reset, what the client sees when a peer dies: on Linux, to connect a
 * TCP socket to nothing resets it at once (a mere close would first say an orderly goodbye). */
static void answer_abort(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nothing = {.sa_family = AF_UNSPEC};
    if (info) {
        (void)connect(info->connect_fd, &nothing, sizeof(nothing));
    }
}

static struct MHD_Response *answer_response(struct answer *answer) {
    if (answer->stream) {
        struct MHD_Response *response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, ANSWER_BLOCK, answer->stream,
                                              answer->stream_context, answer->stream_free);
        answer->stream_free = NULL; /* the response's now */
        return response;
    }
    if (answer->cut) {
        return MHD_create_response_from_callback(answer->body.len, ANSWER_BLOCK, answer_read_half,
                                                 &answer->body, NULL);
    }
    return MHD_create_response_from_buffer(answer->body.len, answer->body.data,
                                           MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result answer_send(struct exchange *ex) {
    struct answer *answer = &ex->answer;
    if (answer->status == 0) {
        if (answer->abort) {
            answer_abort(ex->connection);
        }
        return MHD_NO;
    }
    struct MHD_Response *response = answer_response(answer);
    if (!response) {
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", answer->content_type);
    if (answer->retry_after[0]) {
        MHD_add_response_header(response, "Retry-After", answer->retry_after);
    }
    enum MHD_Result queued = MHD_queue_response(ex->connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}
