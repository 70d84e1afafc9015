/* A gRPC server for unary calls on the gRPC C core, with reflection and health beside them. Only
 * grpc_*.c include <grpc/...>. How and why: contracts/grpc_core.md. Symbols start with rpc_, since
 * grpc_server_… are the core's own. */
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
    const struct log *log; /* the server's, with rpc=<method> call=<number> */
};

/* Appends the answer's bytes to response and leaves *status OK, or fills *status: the call then
 * ends with the gRPC status of its code and its message, and no body (lesson 3). response takes
 * 128 MiB at most. */
typedef void (*rpc_handler)(void *service, struct rpc *rpc, struct buf *response,
                            struct status *status);

struct rpc_method {
    const char *path; /* "/fivetran_sdk.v2.DestinationConnector/WriteBatch" */
    rpc_handler handler;
};

/* Everything pointed to is the caller's and outlives the server, but listen_host. */
struct rpc_server_options {
    const char *listen_host; /* "[::]" (IPv4 and IPv6), "localhost", or an address, IPv6 in [] */
    int port;                /* 0: the kernel chooses */
    const struct rpc_method *methods; /* health answers SERVING for "" and for their services */
    size_t n_methods;
    void *service; /* given to handlers */
    const struct log *log;
    const struct clock *clock; /* of the calls' deadlines */
    size_t max_calls;          /* handlers that run at once; further calls wait */
    int64_t receive_ms; /* a call whose message takes longer to arrive is ended when others wait for
                           its place; 0: one minute */
};

struct rpc_server;

/* Starts serving. NULL with *status: INVALID_ARGUMENT (the address, with what is allowed) or
 * UNAVAILABLE (the port is busy or cannot be bound, with what to do), INTERNAL (no memory, no
 * thread). Signals that must reach main are blocked by main before. The core's log goes to
 * options->log from here on: one server in a process at a time. */
struct rpc_server *rpc_server_start(const struct rpc_server_options *options,
                                    struct status *status);

/* The port that is served. */
int rpc_server_port(const struct rpc_server *server);

/* Stops accepting, lets running calls finish for drain_ms, then cancels them (CANCEL_SHUTDOWN;
 * their answers are still sent for a second); waits for every handler to return, so a handler that
 * ignores its cancel blocks this for ever. Ends health watches and reflection streams itself; idle
 * connections do not hold it up. Blocks; once, from one thread. */
void rpc_server_stop(struct rpc_server *server, int64_t drain_ms);

/* Makes a stop, under way or to come, cancel at once. Any thread, not from a signal handler. */
void rpc_server_hurry(struct rpc_server *server);

/* After stop (without it, stops at once). Accepts NULL. */
void rpc_server_destroy(struct rpc_server *server);

#endif
