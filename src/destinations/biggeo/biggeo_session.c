#include "destinations/biggeo/biggeo_session.h"

#include "destinations/biggeo/biggeo_api.h"
#include "destinations/biggeo/biggeo_final.h"
#include "destinations/biggeo/biggeo_record.h"
#include "destinations/biggeo/biggeo_state.h"
#include "destinations/table_name.h"
#include "json/json_writer.h"

#include <stdlib.h>

enum {
    /* No limit of BigGeo's is known; past this a record is not worth trying. */
    HARD_BYTES = 64 * 1024 * 1024,
    MAX_NAME_BYTES = 64 * 1024,
};

struct biggeo_session {
    struct write_session base;
    struct destination d;
    const struct table *table;
    struct notice *notice;
    struct biggeo_final final; /* sync_id, op_at range, names */
    struct biggeo_encoder encoder;
    struct buf opening; /* {"sync_id":"…","table_name":"…","is_final":false,"chunks":[ */
    struct buf url;
    size_t post_records;      /* of the post under way */
    uint64_t session_records; /* of the posts acknowledged */
};

static struct biggeo_session *session_of(struct write_session *session) {
    return (struct biggeo_session *)session;
}

static bool session_begin(struct write_session *session, struct status *status) {
    struct biggeo_session *s = session_of(session);
    random_uuid(s->d.shared->random, s->final.sync_id);
    s->final.first_op_at = 0;
    s->session_records = 0;
    s->encoder.counts = (struct encode_counts){0};
    buf_reset(&s->opening);
    biggeo_final_opening(&s->final, false, &s->opening);
    log_event(s->d.log, LOG_DEBUG, "session_begun", "sync_id=%s", s->final.sync_id);
    return !s->opening.failed || status_no_memory(status, "starting a BigGeo session");
}

static void session_open_body(struct write_session *session, struct buf *body) {
    buf_append_slice(body, buf_slice(&session_of(session)->opening));
}

static void session_close_body(struct write_session *session, bool has_records, bool last,
                               struct buf *body) {
    (void)session;
    if (last) {
        buf_append_text(body, has_records ? "," : "");
        buf_append_text(body, "{\"type\":\"STATE\",\"state\":{\"data\":{}}}");
    }
    buf_append_text(body, "]}");
}

/* A record that came as JSON carries no `_fivetran_op_at`. */
static bool encode_raw(struct biggeo_session *s, const struct record *record, struct buf *body,
                       struct status *status) {
    int64_t now_ms = record->emitted_at_ms == EMITTED_AT_UNKNOWN
                         ? clock_realtime_us(s->d.shared->clock) / 1000
                         : record->emitted_at_ms;
    return biggeo_encoder_append(&s->encoder, record, 0, now_ms, body, status);
}

static bool session_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    struct biggeo_session *s = session_of(session);
    if (record->json.data) {
        return encode_raw(s, record, body, status);
    }
    int64_t now_us = clock_realtime_us(s->d.shared->clock);
    int64_t op_at = biggeo_state_next_op_at(s->d.shared->biggeo, now_us);
    if (s->final.first_op_at == 0) {
        s->final.first_op_at = op_at;
    }
    s->final.last_op_at = op_at;
    return biggeo_encoder_append(&s->encoder, record, op_at, now_us / 1000, body, status);
}

/* contracts/biggeo.md: records_processed may count the request or the session. */
static void check_processed(struct biggeo_session *s, const struct json_value *answer) {
    int64_t processed = 0;
    uint64_t total = s->session_records + s->post_records;
    if (json_int(json_get(answer, "records_processed"), &processed) &&
        processed != (int64_t)s->post_records && processed != (int64_t)total) {
        log_event(s->d.log, LOG_WARNING, "records_processed_differs",
                  "sent=%zu session=%llu processed=%lld", s->post_records,
                  (unsigned long long)total, (long long)processed);
    }
}

static void judge_post(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct biggeo_session *s = context;
    struct json_value *answer = biggeo_final_judge_answer(response, verdict);
    if (verdict->kind == VERDICT_DELIVERED) {
        check_processed(s, answer);
        s->session_records += s->post_records;
    }
    json_destroy(answer);
}

static void session_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    struct biggeo_session *s = session_of(session);
    biggeo_call_init(call, &s->url, s->d.settings, HTTP_POST, "post-data-source",
                     "/data-sources/v1/post-data-source");
    s->post_records = n_records;
    call->request.body = body;
    call->judge = judge_post;
    call->context = s;
}

static void session_key_text(struct write_session *session, struct slice record, char *text,
                             size_t cap) {
    struct biggeo_session *s = session_of(session);
    struct status status = STATUS_INIT;
    struct json_value *chunk = json_parse(record, &status);
    const struct json_value *data = json_get(json_get(chunk, "record"), "data");
    size_t used = 0;
    snprintf(text, cap, "(unknown)");
    for (size_t i = 0; i < s->table->n_columns && used < cap; i++) {
        struct slice value;
        int64_t number;
        const struct column *column = &s->table->columns[i];
        const struct json_value *member = json_get(data, column->name);
        if (!column->primary_key) {
            continue;
        }
        int len = 0;
        if (json_text(member, &value)) {
            len = snprintf(text + used, cap - used, "%s%s=%.*s", used ? ", " : "", column->name,
                           SLICE_ARG(value));
        } else if (json_int(member, &number)) {
            len = snprintf(text + used, cap - used, "%s%s=%lld", used ? ", " : "", column->name,
                           (long long)number);
        }
        used += len > 0 ? (size_t)len : 0;
    }
    json_destroy(chunk);
}

static bool session_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    struct biggeo_session *s = session_of(session);
    s->final.n_rows = s->session_records;
    if (!biggeo_final_run(&s->final, &s->d, s->table, notice, status)) {
        return false;
    }
    encode_counts_tell(&s->encoder.counts, s->table, s->d.log, s->notice);
    return true;
}

static void session_destroy(struct write_session *session) {
    struct biggeo_session *s = session_of(session);
    if (!s) {
        return;
    }
    biggeo_encoder_clean_up(&s->encoder);
    biggeo_final_clean_up(&s->final);
    buf_clean_up(&s->opening);
    buf_clean_up(&s->url);
    free(s);
}

static const struct write_session_ops session_ops = {
    .begin = session_begin,
    .open_body = session_open_body,
    .close_body = session_close_body,
    .encode = session_encode,
    .post = session_post,
    .key_text = session_key_text,
    .finish = session_finish,
    .destroy = session_destroy,
};

/* contracts/biggeo.md: only appending is known. A mode that cannot be done is never ignored. */
static bool can_write(const struct stream_mode *stream, const struct table *table,
                      struct status *status) {
    if (!stream || (stream->mode == WRITE_APPEND && !stream->replaces)) {
        return true;
    }
    if (stream->mode == WRITE_APPEND) {
        return status_fail(status, STATUS_TASK,
                           "Stream %s%s%s is to be refreshed or cleared, which removes older rows, "
                           "but BigGeo can only add rows. Refresh it with the choice that keeps "
                           "records, or remove the data source in BigGeo Studio by hand.",
                           TABLE_ARGS(table));
    }
    return status_fail(status, STATUS_TASK,
                       "Stream %s%s%s has the sync mode %s, but BigGeo can only add rows. Choose a "
                       "sync mode that appends (Full Refresh | Append or Incremental | Append) "
                       "for this stream.",
                       TABLE_ARGS(table), write_mode_name(stream->mode));
}

struct write_session *biggeo_session_open(struct destination *d, const struct table *table,
                                          struct notice *notice, struct status *status) {
    if (!can_write(d->stream, table, status)) {
        return NULL;
    }
    struct biggeo_session *s = calloc(1, sizeof *s);
    if (!s) {
        status_no_memory(status, "opening a BigGeo session");
        return NULL;
    }
    s->base = (struct write_session){
        .ops = &session_ops,
        .caps = {.max_records = (size_t)d->settings->batch_size,
                 .max_bytes = (size_t)d->settings->max_batch_bytes,
                 .hard_bytes = HARD_BYTES},
        .on_unknown = ON_UNKNOWN_RESTART,
    };
    s->d = *d;
    s->table = table;
    s->notice = notice;
    buf_init(&s->opening, MAX_NAME_BYTES);
    buf_init(&s->url, MAX_NAME_BYTES);
    if (!biggeo_final_init(&s->final, d, table, status)) {
        session_destroy(&s->base);
        return NULL;
    }
    if (!biggeo_encoder_init(&s->encoder, table, buf_slice(&s->final.name))) {
        status_no_memory(status, "opening a BigGeo session");
        session_destroy(&s->base);
        return NULL;
    }
    return &s->base;
}
