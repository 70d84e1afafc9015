/* What came of one request: how the exchange ended, and the answer. */
#ifndef HTTP_HTTP_RESPONSE_H
#define HTTP_HTTP_RESPONSE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HTTP_RESPONSE_BYTES = 1024 * 1024, /* the longest answer, when the request names no other */
    HTTP_ERROR_BYTES = 256,
};

/* How an exchange ended, before anybody looks at what the answer means. */
enum http_outcome {
    HTTP_ANSWERED,       /* status and the whole body are there */
    HTTP_NOT_SENT,       /* no byte of the request can have been understood: resolve, connect, TLS
                            handshake failures */
    HTTP_SENT_NO_ANSWER, /* the connection broke or timed out once the request may have arrived, or
                            the answer was cut or longer than max_response_bytes */
    HTTP_BAD_PEER, /* certificate or protocol refused, malformed URL: trying again is no use */
    HTTP_STOPPED,  /* cancel fired */
};

/* Zero it with http_response_init before first use; reusable from request to request. */
struct http_response {
    enum http_outcome outcome;
    int curl_code;          /* CURLcode, for the log */
    int status;             /* 0: no answer; with HTTP_SENT_NO_ANSWER its body was cut */
    int64_t retry_after_ms; /* Retry-After, seconds or HTTP-date (RFC 9110 10.2.3); -1: none */
    bool is_json;           /* Content-Type is application/json or ends in +json */
    struct buf body;
    int64_t elapsed_ms;
    char error[HTTP_ERROR_BYTES]; /* libcurl's words; "" when answered */
};

void http_response_init(struct http_response *response);
void http_response_clean_up(struct http_response *response);
/* Back to "nothing happened" (HTTP_STOPPED, status 0, empty body); keeps the body's memory. */
void http_response_reset(struct http_response *response);

#endif
