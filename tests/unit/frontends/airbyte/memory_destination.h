/* A destination that acknowledges everything, and finishes a table when it is told that it may. For
 * what stands on a writer. */
#ifndef UNIT_FRONTENDS_AIRBYTE_MEMORY_DESTINATION_H
#define UNIT_FRONTENDS_AIRBYTE_MEMORY_DESTINATION_H

#include "delivery/writer.h"

#include <stdlib.h>

struct memory_destination {
    struct attempt attempt;
    struct settings settings;
    struct destination_shared shared;
    struct destination destination;
    struct cancel cancel;
    struct notice notice;
    const char *fail_finish; /* of this table; NULL: none */
    size_t n_finished;       /* sessions */
};

static struct memory_destination *memory_destination;

struct memory_session {
    struct write_session base;
    const char *name;
};

static inline bool memory_begin(struct write_session *session, struct status *status) {
    (void)session;
    (void)status;
    return true;
}

static inline void memory_open(struct write_session *session, struct buf *body) {
    (void)session;
    buf_append_char(body, '[');
}

static inline void memory_close(struct write_session *session, bool has_records, bool last,
                                struct buf *body) {
    (void)session;
    (void)has_records;
    (void)last;
    buf_append_char(body, ']');
}

static inline bool memory_encode(struct write_session *session, const struct record *record,
                                 struct buf *body, struct status *status) {
    (void)session;
    (void)status;
    return buf_append_slice(body, record->json);
}

static inline void memory_post(struct write_session *session, struct slice body, size_t n_records,
                               struct api_call *call) {
    (void)body;
    (void)n_records;
    *call = (struct api_call){.context = session};
}

static inline bool memory_finish(struct write_session *session, struct notice *notice,
                                 struct status *status) {
    const char *fail = memory_destination->fail_finish;
    (void)notice;
    if (fail && strcmp(((struct memory_session *)session)->name, fail) == 0) {
        return status_fail(status, STATUS_UNAVAILABLE, "not finished");
    }
    memory_destination->n_finished++;
    return true;
}

static inline void memory_destroy(struct write_session *session) {
    free(session);
}

static inline bool memory_call(struct api *api, const struct api_call *call,
                               struct http_response *response, struct verdict *verdict) {
    (void)api;
    (void)call;
    (void)response;
    *verdict = (struct verdict){.kind = VERDICT_DELIVERED};
    return true;
}

static inline struct write_session *memory_open_session(struct destination *d,
                                                        const struct table *table,
                                                        struct notice *notice,
                                                        struct status *status) {
    static const struct write_session_ops ops = {
        .begin = memory_begin,
        .open_body = memory_open,
        .close_body = memory_close,
        .encode = memory_encode,
        .post = memory_post,
        .finish = memory_finish,
        .destroy = memory_destroy,
    };
    (void)d;
    (void)notice;
    (void)status;
    struct memory_session *s = calloc(1, sizeof *s);
    *s = (struct memory_session){
        .base = {.ops = &ops, .caps = {10, 1000, 1000}, .on_unknown = ON_UNKNOWN_REPEAT},
        .name = table->name};
    return &s->base;
}

/* A writer into it. */
static inline struct writer *memory_writer(struct memory_destination *m, const struct clock *clock,
                                           const struct log *log, struct status *status) {
    static const struct destination_ops ops = {.name = "memory",
                                               .open_session = memory_open_session};
    *m = (struct memory_destination){.attempt = {.api = {memory_call}}, .shared = {.clock = clock}};
    memory_destination = m;
    cancel_init(&m->cancel, clock, CANCEL_NO_DEADLINE);
    m->destination = (struct destination){.ops = &ops,
                                          .settings = &m->settings,
                                          .shared = &m->shared,
                                          .log = log,
                                          .api = &m->attempt.api};
    const struct writer_options options = {.destination = &m->destination,
                                           .attempt = &m->attempt,
                                           .cancel = &m->cancel,
                                           .clock = clock,
                                           .log = log,
                                           .notice = &m->notice,
                                           .max_open_bytes = 1 << 20};
    return writer_new(&options, status);
}

#endif
