#include "sandbox/biggeo_post.h"

#include "sandbox/rows.h"
#include "sandbox/scan.h"

#include <ctype.h>

struct post {
    struct scan scan;
    struct exchange *ex;
    bool count_only;
    bool seen_sync_id;
    bool seen_table;
    bool seen_chunks;
    bool seen_final;
    bool is_final;
    struct slice stream; /* the first record's, raw */
};

bool biggeo_is_uuid(struct slice text) {
    if (text.len != 36) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.data[i] != '-' : !isxdigit((unsigned char)text.data[i])) {
            return false;
        }
    }
    return true;
}

/* A member may come once: notes it in *seen. */
static bool post_once(struct post *post, bool *seen) {
    if (*seen) {
        return scan_fail(&post->scan, "a member comes twice");
    }
    *seen = true;
    return true;
}

static bool post_object(struct post *post, struct slice *raw) {
    if (scan_peek(&post->scan) != '{') {
        return scan_fail(&post->scan, "data must be an object");
    }
    return scan_value(&post->scan, raw);
}

/* Whether two raw strings stand for the same text. */
static bool post_same_text(struct slice a, struct slice b) {
    if (slice_equal(a, b)) {
        return true;
    }
    struct buf left;
    struct buf right;
    buf_init(&left, SANDBOX_MAX_NAME);
    buf_init(&right, SANDBOX_MAX_NAME);
    scan_unescape(a, &left);
    scan_unescape(b, &right);
    bool same = slice_equal(buf_slice(&left), buf_slice(&right));
    buf_clean_up(&left);
    buf_clean_up(&right);
    return same;
}

static bool post_stream(struct post *post) {
    struct slice stream;
    if (!scan_string(&post->scan, &stream)) {
        return false;
    }
    if (!post->stream.data) {
        post->stream = stream;
    }
    return post_same_text(post->stream, stream) ||
           scan_fail(&post->scan, "stream differs between records");
}

static bool post_record(struct post *post) {
    struct row row = {0};
    struct slice key;
    bool stream = false;
    bool data = false;
    bool emitted_at = false;
    size_t n = 0;
    if (!scan_open(&post->scan, '{')) {
        return false;
    }
    while (scan_member(&post->scan, &n, &key)) {
        bool good = false;
        if (slice_equal_text(key, "stream")) {
            good = post_once(post, &stream) && post_stream(post);
        } else if (slice_equal_text(key, "data")) {
            good = post_once(post, &data) && post_object(post, &row.data);
        } else if (slice_equal_text(key, "emitted_at")) {
            good = post_once(post, &emitted_at) && scan_integer(&post->scan, &row.emitted_at);
        }
        if (!good) {
            return scan_fail(&post->scan, "an unknown member of record");
        }
    }
    if (!stream || !data || !emitted_at) {
        return scan_fail(&post->scan, "record needs stream, data and emitted_at");
    }
    post->ex->call.records++;
    return post->count_only || rows_append(&post->ex->rows, &row) ||
           scan_fail(&post->scan, "out of memory");
}

static bool post_state(struct post *post) {
    struct slice key;
    size_t n = 0;
    bool data = false;
    if (!scan_open(&post->scan, '{')) {
        return false;
    }
    while (scan_member(&post->scan, &n, &key)) {
        if (!slice_equal_text(key, "data") || !post_once(post, &data) || !post_object(post, NULL)) {
            return scan_fail(&post->scan, "an unknown member of state");
        }
    }
    post->ex->call.states++;
    return data || scan_fail(&post->scan, "state needs data");
}

static bool post_chunk(struct post *post) {
    struct slice key;
    struct slice type = {"", 0};
    size_t n = 0;
    bool has_type = false;
    bool record = false;
    bool state = false;
    if (!scan_open(&post->scan, '{')) {
        return false;
    }
    while (scan_member(&post->scan, &n, &key)) {
        bool good = false;
        if (slice_equal_text(key, "type")) {
            good = post_once(post, &has_type) && scan_string(&post->scan, &type);
        } else if (slice_equal_text(key, "record")) {
            good = post_once(post, &record) && post_record(post);
        } else if (slice_equal_text(key, "state")) {
            good = post_once(post, &state) && post_state(post);
        }
        if (!good) {
            return scan_fail(&post->scan, "an unknown member of a chunk");
        }
    }
    if (record != slice_equal_text(type, "RECORD") || state != slice_equal_text(type, "STATE") ||
        record == state) {
        return scan_fail(&post->scan, "a chunk is RECORD with record, or STATE with state");
    }
    return true;
}

static bool post_chunks(struct post *post) {
    size_t n = 0;
    if (!scan_open(&post->scan, '[')) {
        return false;
    }
    while (scan_element(&post->scan, &n)) {
        if (!post_chunk(post)) {
            return false;
        }
    }
    return !post->scan.error;
}

static bool post_sync_id(struct post *post) {
    struct slice text;
    if (!scan_string(&post->scan, &text)) {
        return false;
    }
    snprintf(post->ex->call.sync_id, sizeof(post->ex->call.sync_id), "%.*s",
             text.len < 64 ? (int)text.len : 63, text.data);
    return biggeo_is_uuid(text) || scan_fail(&post->scan, "sync_id must be a UUID");
}

static bool post_table(struct post *post) {
    struct slice raw;
    struct buf *table = &post->ex->call.table;
    if (!scan_string(&post->scan, &raw)) {
        return false;
    }
    scan_unescape(raw, table);
    if (table->len == 0 || table->failed || memchr(table->data, '\0', table->len)) {
        return scan_fail(&post->scan, "table_name must be a text that is not empty");
    }
    return true;
}

static bool post_member(struct post *post, struct slice key) {
    if (slice_equal_text(key, "sync_id")) {
        return post_once(post, &post->seen_sync_id) && post_sync_id(post);
    }
    if (slice_equal_text(key, "table_name")) {
        return post_once(post, &post->seen_table) && post_table(post);
    }
    if (slice_equal_text(key, "chunks")) {
        return post_once(post, &post->seen_chunks) && post_chunks(post);
    }
    if (slice_equal_text(key, "is_final")) {
        return post_once(post, &post->seen_final) && scan_bool(&post->scan, &post->is_final);
    }
    return scan_fail(&post->scan, "an unknown member");
}

static bool post_streams_fit(struct post *post) {
    if (!post->stream.data) {
        return true;
    }
    struct buf text;
    buf_init(&text, SANDBOX_MAX_NAME);
    scan_unescape(post->stream, &text);
    bool same = slice_equal(buf_slice(&text), buf_slice(&post->ex->call.table));
    buf_clean_up(&text);
    return same || scan_fail(&post->scan, "stream must equal table_name");
}

static bool post_body(struct post *post) {
    struct slice key;
    size_t n = 0;
    if (!scan_open(&post->scan, '{')) {
        return false;
    }
    while (scan_member(&post->scan, &n, &key)) {
        if (!post_member(post, key)) {
            return false;
        }
    }
    if (!post->seen_sync_id || !post->seen_table || !post->seen_chunks || !post->seen_final) {
        return scan_fail(&post->scan, "sync_id, table_name, chunks and is_final are needed");
    }
    return post_streams_fit(post) && scan_finish(&post->scan);
}

static bool post_is_json(const struct exchange *ex) {
    static const char json[] = "application/json";
    return ex->content_type && strncasecmp(ex->content_type, json, sizeof(json) - 1) == 0 &&
           (ex->content_type[sizeof(json) - 1] == '\0' ||
            ex->content_type[sizeof(json) - 1] == ';');
}

void biggeo_post_parse(struct exchange *ex, bool count_only) {
    struct post post = {.ex = ex, .count_only = count_only};
    const char *text = buf_cstr(&ex->body);
    scan_init(&post.scan, slice_make(text, ex->body.len));
    if (!post_is_json(ex)) {
        buf_append_text(&ex->call.error, "Content-Type must be application/json");
    } else if (!post_body(&post)) {
        buf_printf(&ex->call.error, "%s (byte %zu)", post.scan.error,
                   (size_t)(post.scan.at - post.scan.start));
    } else {
        ex->call.kind = post.is_final ? "final" : "nonfinal";
    }
}
