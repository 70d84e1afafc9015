/* Inside the client: one request on its way, how much of it has left, and what has come of the
 * answer. Knows no libcurl; give and take have the signatures that libcurl calls, with the struct
 * http_exchange as their last argument. */
#ifndef HTTP_HTTP_EXCHANGE_H
#define HTTP_HTTP_EXCHANGE_H

#include "http/http_client.h"

enum { HTTP_RETRY_AFTER_BYTES = 64 }; /* longer ones are cut: no date is */

/* Lives for one http_client_perform; all of it is borrowed. */
struct http_exchange {
    const struct http_request *request;
    struct http_response *response;
    size_t body_sent;
    size_t header_bytes; /* of the answer */
    bool sent;           /* the connection stood and the request may have left */
    char retry_after[HTTP_RETRY_AFTER_BYTES]; /* the answer's Retry-After as it came; "": none */
};

/* Begins: resets the response, and bounds its body by what the request allows. */
void http_exchange_init(struct http_exchange *x, const struct http_request *request,
                        struct http_response *response);

/* Says why it failed, in the response. Returns false. */
bool http_exchange_fail(struct http_exchange *x, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends the i-th header of the request as libcurl takes it, "name: value"; it may be a secret.
 * False when it must not be sent; the response says so. */
bool http_exchange_give_header(struct http_exchange *x, size_t i, struct buf *line);

/* The next bytes of the request's body; 0: that was all. */
size_t http_exchange_give_body(char *room, size_t size, size_t count, void *exchange);

/* A line of the answer's headers, and some of its body. Less than was given, 0, when the answer is
 * too long or there is no memory; the response says so. */
size_t http_exchange_take_header(char *line, size_t size, size_t count, void *exchange);
size_t http_exchange_take_body(char *data, size_t size, size_t count, void *exchange);

#endif
