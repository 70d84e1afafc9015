#include "http/http_exchange.h"

#include "http/http_headers.h"

#include <stdarg.h>

enum { MAX_HEADER_BYTES = 256 * 1024 };

void http_exchange_init(struct http_exchange *x, const struct http_request *request,
                        struct http_response *response) {
    size_t max = request->max_response_bytes ? request->max_response_bytes : HTTP_RESPONSE_BYTES;
    *x = (struct http_exchange){.request = request, .response = response};
    http_response_reset(response);
    if (response->body.cap > max) {
        buf_clean_up(&response->body);
    }
    response->body.max = max;
}

bool http_exchange_fail(struct http_exchange *x, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(x->response->error, sizeof x->response->error, format, args);
    va_end(args);
    return false;
}

bool http_exchange_give_header(struct http_exchange *x, size_t i, struct buf *line) {
    const struct http_header *header = &x->request->headers[i];
    if (!http_header_is_clean(header->name, header->value)) {
        return http_exchange_fail(
            x, "the value of header %.40s has a line break or another control character in it",
            header->name && header->name[0] ? header->name : "without a name");
    }
    /* An empty value needs a semicolon to be sent. */
    buf_printf(line, header->value[0] ? "%s: %s" : "%s;%s", header->name, header->value);
    return true;
}

size_t http_exchange_give_body(char *room, size_t size, size_t count, void *exchange) {
    struct http_exchange *x = exchange;
    struct slice body = x->request->body;
    size_t left = body.len - x->body_sent;
    size_t taken = size * count < left ? size * count : left;
    if (taken) {
        memcpy(room, body.data + x->body_sent, taken);
        x->body_sent += taken;
    }
    return taken;
}

size_t http_exchange_take_header(char *line, size_t size, size_t count, void *exchange) {
    struct http_exchange *x = exchange;
    struct slice header = slice_make(line, size * count);
    struct slice value;
    x->header_bytes += header.len;
    if (x->header_bytes > MAX_HEADER_BYTES) {
        http_exchange_fail(x, "the answer's headers are longer than %d bytes", MAX_HEADER_BYTES);
        return 0;
    }
    if (header.len > 5 && memcmp(line, "HTTP/", 5) == 0) { /* what an interim answer said is over */
        x->retry_after[0] = '\0';
        x->response->is_json = false;
    } else if (http_header_value(header, "Retry-After", &value)) {
        snprintf(x->retry_after, sizeof x->retry_after, "%.*s", SLICE_ARG(value));
    } else if (http_header_value(header, "Content-Type", &value)) {
        x->response->is_json = http_type_is_json(value);
    }
    return header.len;
}

size_t http_exchange_take_body(char *data, size_t size, size_t count, void *exchange) {
    struct http_exchange *x = exchange;
    size_t len = size * count;
    struct buf *body = &x->response->body;
    if (len > body->max - body->len) {
        http_exchange_fail(x, "the answer is longer than %zu bytes", body->max);
        return 0;
    }
    if (!buf_append(body, data, len)) {
        http_exchange_fail(x, "no memory for the answer");
        return 0;
    }
    return len;
}
