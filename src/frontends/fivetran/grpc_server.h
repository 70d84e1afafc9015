/* A gRPC server for unary calls on the gRPC C core, with reflection and health beside them. Only
 * grpc_*.c include <grpc/...>. How and why: contracts/grpc_core.md. */
#ifndef FRONTENDS_FIVETRAN_GRPC_SERVER_H
#define FRONTENDS_FIVETRAN_GRPC_SERVER_H

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/status.h"

/* One call, as its handler sees it; runs on a worker thread. */
struct rpc {
    const char *method;    /* "WriteBatch" */
    struct slice request;  /* the message's bytes, valid until the handler returns */
    struct cancel *cancel; /* fires when the client goes away, at its deadline, and at shutdown;
                              deadline_ms is the client's own, or CANCEL_NO_DEADLINE */
    const struct log *log;
};

/* Appends the answer's bytes to response and leaves *status OK, or fills *status: the call then
 * ends with the gRPC status of its code and its message, and no body (lesson 3). */
typedef void (*rpc_handler)(void *service, struct rpc *rpc, struct buf *response,
                            struct status *status);

struct rpc_method {
    const char *path; /* "/fivetran_sdk.v2.DestinationConnector/WriteBatch" */
    rpc_handler handler;
};

struct grpc_server_options {
    const char *listen_host; /* "[::]" (IPv4 and IPv6), or an address */
    int port;                /* 0: the kernel chooses */
    const struct rpc_method *methods;
    size_t n_methods;
    void *service; /* given to handlers */
    const struct log *log;
    const struct clock *clock;
    size_t max_calls; /* handlers that run at once; further calls wait */
};

struct grpc_server;

/* Starts serving. NULL with *status (a text that names the address and what to do) when the port
 * is busy or the address wrong. Signals that must reach main are blocked by main before. */
struct grpc_server *grpc_server_start(const struct grpc_server_options *options,
                                      struct status *status);

/* The port that is served. */
int grpc_server_port(const struct grpc_server *server);

/* Stops accepting, lets running calls finish for drain_ms, then cancels them; waits for every
 * handler to return. Blocks. */
void grpc_server_stop(struct grpc_server *server, int64_t drain_ms);

/* Makes a stop under way cancel at once; any thread. */
void grpc_server_hurry(struct grpc_server *server);

/* After stop. Accepts NULL. */
void grpc_server_destroy(struct grpc_server *server);

#endif
