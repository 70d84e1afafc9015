/* A write session without an API: the body is `<` records `>`, the last closing adds `LAST`. Posts
 * are kept, and answered by a script. For tests of the batch loop. */
#ifndef UNIT_DELIVERY_FAKE_SESSION_H
#define UNIT_DELIVERY_FAKE_SESSION_H

#include "delivery/pipeline.h"

#include <stdlib.h>

enum { FAKE_MAX_POSTS = 4096, FAKE_MAX_BODIES = 1 << 20 };

struct fake_session {
    struct write_session base;
    struct attempt attempt; /* whose api answers as the script says */
    struct buf bodies;      /* every post since the last begin, a line each */
    size_t n_posts;         /* over all begins */
    size_t n_begins;
    size_t n_finishes;
    /* The verdict of post number n_posts - 1; NULL: DELIVERED. */
    enum verdict_kind (*answer)(struct fake_session *session, size_t post, struct slice body,
                                bool repeatable);
    bool finish_fails;
    struct slice body; /* of the post under way */
    struct slice rest; /* for a test whose batches are several requests */
    char notes[64];
};

static inline bool fake_begin(struct write_session *session, struct status *status) {
    struct fake_session *s = (struct fake_session *)session;
    (void)status;
    s->n_begins++;
    buf_reset(&s->bodies);
    return true;
}

static inline void fake_open_body(struct write_session *session, struct buf *body) {
    (void)session;
    buf_append_char(body, '<');
}

static inline void fake_close_body(struct write_session *session, bool has_records, bool last,
                                   struct buf *body) {
    (void)session;
    buf_append_text(body, !last ? ">" : has_records ? ",LAST>" : "LAST>");
}

static inline bool fake_encode(struct write_session *session, const struct record *record,
                               struct buf *body, struct status *status) {
    (void)session;
    if (slice_equal_text(record->cells[0].text, "bad")) {
        return status_fail(status, STATUS_DATA_LOSS, "column \"c\" holds a value that is bad");
    }
    buf_append_slice(body, record->cells[0].text);
    return true;
}

static inline void fake_post(struct write_session *session, struct slice body, size_t n_records,
                             struct api_call *call) {
    (void)n_records;
    ((struct fake_session *)session)->body = body;
    *call = (struct api_call){.context = session};
}

static inline void fake_key_text(struct write_session *session, struct slice record, char *text,
                                 size_t cap) {
    (void)session;
    snprintf(text, cap, "c=%.*s", (int)(record.len < 20 ? record.len : 20), record.data);
}

static inline bool fake_finish(struct write_session *session, struct notice *notice,
                               struct status *status) {
    struct fake_session *s = (struct fake_session *)session;
    (void)notice;
    s->n_finishes++;
    return !s->finish_fails || status_fail(status, STATUS_UNAVAILABLE, "the final was lost");
}

static inline bool fake_call(struct api *api, const struct api_call *call,
                             struct http_response *response, struct verdict *verdict) {
    struct fake_session *s = call->context;
    (void)response;
    (void)api;
    s->attempt.counts.requests++;
    size_t post = s->n_posts++;
    verdict->kind = s->answer ? s->answer(s, post, s->body, call->repeatable) : VERDICT_DELIVERED;
    if (verdict->kind == VERDICT_DELIVERED) {
        buf_append_slice(&s->bodies, s->body);
        buf_append_char(&s->bodies, '\n');
    } else {
        status_fail(&verdict->status, STATUS_UNAVAILABLE, "answer %d to post %zu",
                    (int)verdict->kind, post);
    }
    return verdict->kind == VERDICT_DELIVERED;
}

static inline void fake_session_init(struct fake_session *s, size_t max_records, size_t max_bytes) {
    static const struct write_session_ops ops = {
        .begin = fake_begin,
        .open_body = fake_open_body,
        .close_body = fake_close_body,
        .encode = fake_encode,
        .post = fake_post,
        .key_text = fake_key_text,
        .finish = fake_finish,
    };
    *s = (struct fake_session){
        .base = {.ops = &ops,
                 .caps = {max_records, max_bytes, 1000},
                 .on_unknown = ON_UNKNOWN_RESTART},
        .attempt = {.api = {fake_call}},
    };
    buf_init(&s->bodies, FAKE_MAX_BODIES);
}

static inline void fake_session_clean_up(struct fake_session *s) {
    buf_clean_up(&s->bodies);
}

/* A table of one key column, and a record of it. */
static const struct column fake_columns[] = {
    {.name = "c", .type = COLUMN_STRING, .primary_key = true}};
static const struct table fake_table = {"s", "t", fake_columns, 1};

#endif
