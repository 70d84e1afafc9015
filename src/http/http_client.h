/* HTTP requests, one at a time, on kept-alive connections. The only room that knows libcurl. */
#ifndef HTTP_HTTP_CLIENT_H
#define HTTP_HTTP_CLIENT_H

#include "base/cancel.h"
#include "base/slice.h"
#include "http/http_response.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_DELETE };

struct http_header {
    const char *name;
    const char *value;
};

enum { HTTP_MAX_HEADERS = 8 };

struct http_request {
    enum http_method method;
    const char *url; /* https://, or http:// to a loopback address */
    struct http_header headers[HTTP_MAX_HEADERS];
    size_t n_headers;
    struct slice body;         /* POST only; borrowed until perform returns */
    int64_t total_timeout_ms;  /* of the whole exchange; 0: 300 s */
    size_t max_response_bytes; /* 0: HTTP_RESPONSE_BYTES; a longer answer is an error after the
                                  status */
    /* Called from the calling thread while the answer is awaited, once a second at least; NULL:
     * not. */
    void (*on_wait)(void *context);
    void *wait_context;
};

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
