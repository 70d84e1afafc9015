/* What all calls that carry settings have in common: unpack the request, parse the settings, bind
 * a destination to the call, run, answer, and log one closing line. Inside the room. */
#ifndef FRONTENDS_FIVETRAN_OPERATION_H
#define FRONTENDS_FIVETRAN_OPERATION_H

#include "base/arena.h"
#include "frontends/fivetran/answer.h"
#include "frontends/fivetran/service.h"
#include "rewrite/rewrite.h"
#include "table/table_copy.h"

#include <protobuf-c/protobuf-c.h>

/* One call under way. */
struct call {
    struct fivetran_service *service;
    struct rpc *rpc;
    struct arena arena; /* lives as long as the call */
    struct log log;     /* the rpc's, with the table */
    struct settings settings;
    struct cancel work; /* the rpc's cancel and deadline, less the time to answer */
    struct cancel_waker rpc_waker;
    struct http_client *client;
    struct attempt attempt;
    struct destination destination;
    struct notice notice;
    struct delivery_report report;
    struct rewrite rewrite;  /* all of this, for what writes and changes tables */
    struct table *described; /* DescribeTable's answer, freed with the call; NULL: none */
};

/* What the frame needs to know of a request. */
struct request_view {
    struct setting_value *configuration; /* room for the entries; filled by read */
    size_t n_configuration;
    const char *schema;
    const char *table;
};

struct operation {
    const char *name; /* "WriteBatch" */
    const ProtobufCMessageDescriptor *request_type;
    /* Reads schema and table names, and the settings into view->configuration, from arena. False:
     * no memory. */
    bool (*read)(const ProtobufCMessage *request, struct arena *arena, struct request_view *view);
    /* Does the work. False with *status; a Task there becomes an answer. */
    bool (*run)(struct call *call, const ProtobufCMessage *request, struct answer *answer,
                struct status *status);
    /* Packs the answer as this call's response message. */
    void (*pack)(const struct answer *answer, struct buf *response);
    const struct attempt_policy *policy;
    int64_t max_ms;  /* the work's own deadline */
    bool quiet_task; /* Test: a failure is an answer like any other */
};

/* Runs an operation as a handler (grpc_server.h). */
void operation_run(const struct operation *operation, struct fivetran_service *service,
                   struct rpc *rpc, struct buf *response, struct status *status);

/* Copies the entries of a map<string,string> into view->configuration. */
#define OPERATION_READ_CONFIGURATION(request, arena, view)                                         \
    operation_reserve_configuration((arena), (view), (request)->n_configuration);                  \
    for (size_t i_ = 0; (view)->configuration && i_ < (request)->n_configuration; i_++) {          \
        (view)->configuration[i_] =                                                                \
            (struct setting_value){slice_of((request)->configuration[i_]->key),                    \
                                   slice_of((request)->configuration[i_]->value)};                 \
    }

void operation_reserve_configuration(struct arena *arena, struct request_view *view, size_t n);

enum {
    OPERATION_MAX_MS = 55 * 60 * 1000, /* without a deadline of the client's */
    OPERATION_TEST_MS = 18 * 1000,     /* Test answers within 20 s */
};

#endif
