#include "support/http_peer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CONNECTIONS = 512, MAX_REQUESTS = 4096, MAX_URLS = 16 };

struct connection {
    struct http_peer *peer;
    pthread_t thread;
    int fd;
    int number;
};

struct http_peer {
    const struct peer_step *steps;
    size_t n_steps;
    int listener;
    int port;
    pthread_t acceptor;
    char urls[MAX_URLS][160];
    size_t n_urls;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    bool stopping;
    size_t n_started; /* requests whose head was read: which step is next */
    size_t n_requests;
    struct peer_request *requests[MAX_REQUESTS];
    int n_connections;
    struct connection connections[MAX_CONNECTIONS];
};

static void must(bool ok, const char *what) {
    if (!ok) {
        perror(what);
        abort();
    }
}

static void send_text(int fd, const char *text, size_t len) {
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0) {
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

/* Reads up to the empty line, byte by byte: what follows stays in the socket. */
static bool read_head(int fd, struct peer_request *request) {
    size_t len = 0;
    while (len + 1 < sizeof request->head) {
        if (recv(fd, request->head + len, 1, 0) != 1) {
            return false;
        }
        request->head[++len] = '\0';
        if (len >= 4 && memcmp(request->head + len - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_body(int fd, struct peer_request *request) {
    const char *header = strcasestr(request->head, "\r\nContent-Length:");
    size_t wanted = header ? strtoul(header + strlen("\r\nContent-Length:"), NULL, 10) : 0;
    request->body = calloc(1, wanted + 1);
    must(request->body != NULL, "calloc");
    while (request->body_len < wanted) {
        ssize_t n = recv(fd, request->body + request->body_len, wanted - request->body_len, 0);
        if (n <= 0) {
            return false;
        }
        request->body_len += (size_t)n;
    }
    return true;
}

static void send_answer(int fd, const struct peer_step *step) {
    const char *body = step->body ? step->body : "";
    size_t len = strlen(body);
    char head[2048];
    int n =
        snprintf(head, sizeof head, "HTTP/1.1 %d Text\r\nContent-Length: %zu\r\n%s\r\n",
                 step->status ? step->status : 200, step->action == PEER_CUT ? 2 * len + 1 : len,
                 step->headers ? step->headers : "");
    send_text(fd, head, (size_t)n);
    send_text(fd, body, len);
}

static void store(struct http_peer *peer, struct peer_request *request) {
    pthread_mutex_lock(&peer->mutex);
    must(peer->n_requests < MAX_REQUESTS, "too many requests");
    peer->requests[peer->n_requests++] = request;
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->mutex);
}

static void wait_for_stop(struct http_peer *peer) {
    pthread_mutex_lock(&peer->mutex);
    while (!peer->stopping) {
        pthread_cond_wait(&peer->changed, &peer->mutex);
    }
    pthread_mutex_unlock(&peer->mutex);
}

static const struct peer_step *next_step(struct http_peer *peer) {
    pthread_mutex_lock(&peer->mutex);
    size_t i = peer->n_started++;
    pthread_mutex_unlock(&peer->mutex);
    return &peer->steps[i < peer->n_steps ? i : peer->n_steps - 1];
}

/* True while the connection lives on. */
static bool serve_one(struct connection *connection) {
    struct http_peer *peer = connection->peer;
    int fd = connection->fd;
    struct peer_request *request = calloc(1, sizeof *request);
    must(request != NULL, "calloc");
    request->connection = connection->number;
    if (!read_head(fd, request)) {
        free(request);
        return false;
    }
    const struct peer_step *step = next_step(peer);
    bool early = step->action == PEER_CLOSE_EARLY || step->action == PEER_ANSWER_EARLY;
    if (!early && !read_body(fd, request)) {
        free(request->body);
        free(request);
        return false;
    }
    store(peer, request);
    switch (step->action) {
    case PEER_ANSWER:
        send_answer(fd, step);
        return true;
    case PEER_RAW:
        send_text(fd, step->body, strlen(step->body));
        return false;
    case PEER_ANSWER_EARLY:
    case PEER_CUT:
        send_answer(fd, step);
        return false;
    case PEER_STALL:
        wait_for_stop(peer);
        return false;
    case PEER_CLOSE:
    case PEER_CLOSE_EARLY:
        break;
    }
    return false;
}

static void *serve(void *context) {
    struct connection *connection = context;
    while (serve_one(connection)) {
    }
    shutdown(connection->fd, SHUT_RDWR); /* closed by http_peer_stop, who may be using it too */
    return NULL;
}

static void *accept_all(void *context) {
    struct http_peer *peer = context;
    for (;;) {
        int fd = accept(peer->listener, NULL, NULL);
        if (fd < 0) {
            return NULL; /* http_peer_stop shut the listener down */
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_mutex_lock(&peer->mutex);
        must(peer->n_connections < MAX_CONNECTIONS, "too many connections");
        struct connection *connection = &peer->connections[peer->n_connections++];
        *connection = (struct connection){.peer = peer, .fd = fd, .number = peer->n_connections};
        int error = pthread_create(&connection->thread, NULL, serve, connection);
        pthread_mutex_unlock(&peer->mutex);
        must(error == 0, "pthread_create");
    }
}

static int listen_somewhere(int *port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0, "bind");
    must(getsockname(fd, (struct sockaddr *)&address, &len) == 0, "getsockname");
    *port = ntohs(address.sin_port);
    return fd;
}

struct http_peer *http_peer_start(const struct peer_step *steps, size_t n_steps) {
    struct http_peer *peer = calloc(1, sizeof *peer);
    must(peer != NULL && n_steps > 0, "calloc");
    peer->steps = steps;
    peer->n_steps = n_steps;
    pthread_mutex_init(&peer->mutex, NULL);
    pthread_cond_init(&peer->changed, NULL);
    peer->listener = listen_somewhere(&peer->port);
    must(listen(peer->listener, 64) == 0, "listen");
    must(pthread_create(&peer->acceptor, NULL, accept_all, peer) == 0, "pthread_create");
    return peer;
}

void http_peer_stop(struct http_peer *peer) {
    shutdown(peer->listener, SHUT_RDWR);
    pthread_join(peer->acceptor, NULL);
    pthread_mutex_lock(&peer->mutex);
    peer->stopping = true;
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->mutex);
    for (int i = 0; i < peer->n_connections; i++) {
        shutdown(peer->connections[i].fd, SHUT_RDWR);
        pthread_join(peer->connections[i].thread, NULL);
        close(peer->connections[i].fd);
    }
    close(peer->listener);
    for (size_t i = 0; i < peer->n_requests; i++) {
        free(peer->requests[i]->body);
        free(peer->requests[i]);
    }
    pthread_cond_destroy(&peer->changed);
    pthread_mutex_destroy(&peer->mutex);
    free(peer);
}

static const char *url_with(struct http_peer *peer, const char *scheme, const char *path) {
    must(peer->n_urls < MAX_URLS, "too many urls");
    char *url = peer->urls[peer->n_urls++];
    snprintf(url, sizeof peer->urls[0], "%s://127.0.0.1:%d%s", scheme, peer->port, path);
    return url;
}

const char *http_peer_url(struct http_peer *peer, const char *path) {
    return url_with(peer, "http", path);
}

const char *http_peer_https_url(struct http_peer *peer, const char *path) {
    return url_with(peer, "https", path);
}

size_t http_peer_requests(struct http_peer *peer) {
    pthread_mutex_lock(&peer->mutex);
    size_t n = peer->n_requests;
    pthread_mutex_unlock(&peer->mutex);
    return n;
}

int http_peer_connections(struct http_peer *peer) {
    pthread_mutex_lock(&peer->mutex);
    int n = peer->n_connections;
    pthread_mutex_unlock(&peer->mutex);
    return n;
}

void http_peer_wait_requests(struct http_peer *peer, size_t n) {
    pthread_mutex_lock(&peer->mutex);
    while (peer->n_requests < n) {
        pthread_cond_wait(&peer->changed, &peer->mutex);
    }
    pthread_mutex_unlock(&peer->mutex);
}

const struct peer_request *http_peer_request(struct http_peer *peer, size_t i) {
    pthread_mutex_lock(&peer->mutex);
    must(i < peer->n_requests, "no such request");
    const struct peer_request *request = peer->requests[i];
    pthread_mutex_unlock(&peer->mutex);
    return request;
}

void http_peer_nobody_url(char *url, size_t size) {
    int port = 0;
    int fd = listen_somewhere(&port);
    close(fd);
    snprintf(url, size, "http://127.0.0.1:%d/", port);
}
