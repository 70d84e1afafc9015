/* An HTTP/1.1 server on 127.0.0.1 that does what a test tells it, down to the socket: a thread per
 * connection, each request takes the next step of the script. */
#ifndef SUPPORT_HTTP_PEER_H
#define SUPPORT_HTTP_PEER_H

#include <stdbool.h>
#include <stddef.h>

enum peer_action {
    PEER_ANSWER,       /* read the request, answer, keep the connection */
    PEER_RAW,          /* read the request, write body as it is, close */
    PEER_CLOSE,        /* read the request (and store it), close without an answer */
    PEER_CLOSE_EARLY,  /* read the head, leave the body unread, close without an answer */
    PEER_ANSWER_EARLY, /* read the head, answer at once, leave the body unread, close */
    PEER_STALL,        /* read the request, then nothing until http_peer_stop */
    PEER_CUT,          /* read the request, announce twice the body, send it, close */
};

struct peer_step {
    enum peer_action action;
    int status;          /* 0: 200 */
    const char *headers; /* "Name: value\r\n" each; may be NULL */
    const char *body;    /* may be NULL */
};

struct peer_request {
    char head[4096]; /* request line and headers */
    char *body;      /* NUL-terminated */
    size_t body_len;
    int connection; /* 1, 2, … in order of acceptance */
};

struct http_peer;

/* steps is borrowed; requests beyond it take its last step again. */
struct http_peer *http_peer_start(const struct peer_step *steps, size_t n_steps);
void http_peer_stop(struct http_peer *peer);

/* "http://127.0.0.1:port" + path, valid until the peer stops; 16 of them at most. */
const char *http_peer_url(struct http_peer *peer, const char *path);
const char *http_peer_https_url(struct http_peer *peer, const char *path);

/* Whole requests read (stored) so far, connections accepted so far. */
size_t http_peer_requests(struct http_peer *peer);
int http_peer_connections(struct http_peer *peer);
/* Blocks until n requests were read. */
void http_peer_wait_requests(struct http_peer *peer, size_t n);
/* The i-th (from 0) request; valid until the peer stops. */
const struct peer_request *http_peer_request(struct http_peer *peer, size_t i);

/* A URL on a port of 127.0.0.1 where nobody listens. */
void http_peer_nobody_url(char *url, size_t size);

#endif
