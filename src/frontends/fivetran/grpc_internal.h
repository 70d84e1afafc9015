/* What the files of the gRPC server share; included by grpc_*.c alone.
 *
 * Threads: one thread takes events off the completion queue and calls the tags' functions ("the
 * event thread"); worker threads run handlers; the stopping thread ends what is left. Who may start
 * batches on a call: the event thread, but for a call that is RPC_RUNNING (its worker), and for
 * calls that stop ends or parked calls that get a place: those under server->lock. */
#ifndef FRONTENDS_FIVETRAN_GRPC_INTERNAL_H
#define FRONTENDS_FIVETRAN_GRPC_INTERNAL_H

#include "frontends/fivetran/grpc_server.h"
#include "frontends/fivetran/reflection.h"
#include "frontends/fivetran/workers.h"

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

/* ThreadSanitizer does not see into the core, where handing a tag over orders memory. */
#if defined(__SANITIZE_THREAD__)
#define RPC_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RPC_TSAN 1
#endif
#endif
#ifdef RPC_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define RPC_TAG_GIVEN(tag) __tsan_release(tag)
#define RPC_TAG_TAKEN(tag) __tsan_acquire(tag)
#else
#define RPC_TAG_GIVEN(tag) ((void)(tag))
#define RPC_TAG_TAKEN(tag) ((void)(tag))
#endif

/* The largest message, either way. */
#define RPC_MESSAGE_MAX ((size_t)128 << 20)
/* Request messages held at once, over all calls; a call that would pass it is refused. */
#define RPC_REQUESTS_MAX ((size_t)512 << 20)
/* Reflection and health requests are answered on the event thread: these are tiny. */
#define RPC_INLINE_REQUEST_MAX ((size_t)64 << 10)

/* What the core gives back when an operation is done. */
struct rpc_tag {
    void (*done)(void *context, bool ok);
    void *context;
};

enum rpc_state {
    RPC_PARKED,    /* waits for a place; its message is not read yet */
    RPC_RECEIVING, /* has a place; its message is on the way */
    RPC_RUNNING,   /* its message is here; a worker has it, or will */
    RPC_ENDED,     /* its status is on the way, or the client is gone */
};

/* One call of any kind. Lives until its operations are done (refs). */
struct rpc_call {
    struct rpc_server *server;
    grpc_call *core;
    grpc_call_details details;
    grpc_metadata_array metadata;
    atomic_int refs; /* one an operation under way, one a worker */
    struct rpc_tag opened, closed, received, sent, finished;
    int closed_cancelled;            /* the core's answer to "closed" */
    grpc_byte_buffer *request;       /* the core's answer to "received" */
    grpc_byte_buffer *response;      /* what is being sent */
    bool metadata_sent;              /* by whoever may start batches */
    struct cancel cancel;            /* from "opened" on */
    const struct rpc_method *method; /* NULL for reflection and health */
    uint64_t number;
    struct worker_job job;
    struct locked_call { /* server->lock */
        enum rpc_state state;
        int64_t receiving_since_ms;
        size_t request_bytes; /* counted in server->locked.request_bytes */
        bool sending;         /* a stream's message is under way */
        bool ending;          /* end the stream when it is sent */
        bool watched;         /* a Watch of a service that there is */
        TAILQ_ENTRY(rpc_call) all;
        TAILQ_ENTRY(rpc_call) parked;
    } locked;
};

TAILQ_HEAD(rpc_calls, rpc_call);

struct rpc_server {
    struct rpc_server_options options;
    struct reflection reflection;
    grpc_server *core;
    grpc_completion_queue *queue;
    pthread_t event_thread;
    bool event_thread_runs;
    struct workers *workers;
    int port;
    bool core_initialised;
    bool stopped; /* rpc_server_stop has returned */
    struct rpc_tag drained;
    int64_t evict_at_ms; /* the event thread's */
    atomic_uint_fast64_t n_calls_ever;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC: calls gone, drained, hurry */
    struct locked_server {  /* lock */
        struct rpc_calls calls;
        struct rpc_calls parked;
        size_t n_calls;
        size_t places;        /* free ones of options.max_calls */
        size_t request_bytes; /* of messages that are held */
        bool stopping;
        bool hurry;
        bool is_drained;
    } locked;
};

/* grpc_call.c: what every call does */

/* Asks the core for one more call. */
void rpc_call_request(struct rpc_server *server);
void rpc_call_receive(struct rpc_call *call);
/* Sends a message; call->sent is done when it is out. Takes the buffer's bytes. */
void rpc_call_send(struct rpc_call *call, struct buf *message);
/* Ends the call: message (NULL: none; its bytes are taken) and the status. */
void rpc_call_finish(struct rpc_call *call, struct buf *message, grpc_status_code code,
                     const char *text);
void rpc_call_fail(struct rpc_call *call, const struct status *status);
/* The received message as one piece of memory of our own, the core's freed. */
grpc_slice rpc_call_take_request(struct rpc_call *call);
struct slice rpc_slice(const grpc_slice *slice);
/* Overwrites and frees what rpc_call_take_request gave: requests hold keys. */
void rpc_slice_wipe(grpc_slice slice);
void rpc_call_acquire(struct rpc_call *call);
void rpc_call_release(struct rpc_call *call);

/* grpc_unary.c: calls to options.methods */
void rpc_unary_start(struct rpc_call *call);
/* The client is gone or the call over. */
void rpc_unary_closed(struct rpc_call *call);
/* Ends calls whose message has been on the way for age_ms or more. */
void rpc_unary_evict(struct rpc_server *server, int64_t age_ms, const char *why);
/* The event thread's regular look at calls that hold a place and send nothing. */
void rpc_unary_tick(struct rpc_server *server);

/* grpc_streams.c: reflection and health */

/* Starts the call when its path is one of reflection's or health's; else false. */
bool rpc_stream_start(struct rpc_call *call);
/* The client is gone or the call over: nobody starts anything on it any more. */
void rpc_stream_closed(struct rpc_call *call);
/* Ends every open stream; locked.stopping is set. */
void rpc_stream_end_all(struct rpc_server *server);
/* Gives up on streams that still are not gone. */
void rpc_stream_cancel_all(struct rpc_server *server);

/* grpc_log.c: the core's own log lines */

/* Sends them to log from now on; the log must outlive rpc_log_detach. */
void rpc_log_attach(const struct log *log);
void rpc_log_detach(const struct log *log);

#endif
