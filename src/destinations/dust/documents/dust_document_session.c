#include "destinations/dust/documents/dust_document_session.h"

#include "base/key_index.h"
#include "destinations/dust/documents/dust_document.h"
#include "destinations/dust/documents/dust_document_batch.h"
#include "destinations/dust/documents/dust_document_calls.h"
#include "destinations/dust/documents/dust_document_list.h"
#include "destinations/dust/documents/dust_manifest.h"

#include <stdlib.h>

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    MAX_IDS_BYTES = 512 * 1024 * 1024,
    GENERATION_BYTES = 32,
};

struct document_session {
    struct write_session base;
    struct destination d;
    struct dust_api api;
    const struct table *table;
    struct notice *notice;
    struct arena arena;      /* of what begin finds out */
    struct dust_table there; /* the table, its columns in the order of the manifest */
    int *sources;            /* which of a record's cells each of them is; -1: none */
    struct cell *cells;
    struct dust_document_encoder encoder;
    struct dust_document_batch batch;
    char generation[GENERATION_BYTES]; /* of a stream that replaces older documents */
};

static struct document_session *session_of(struct write_session *session) {
    return (struct document_session *)session;
}

static void session_expect(struct write_session *session, uint64_t n_records) {
    session_of(session)->batch.expected = n_records;
}

static bool map_columns(struct document_session *s) {
    size_t n = s->there.table.n_columns;
    s->sources = arena_alloc(&s->arena, (n + 1) * sizeof *s->sources);
    s->cells = arena_alloc(&s->arena, (n + 1) * sizeof *s->cells);
    for (size_t i = 0; s->sources && i < n; i++) {
        s->sources[i] = table_find(s->table, slice_of(s->there.table.columns[i].name));
    }
    return s->sources && s->cells;
}

static bool session_begin(struct write_session *session, struct status *status) {
    struct document_session *s = session_of(session);
    struct dust_document_batch *b = &s->batch;
    b->n_pending = 0;
    b->behind = b->written = b->unchanged = 0;
    b->spoken_ms = clock_monotonic_ms(s->d.shared->clock);
    dust_document_encoder_clean_up(&s->encoder);
    arena_reset(&s->arena);
    if (!dust_manifest_ensure(&s->api, s->table, &s->arena, &s->there, status)) {
        return false;
    }
    const struct dust_document_kind kind = {
        .front_end = s->d.settings->front_end,
        .table = &s->there.table,
        .table_id = s->there.id,
        .stream = s->d.stream,
        .generation = s->generation[0] ? s->generation : NULL,
    };
    bool ok = map_columns(s) && dust_document_encoder_init(&s->encoder, &kind);
    return ok || status_no_memory(status, "starting to write documents");
}

static void session_open_body(struct write_session *session, struct buf *body) {
    (void)session;
    buf_append_char(body, '[');
}

static void session_close_body(struct write_session *session, bool has_records, bool last,
                               struct buf *body) {
    (void)session;
    (void)has_records;
    (void)last;
    buf_append_char(body, ']');
}

/* In the order of the manifest, so that the same record is the same document however a request
 * orders its columns. */
static bool session_encode(struct write_session *session, const struct record *record,
                           struct buf *body, struct status *status) {
    struct document_session *s = session_of(session);
    struct record ordered = *record;
    for (size_t i = 0; record->cells && i < s->there.table.n_columns; i++) {
        s->cells[i] =
            s->sources[i] >= 0 ? record->cells[s->sources[i]] : (struct cell){.kind = CELL_NULL};
    }
    ordered.cells = record->cells ? s->cells : NULL;
    return dust_document_append(&s->encoder, &ordered, body, status);
}

static void session_post(struct write_session *session, struct slice body, size_t n_records,
                         struct api_call *call) {
    (void)n_records;
    dust_batch_start(&session_of(session)->batch, body, call);
}

static bool session_follow(struct write_session *session, struct api_call *call) {
    return dust_batch_next(&session_of(session)->batch, call);
}

static void session_explain(struct write_session *session, struct status *status) {
    const struct document_session *s = session_of(session);
    const struct dust_document_batch *b = &s->batch;
    if (status->code != STATUS_UNAVAILABLE) {
        return;
    }
    status_context(status,
                   "table %s%s%s: %llu documents written and %llu found unchanged, %s%llu left; a "
                   "call that brings them again goes on from there",
                   TABLE_ARGS(s->table), (unsigned long long)b->written,
                   (unsigned long long)b->unchanged, b->expected ? "" : "at least ",
                   (unsigned long long)dust_batch_left(b));
}

static void session_key_text(struct write_session *session, struct slice record, char *text,
                             size_t cap) {
    dust_document_key_text(session_of(session)->table, record, text, cap);
}

/* --- the end --- */

struct older {
    struct document_session *session;
    struct key_index ids;
};

static bool keep_older(void *context, const struct dust_listed *document, struct status *status) {
    struct older *older = context;
    size_t at;
    return slice_equal_text(document->generation, older->session->generation) ||
           key_index_add(&older->ids, document->id, &at, status);
}

/* Documents of older generations go once the stream is whole (contracts/airbyte.md, rule 6). */
static bool remove_older(struct document_session *s, struct status *status) {
    struct older older = {.session = s};
    key_index_init(&older.ids, MAX_IDS_BYTES);
    bool ok = dust_document_list(&s->api, s->there.id, keep_older, &older, status);
    for (size_t i = 0; ok && i < older.ids.n_keys; i++) {
        ok = dust_document_delete(&s->api, older.ids.keys[i], status);
    }
    if (ok && older.ids.n_keys > 0) {
        log_event(s->d.log, LOG_INFO, "older_documents_removed", "documents=%zu", older.ids.n_keys);
    }
    key_index_clean_up(&older.ids);
    return ok;
}

static bool session_finish(struct write_session *session, struct notice *notice,
                           struct status *status) {
    struct document_session *s = session_of(session);
    const struct stream_mode *stream = s->d.stream;
    if (stream && stream->replaces && stream->complete && !remove_older(s, status)) {
        return false;
    }
    log_event(s->d.log, LOG_INFO, "documents_written", "written=%llu unchanged=%llu",
              (unsigned long long)s->batch.written, (unsigned long long)s->batch.unchanged);
    encode_counts_tell(&s->encoder.counts, s->table, s->d.log, notice);
    return true;
}

static void session_destroy(struct write_session *session) {
    struct document_session *s = session_of(session);
    if (!s) {
        return;
    }
    dust_document_encoder_clean_up(&s->encoder);
    dust_api_clean_up(&s->api);
    arena_clean_up(&s->arena);
    buf_clean_up(&s->batch.path);
    free(s);
}

static const struct write_session_ops session_ops = {
    .expect = session_expect,
    .begin = session_begin,
    .open_body = session_open_body,
    .close_body = session_close_body,
    .encode = session_encode,
    .post = session_post,
    .follow = session_follow,
    .explain = session_explain,
    .key_text = session_key_text,
    .finish = session_finish,
    .destroy = session_destroy,
};

/* A source that names no generation begins a new one with each sync. */
static void name_generation(struct document_session *s) {
    const struct stream_mode *stream = s->d.stream;
    if (stream && stream->replaces && stream->generation_id > 0) {
        snprintf(s->generation, sizeof s->generation, "%lld", (long long)stream->generation_id);
    } else if (stream && stream->replaces) {
        snprintf(s->generation, sizeof s->generation, "t%lld",
                 (long long)clock_realtime_us(s->d.shared->clock) / 1000);
    }
}

struct write_session *dust_document_session_open(struct destination *d, const struct table *table,
                                                 struct notice *notice, struct status *status) {
    struct document_session *s = calloc(1, sizeof *s);
    if (!s) {
        status_no_memory(status, "opening a session of documents");
        return NULL;
    }
    s->base = (struct write_session){
        .ops = &session_ops,
        .caps = {.max_records = DUST_BATCH_DOCUMENTS,
                 .max_bytes = (size_t)d->settings->max_batch_bytes,
                 .hard_bytes = DUST_DOCUMENT_MAX_BYTES},
        .on_unknown = ON_UNKNOWN_REPEAT,
    };
    s->d = *d;
    s->table = table;
    s->notice = notice;
    name_generation(s);
    arena_init(&s->arena, ARENA_BYTES);
    dust_api_init(&s->api, &s->d);
    s->batch.api = &s->api;
    s->batch.table = table;
    buf_init(&s->batch.path, DUST_BATCH_PATH_BYTES);
    return &s->base;
}
