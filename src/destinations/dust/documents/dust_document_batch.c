#include "destinations/dust/documents/dust_document_batch.h"

#include "base/utf8.h"
#include "destinations/dust/documents/dust_document.h"
#include "destinations/dust/documents/dust_document_calls.h"
#include "destinations/dust/dust_judge.h"
#include "destinations/table_name.h"
#include "json/json_walk.h"

enum {
    LOOK_MAX_BYTES = 4000, /* of ids in the URL of one GET: any proxy takes so much */
    KEY_BYTES = 256,
    PROGRESS_EVERY_MS = 10 * 1000,
};

/* --- taking a batch --- */

/* A string of ours without its quotes: ids and hashes need no escapes. */
static struct slice unquoted(struct slice string) {
    return string.len >= 2 ? slice_make(string.data + 1, string.len - 2) : slice_of(NULL);
}

static struct dust_pending read_document(struct slice document) {
    struct json_walk parts;
    struct slice id = slice_of(NULL);
    struct slice hash = slice_of(NULL);
    struct slice body = slice_of(NULL);
    bool whole = json_walk_start(&parts, document) && json_walk_element(&parts, &id) &&
                 json_walk_element(&parts, &hash) && json_walk_element(&parts, &body);
    return (struct dust_pending){unquoted(id), unquoted(hash), body, !whole};
}

/* Of several documents with one id only the last is sent: it replaces the others. */
static void settle_replaced(struct dust_document_batch *b) {
    for (size_t i = 0; i < b->n_pending; i++) {
        for (size_t j = i + 1; j < b->n_pending && !b->pending[i].settled; j++) {
            b->pending[i].settled = slice_equal(b->pending[i].id, b->pending[j].id);
        }
    }
}

static void take_batch(struct dust_document_batch *b, struct slice body) {
    struct json_walk documents;
    struct slice document;
    b->behind += b->n_pending;
    b->n_pending = b->n_looked = b->at = 0;
    bool more = json_walk_start(&documents, body);
    while (more && b->n_pending < DUST_BATCH_DOCUMENTS &&
           json_walk_element(&documents, &document)) {
        b->pending[b->n_pending++] = read_document(document);
    }
    settle_replaced(b);
}

uint64_t dust_batch_left(const struct dust_document_batch *b) {
    uint64_t known = b->behind + b->n_pending;
    uint64_t left = b->expected > known ? b->expected - known : 0;
    for (size_t i = 0; i < b->n_pending; i++) {
        left += !b->pending[i].settled;
    }
    return left;
}

/* --- asking what is there --- */

/* Whether the tags of a document at Dust say that it is this one. */
static bool is_same(const struct dust_pending *pending, const struct json_value *tags) {
    const size_t mark = sizeof DUST_HASH_TAG - 1;
    for (size_t i = 0; i < json_array_count(tags); i++) {
        struct slice tag;
        if (json_text(json_array_at(tags, i), &tag) && tag.len > mark &&
            memcmp(tag.data, DUST_HASH_TAG, mark) == 0) {
            return slice_equal(slice_make(tag.data + mark, tag.len - mark), pending->hash);
        }
    }
    return false;
}

static void settle_unchanged(struct dust_document_batch *b, const struct json_value *there) {
    struct slice id;
    if (!json_text(json_get(there, "document_id"), &id)) {
        return;
    }
    for (size_t i = 0; i < b->n_looked; i++) {
        struct dust_pending *pending = &b->pending[i];
        if (!pending->settled && slice_equal(pending->id, id) &&
            is_same(pending, json_get(there, "tags"))) {
            pending->settled = true;
            b->unchanged++;
        }
    }
}

/* What cannot be read of an answer is as if it were not there: it is sent. */
static void judge_look(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct dust_document_batch *b = context;
    dust_judge(b->api, response, verdict);
    if (verdict->kind != VERDICT_DELIVERED) {
        return;
    }
    struct status ignored = STATUS_INIT;
    struct json_value *answer = json_parse(buf_slice(&response->body), &ignored);
    const struct json_value *documents = json_get(answer, "documents");
    for (size_t i = 0; i < json_array_count(documents); i++) {
        settle_unchanged(b, json_array_at(documents, i));
    }
    json_destroy(answer);
}

/* Asks for the next documents of the batch, as many as one URL takes. */
static void look(struct dust_document_batch *b, struct api_call *call) {
    size_t first = b->n_looked;
    buf_reset(&b->path);
    buf_append_text(&b->path, "/documents?offset=0");
    while (b->n_looked < b->n_pending && (b->n_looked == first || b->path.len < LOOK_MAX_BYTES)) {
        buf_append_text(&b->path, "&document_ids=");
        url_escape_append(&b->path, b->pending[b->n_looked++].id);
    }
    buf_printf(&b->path, "&limit=%zu", b->n_looked > first ? b->n_looked - first : 1);
    dust_call_init(b->api, call, HTTP_GET, "get-documents", NULL, buf_cstr(&b->path));
    b->api->url.failed = b->api->url.failed || b->path.failed;
    call->judge = judge_look;
    call->context = b;
}

/* --- sending --- */

/* The primary key of the record that a request's body holds. */
static void print_key(const struct table *table, struct slice body, char *text, size_t cap) {
    struct buf record;
    struct buf key;
    struct slice value;
    buf_init(&record, DUST_DOCUMENT_MAX_BYTES);
    buf_init(&key, DUST_DOCUMENT_MAX_BYTES);
    if (json_walk_find(body, SLICE_LITERAL("text"), &value)) {
        json_string_append(&record, value);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].primary_key &&
            json_walk_find(buf_slice(&record), slice_of(table->columns[i].name), &value)) {
            buf_printf(&key, "%s%s=", key.len ? ", " : "", table->columns[i].name);
            if (value.len > 0 && value.data[0] == '"') {
                json_string_append(&key, value);
            } else {
                buf_append_slice(&key, value);
            }
        }
    }
    snprintf(text, cap, "%s", key.len ? buf_cstr(&key) : "(unknown)");
    utf8_repair(text);
    buf_clean_up(&record);
    buf_clean_up(&key);
}

void dust_document_key_text(const struct table *table, struct slice document, char *text,
                            size_t cap) {
    print_key(table, read_document(document).body, text, cap);
}

static void refuse_large(struct dust_document_batch *b, const struct http_response *response,
                         struct verdict *verdict) {
    const struct dust_pending *pending = &b->pending[b->at];
    char key[KEY_BYTES];
    print_key(b->table, pending->body, key, sizeof key);
    verdict->kind = VERDICT_REJECTED;
    status_fail(&verdict->status, STATUS_TASK,
                "Table %s%s%s has a record that is too large for a document: with key %s it takes "
                "%zu bytes as a request, and Dust refused it (HTTP %d). The limit is that of the "
                "workspace's plan for the text of a document: 2 MB on the Pro plans. Make the "
                "record smaller at the source, leave its large column out of the sync, or change "
                "the plan.",
                TABLE_ARGS(b->table), key, pending->body.len, response->status);
    verdict->status.names_record = true;
}

static void judge_send(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct dust_document_batch *b = context;
    dust_judge(b->api, response, verdict);
    if (verdict->kind == VERDICT_DELIVERED) {
        b->pending[b->at].settled = true;
        b->written++;
    } else if (verdict->kind == VERDICT_TOO_LARGE ||
               dust_error_is(b->api, "data_source_quota_error")) {
        refuse_large(b, response, verdict);
    }
}

/* At most every PROGRESS_EVERY_MS; while a request waits for its turn, delivery speaks. */
static void tell_progress(struct dust_document_batch *b, uint64_t left) {
    const struct destination *d = b->api->d;
    int64_t now = clock_monotonic_ms(d->shared->clock);
    if (now - b->spoken_ms < PROGRESS_EVERY_MS) {
        return;
    }
    b->spoken_ms = now;
    uint64_t a_minute = (uint64_t)d->settings->documents_per_minute;
    log_event(d->log, LOG_INFO, "writing_documents",
              "written=%llu unchanged=%llu left%s=%llu left_s=%llu", (unsigned long long)b->written,
              (unsigned long long)b->unchanged, b->expected ? "" : "_of_batch",
              (unsigned long long)left,
              (unsigned long long)((left * 60 + a_minute - 1) / a_minute));
}

static void send(struct dust_document_batch *b, struct api_call *call) {
    const struct dust_pending *pending = &b->pending[b->at];
    uint64_t left = dust_batch_left(b);
    tell_progress(b, left);
    dust_document_call_init(b->api, call, HTTP_POST, "post-document", pending->id);
    call->request.body = pending->body;
    call->judge = judge_send;
    call->context = b;
    dust_document_pace(b->api, call, left);
}

void dust_batch_start(struct dust_document_batch *b, struct slice body, struct api_call *call) {
    take_batch(b, body);
    look(b, call);
}

bool dust_batch_next(struct dust_document_batch *b, struct api_call *call) {
    if (b->n_looked < b->n_pending) {
        look(b, call);
        return true;
    }
    while (b->at < b->n_pending && b->pending[b->at].settled) {
        b->at++;
    }
    if (b->at == b->n_pending) {
        return false;
    }
    send(b, call);
    return true;
}
