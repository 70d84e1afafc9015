/* One request and the answer to it, passed from the server to an API and back. */
#ifndef SANDBOX_EXCHANGE_H
#define SANDBOX_EXCHANGE_H

#include "base/buf.h"

#include <microhttpd.h>
#include <stdint.h>

enum {
    SANDBOX_MAX_BODY = 256 * 1024 * 1024, /* bytes of any body, in either direction */
    SANDBOX_MAX_NAME = 64 * 1024,         /* bytes of a table's name or an error text */
};

/* What a request is, told before it is done: faults are chosen by it and the journal shows it. */
struct call {
    const char *name; /* the API's word for it ("post-data-source"); NULL: nothing that it knows */
    const char *kind; /* a finer word ("final", "nonfinal"); NULL: none */
    struct buf table; /* "" : none */
    char sync_id[64]; /* "" : none */
    size_t records;
    size_t states;
    struct buf error; /* why the request is malformed; "" : it is not */
};

struct answer {
    unsigned status; /* 0: the connection is closed without an answer */
    struct buf body;
    char content_type[64];
    char retry_after[64]; /* "" : no such header */
    bool cut;             /* half of the body is sent, then the connection closes */
    bool abort;           /* with status 0: by a TCP reset rather than an orderly end */
    /* Instead of body: pieces read on demand, until MHD_CONTENT_READER_END_OF_STREAM. */
    MHD_ContentReaderCallback stream;
    MHD_ContentReaderFreeCallback stream_free;
    void *stream_context;
};

struct exchange {
    struct MHD_Connection *connection;
    uint64_t connection_number; /* 1 for the first connection since the start */
    char *method;
    char *path;
    const char *api_key;      /* the header x-api-key, NULL: none */
    const char *content_type; /* the header Content-Type, NULL: none */
    struct buf body;          /* at most the size that the server takes */
    uint64_t body_bytes;      /* what was sent */
    bool too_large;           /* more was sent than the server takes */
    uint64_t max_body;        /* what the server takes */
    uint64_t in_flight;       /* requests under way when it began, itself among them */
    int64_t started_us;       /* since 1970 */
    struct call call;
    struct buf rows; /* what a call carries, for the API that recognised it */
    void *parsed;    /* what else that API keeps from recognising to performing */
    void (*parsed_free)(void *parsed);
    struct answer answer;
};

/* A query parameter, NULL when absent. */
static inline const char *exchange_query(const struct exchange *ex, const char *name) {
    return MHD_lookup_connection_value(ex->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* NULL when memory is out. */
struct exchange *exchange_new(struct MHD_Connection *connection, const char *method,
                              const char *path);
void exchange_destroy(struct exchange *ex);

/* Empties the answer and starts another, a JSON one. */
void answer_start(struct answer *answer, unsigned status);

/* An answer {"message": text}. */
void answer_message(struct answer *answer, unsigned status, struct slice text);

/* Gives the answer to the connection; MHD_NO closes it. */
enum MHD_Result answer_send(struct exchange *ex);

#endif
