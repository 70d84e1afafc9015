/* HTTP requests, one at a time, on kept-alive connections. The only room that knows libcurl. */
#ifndef HTTP_HTTP_CLIENT_H
#define HTTP_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/cancel.h"
#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_method { HTTP_GET, HTTP_POST, HTTP_DELETE };

struct http_header {
    const char *name;
    const char *value;
};

enum { HTTP_MAX_HEADERS = 8, HTTP_ERROR_BYTES = 256 };

struct http_request {
    enum http_method method;
    const char *url; /* https://, or http:// to a loopback address */
    struct http_header headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    struct slice body;         /* POST only; borrowed until perform returns */
    int64_t total_timeout_ms;  /* of the whole exchange; 0: 300 s */
    size_t max_response_bytes; /* 0: 1 MiB; a longer answer is an error after the status */
    /* Called from the calling thread while the answer is awaited, once a second at least; NULL:
     * not. */
    void (*on_wait)(void *context);
    void *wait_context;
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

struct http_client;

/* Once per process, before any thread: curl_global_init. False when libcurl cannot start. */
bool http_global_init(void);
void http_global_clean_up(void);

/* One client per thread at a time; its connections stay open between requests. NULL: no memory. */
struct http_client *http_client_new(void);
void http_client_destroy(struct http_client *client);

/* Performs one request; returns when answered, failed, timed out or cancelled (at once). Never
 * resends by itself (contracts/grpc_core.md section 8), never follows a redirect, always verifies
 * TLS. Blocks. Fills every field of *response. cancel may be NULL. */
void http_client_perform(struct http_client *client, const struct http_request *request,
                         struct cancel *cancel, struct http_response *response);

/* A shared store of idle clients, so that connections outlive a call. Any thread. */
struct http_pool;
struct http_pool *http_pool_new(size_t max_idle);
void http_pool_destroy(struct http_pool *pool);
/* An idle client, or a new one; NULL: no memory. */
struct http_client *http_pool_take(struct http_pool *pool);
void http_pool_give(struct http_pool *pool, struct http_client *client);

#endif
