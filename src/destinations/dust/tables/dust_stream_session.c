#include "destinations/dust/tables/dust_stream_session.h"

#include "destinations/dust/dust_ids.h"
#include "destinations/dust/tables/dust_json_row.h"
#include "destinations/dust/tables/dust_row_session.h"

#include <stdlib.h>

enum { MAX_DESCRIPTION_BYTES = 8 * 1024 * 1024 };

/* The requests of a batch, in this order; each is left out when there is no need of it. Tags come
 * before the rows that use their columns, so that a name is never forgotten. */
enum step {
    STEP_CLEAR,    /* the rows of older generations go */
    STEP_DESCRIBE, /* the tags: columns and generation */
    STEP_ROWS,
    STEP_NONE,
};

struct stream_session {
    struct dust_row_session rows; /* first */
    const struct table *table;    /* of the records */
    const struct stream_mode *stream;
    struct dust_stream_table there;
    struct dust_json_row_encoder encoder;
    bool loaded;
    /* The sending thread's once begun. */
    bool must_clear;
    uint64_t described;     /* the version of the table's description that Dust has */
    uint64_t describing;    /* and the one that it is about to get */
    struct buf description; /* of that version */
    enum step step;         /* the request under way */
    struct slice body;
    size_t n_records;
};

static struct stream_session *session_of(struct write_session *session) {
    return (struct stream_session *)session;
}

/* --- beginning --- */

/* Whether a sync of this generation has replaced the rows before (and this one goes on). */
static bool is_replaced(const struct stream_session *s) {
    return s->stream->generation_id != 0 && s->there.table.generation == s->stream->generation_id;
}

static bool load(struct stream_session *s, struct status *status) {
    bool is_new = false;
    if (!dust_stream_table_load(&s->there, &s->rows.api, s->table, &is_new, status) ||
        !dust_json_row_encoder_init(&s->encoder, &s->there, s->table, s->stream, status)) {
        return false;
    }
    s->loaded = true;
    dust_row_session_set_table(&s->rows, s->there.table.id);
    s->must_clear = s->stream->replaces && !is_new && !is_replaced(s);
    if (is_new || s->must_clear) {
        dust_capacity_set_empty(&s->rows.capacity);
    }
    return !s->stream->replaces ||
           dust_stream_table_set_generation(&s->there, s->stream->generation_id, status);
}

/* How many records come is not known. A table whose rows are all known need not be asked again. */
static bool session_begin(struct write_session *session, struct status *status) {
    struct stream_session *s = session_of(session);
    buf_reset(&s->rows.last_row);
    return (s->loaded || load(s, status)) &&
           (s->rows.capacity.is_complete ||
            dust_capacity_measure(&s->rows.capacity, &s->rows.api, 0, status));
}

static bool session_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    struct stream_session *s = session_of(session);
    size_t before = body->len;
    if (!dust_json_row_append(&s->encoder, record, body, status)) {
        return false;
    }
    return dust_row_session_keep(&s->rows, buf_slice(&s->encoder.id),
                                 slice_make(body->data + before, body->len - before), false,
                                 &s->encoder.line, status);
}

/* --- sending --- */

static void clear(struct stream_session *s, struct api_call *call) {
    dust_row_session_post(&s->rows, SLICE_LITERAL("{\"truncate\":true,\"rows\":[]}"), call);
}

static void describe(struct stream_session *s, struct api_call *call) {
    s->describing = dust_stream_table_copy_description(&s->there, &s->description);
    dust_call_init(&s->rows.api, call, HTTP_POST, "post-table", s->there.table.id, "/tables");
    call->request.body = buf_slice(&s->description);
    if (s->description.failed) {
        call->request.url = ""; /* never half of the tags */
    }
}

/* The request from step on that is needed; false when there is none. */
static bool take_step(struct stream_session *s, enum step step, struct api_call *call) {
    if (step == STEP_CLEAR && !s->must_clear) {
        step = STEP_DESCRIBE;
    }
    if (step == STEP_DESCRIBE && s->described == dust_stream_table_version(&s->there)) {
        step = STEP_ROWS;
    }
    if (step == STEP_ROWS && s->n_records == 0) {
        step = STEP_NONE;
    }
    s->step = step;
    switch (step) {
    case STEP_CLEAR:
        clear(s, call);
        return true;
    case STEP_DESCRIBE:
        describe(s, call);
        return true;
    case STEP_ROWS:
        dust_row_session_post(&s->rows, s->body, call);
        return true;
    case STEP_NONE:
        break;
    }
    return false;
}

/* An empty batch of which nothing else is needed tells Dust the tags once more. */
static void session_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    struct stream_session *s = session_of(session);
    s->body = body;
    s->n_records = n_records;
    if (!take_step(s, STEP_CLEAR, call)) {
        s->step = STEP_DESCRIBE;
        describe(s, call);
    }
}

static bool session_follow(struct write_session *session, struct api_call *call) {
    struct stream_session *s = session_of(session);
    if (s->step == STEP_CLEAR) {
        s->must_clear = false;
        log_event(s->rows.d.log, LOG_INFO, "older_rows_removed", "generation=%lld",
                  (long long)s->stream->generation_id);
    } else if (s->step == STEP_DESCRIBE) {
        s->described = s->describing;
    }
    return s->step < STEP_ROWS && take_step(s, s->step + 1, call);
}

static void session_explain(struct write_session *session, struct status *status) {
    struct stream_session *s = session_of(session);
    const struct dust_table now = dust_stream_table_now(&s->there);
    dust_table_explain(&s->rows.api, &now, status);
}

static bool session_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    struct stream_session *s = session_of(session);
    (void)notice;
    return dust_row_session_confirm(&s->rows, &s->encoder.changes, "", status);
}

static void session_destroy(struct write_session *session) {
    struct stream_session *s = session_of(session);
    if (!s) {
        return;
    }
    dust_json_row_encoder_clean_up(&s->encoder);
    dust_stream_table_clean_up(&s->there);
    dust_row_session_clean_up(&s->rows);
    buf_clean_up(&s->description);
    free(s);
}

static const struct write_session_ops session_ops = {
    .begin = session_begin,
    .open_body = dust_row_session_open_body,
    .close_body = dust_row_session_close_body,
    .check_batch = dust_row_session_check_batch,
    .encode = session_encode,
    .post = session_post,
    .follow = session_follow,
    .explain = session_explain,
    .key_text = dust_row_session_key_text,
    .begin_finish = dust_row_session_begin_finish,
    .finish = session_finish,
    .destroy = session_destroy,
};

struct write_session *dust_stream_session_open(struct destination *d, const struct table *table,
                                               struct notice *notice, struct status *status) {
    (void)notice;
    if (d->stream->n_primary_key > DUST_MAX_KEY_COLUMNS) {
        status_fail(status, STATUS_TASK,
                    "Stream %s%s%s has a primary key of more than %d fields. Choose fewer.",
                    TABLE_ARGS(table), DUST_MAX_KEY_COLUMNS);
        return NULL;
    }
    struct stream_session *s = calloc(1, sizeof *s);
    if (!s) {
        status_no_memory(status, "opening a Dust session");
        return NULL;
    }
    dust_row_session_init(&s->rows, d, &session_ops);
    dust_stream_table_init(&s->there, d->settings->front_end);
    buf_init(&s->description, MAX_DESCRIPTION_BYTES);
    s->table = table;
    s->stream = d->stream;
    return &s->rows.base;
}
