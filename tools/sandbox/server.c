#include "sandbox/server.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>

/* The APIs that the sandbox plays; the first whose prefix fits takes the request. */
static const struct api *const server_apis[] = {&biggeo_api, &dust_api};

struct server {
    struct sandbox *sandbox;
    struct MHD_Daemon *daemons[2]; /* IPv4, IPv6 or NULL */
    uint16_t port;
    atomic_uint_fast64_t connections;
    atomic_uint_fast64_t in_flight;
};

static const struct api *server_api(const char *path) {
    for (size_t i = 0; i < sizeof(server_apis) / sizeof(server_apis[0]); i++) {
        if (strncmp(path, server_apis[i]->prefix, strlen(server_apis[i]->prefix)) == 0) {
            return server_apis[i];
        }
    }
    return NULL;
}

/* What a fault makes of the answer, which is the true one when the request was carried out. */
static void server_spoil(struct server *server, const struct api *api, struct fault_effect *effect,
                         struct exchange *ex) {
    switch (effect->action) {
    case FAULT_SLOW:
    case FAULT_HOLD:
        if (effect->action == FAULT_SLOW) {
            gate_sleep(server->sandbox->gate, effect->ms);
        } else {
            gate_hold(server->sandbox->gate);
        }
        if (effect->store) {
            return;
        }
        break;
    case FAULT_RESET:
    case FAULT_CLOSE:
        answer_start(&ex->answer, 0);
        ex->answer.abort = effect->action == FAULT_RESET;
        return;
    case FAULT_CUT:
        ex->answer.cut = true;
        return;
    case FAULT_REFUSE:
        api->refuse(ex, buf_slice(&effect->text));
        return;
    case FAULT_STATUS:
    case FAULT_GARBAGE:
        break;
    }
    answer_start(&ex->answer, effect->status);
    buf_append_slice(&ex->answer.body, buf_slice(&effect->text));
    snprintf(ex->answer.content_type, sizeof(ex->answer.content_type), "%s", effect->content_type);
    snprintf(ex->answer.retry_after, sizeof(ex->answer.retry_after), "%s", effect->retry_after);
}

static void server_answer(struct server *server, struct exchange *ex) {
    struct sandbox *sandbox = server->sandbox;
    const struct api *api = server_api(ex->path);
    if (strncmp(ex->path, "/_sandbox/", 10) == 0) {
        control_perform(sandbox, ex);
        return;
    }
    if (!api) {
        answer_message(&ex->answer, 404, SLICE_LITERAL("no such path"));
        journal_enter(sandbox->journal, ex, NULL);
        return;
    }
    struct fault_effect effect;
    api->recognise(sandbox, ex);
    bool hit = faults_take(sandbox->faults, &ex->call, &effect);
    if (!hit || effect.store) {
        api->perform(sandbox, ex);
    }
    if (hit) {
        server_spoil(server, api, &effect, ex);
    }
    journal_enter(sandbox->journal, ex, hit ? effect.name : NULL);
    if (hit) {
        fault_effect_clean_up(&effect);
    }
}

/* The first call for a request: its headers are there. */
static enum MHD_Result server_begin(struct server *server, struct MHD_Connection *connection,
                                    const char *method, const char *path, void **context) {
    struct exchange *ex = exchange_new(connection, method, path);
    if (!ex) {
        return MHD_NO;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const uint64_t *number = info ? info->socket_context : NULL;
    ex->connection_number = number ? *number : 0;
    ex->started_us = clock_realtime_us(clock_system());
    ex->in_flight = atomic_fetch_add(&server->in_flight, 1) + 1;
    ex->api_key = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "x-api-key");
    ex->content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    ex->max_body = sandbox_config(server->sandbox).max_body;
    const char *announced =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    uint64_t length = announced ? strtoull(announced, NULL, 10) : 0;
    if (length < ex->max_body) {
        buf_reserve(&ex->body, length + 1);
    }
    *context = ex;
    return MHD_YES;
}

/* Takes a piece of the body. One that is too large is read to its end all the same: a client that
 * is still sending would not see the answer. */
static void server_gather(struct exchange *ex, const char *data, size_t len) {
    ex->body_bytes += len;
    if (ex->body_bytes > ex->max_body || !buf_append(&ex->body, data, len)) {
        ex->too_large = true;
        buf_clean_up(&ex->body);
    }
}

static enum MHD_Result server_handle(void *context, struct MHD_Connection *connection,
                                     const char *path, const char *method, const char *version,
                                     const char *data, size_t *len, void **request) {
    struct server *server = context;
    struct exchange *ex = *request;
    (void)version;
    if (!ex) {
        return server_begin(server, connection, method, path, request);
    }
    if (*len > 0) {
        if (!ex->too_large) {
            server_gather(ex, data, *len);
        } else {
            ex->body_bytes += *len;
        }
        *len = 0;
        return MHD_YES;
    }
    server_answer(server, ex);
    return answer_send(ex);
}

static void server_completed(void *context, struct MHD_Connection *connection, void **request,
                             enum MHD_RequestTerminationCode code) {
    struct server *server = context;
    (void)connection;
    (void)code;
    if (*request) {
        exchange_destroy(*request);
        *request = NULL;
        atomic_fetch_sub(&server->in_flight, 1);
    }
}

/* Numbers the connections. */
static void server_connected(void *context, struct MHD_Connection *connection,
                             void **socket_context, enum MHD_ConnectionNotificationCode code) {
    struct server *server = context;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        free(*socket_context);
        *socket_context = NULL;
        return;
    }
    uint64_t *number = malloc(sizeof(*number));
    if (number) {
        *number = atomic_fetch_add(&server->connections, 1) + 1;
    }
    *socket_context = number;
}

static struct MHD_Daemon *server_listen(struct server *server, const struct sockaddr *address,
                                        unsigned flags) {
    const unsigned all = flags | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;
    return MHD_start_daemon(all, 0, NULL, NULL, server_handle, server, MHD_OPTION_SOCK_ADDR,
                            address, MHD_OPTION_NOTIFY_COMPLETED, server_completed, server,
                            MHD_OPTION_NOTIFY_CONNECTION, server_connected, server,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)256 * 1024,
                            MHD_OPTION_CONNECTION_LIMIT, 1000U, MHD_OPTION_END);
}

struct server *server_start(struct sandbox *sandbox, uint16_t port) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct server *server = calloc(1, sizeof(*server));
    if (!server) {
        return NULL;
    }
    server->sandbox = sandbox;
    server->daemons[0] = server_listen(server, (const struct sockaddr *)&four, 0);
    if (!server->daemons[0]) {
        fprintf(stderr, "sandbox: cannot listen on 127.0.0.1:%u: %s\n", port, strerror(errno));
        free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemons[0], MHD_DAEMON_INFO_BIND_PORT);
    server->port = info ? info->port : port;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(server->port)};
    six.sin6_addr = in6addr_loopback;
    server->daemons[1] = server_listen(server, (const struct sockaddr *)&six, MHD_USE_IPv6);
    return server;
}

uint16_t server_port(const struct server *server) {
    return server->port;
}

void server_stop(struct server *server) {
    if (!server) {
        return;
    }
    gate_stop(server->sandbox->gate);
    for (size_t i = 0; i < 2; i++) {
        if (server->daemons[i]) {
            MHD_stop_daemon(server->daemons[i]);
        }
    }
    free(server);
}
