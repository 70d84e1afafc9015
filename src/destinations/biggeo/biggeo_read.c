#include "destinations/biggeo/biggeo_read.h"

#include "destinations/biggeo/biggeo_api.h"
#include "destinations/table_name.h"

enum {
    PAGE_ROWS = 1000,
    PAGE_MAX_BYTES = 64 * 1024 * 1024,
    LOOK_AGAIN_MS = 2000,
    MAX_URL_BYTES = 1024 * 1024, /* a name or cursor never falls out of it */
    MAX_CURSOR_BYTES = 4096,
};

struct reading {
    struct destination *d;
    struct slice name; /* the table's on BigGeo */
    const struct biggeo_look *look;
    struct biggeo_seen *seen;
    int64_t patience_until_ms;
    struct buf path;
    struct buf url;
    struct buf cursor;
    struct buf sync_id;
    uint64_t rows_before; /* on the pages before this one */
    bool more;            /* rows behind the page, and a way to them */
    bool ended;           /* no rows behind it */
};

static void look_at_row(struct reading *r, const struct json_value *row) {
    int64_t op_at = 0;
    bool has_op_at = json_int(json_get(row, "_fivetran_op_at"), &op_at);
    if (has_op_at && op_at == r->look->last_op_at) {
        r->seen->last = true;
    }
    if (!has_op_at || op_at < r->look->first_op_at ||
        (op_at == r->look->earlier_row && op_at != 0)) {
        r->seen->older = true;
    }
}

/* What must be there sooner or later, since the final was acknowledged. */
static bool has_expected(const struct reading *r) {
    return r->look->want_rows ? r->seen->n_rows >= r->look->want_rows : r->seen->last;
}

static bool is_satisfied(const struct reading *r) {
    if (r->look->want_rows) {
        return has_expected(r);
    }
    return r->seen->last && (r->seen->older || !r->look->want_older);
}

static void keep_text(struct buf *kept, const struct json_value *text) {
    struct slice value;
    int64_t number;
    buf_reset(kept);
    if (json_text(text, &value)) {
        buf_append_slice(kept, value);
    } else if (json_int(text, &number)) {
        buf_printf(kept, "%lld", (long long)number);
    }
}

static void look_at_page(struct reading *r, const struct json_value *page) {
    const struct json_value *rows = json_get(page, "data");
    bool has_more = false;
    for (size_t i = 0; i < json_array_count(rows); i++) {
        look_at_row(r, json_array_at(rows, i));
    }
    r->seen->n_rows = r->rows_before + json_array_count(rows); /* a page can be read again */
    json_bool(json_get(page, "hasMore"), &has_more);
    if (has_more) {
        keep_text(&r->cursor, json_get(page, "nextCursor"));
        keep_text(&r->sync_id, json_get(page, "syncId"));
    }
    r->more = has_more && r->cursor.len > 0;
    r->ended = !has_more;
}

/* An answer of get-data-source. On the last page, while patience lasts, asks delivery to wait and
 * read that page again: an export may lag behind its final post. */
static void judge_page(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct reading *r = context;
    bool missing = response->outcome == HTTP_ANSWERED && response->status == 404;
    if (verdict->kind != VERDICT_DELIVERED && !missing) {
        return;
    }
    r->more = false;
    r->ended = true;
    if (missing) {
        verdict->kind = VERDICT_DELIVERED; /* no such table: no rows */
    } else {
        struct json_value *page = json_parse(buf_slice(&response->body), &verdict->status);
        if (!page) {
            verdict->kind = VERDICT_UNKNOWN;
            status_fail(&verdict->status, STATUS_UNAVAILABLE,
                        "BigGeo answered get-data-source with something that is not JSON");
            return;
        }
        look_at_page(r, page);
        json_destroy(page);
    }
    if (!r->more && !has_expected(r) &&
        clock_monotonic_ms(r->d->shared->clock) < r->patience_until_ms) {
        verdict->kind = VERDICT_THROTTLED;
        verdict->after_ms = LOOK_AGAIN_MS;
        snprintf(verdict->scope, sizeof verdict->scope, "read-back %.*s", SLICE_ARG(r->name));
        status_fail(&verdict->status, STATUS_UNAVAILABLE, "BigGeo's export is not there yet");
    }
}

static void build_path(struct reading *r, struct slice name) {
    buf_reset(&r->path);
    buf_append_text(&r->path, "/data-sources/v1/get-data-source/");
    url_escape_append(&r->path, name);
    buf_printf(&r->path, "?chunkSize=%d", PAGE_ROWS);
    if (r->cursor.len > 0) {
        buf_append_text(&r->path, "&cursor=");
        url_escape_append(&r->path, buf_slice(&r->cursor));
    }
    if (r->sync_id.len > 0) {
        buf_append_text(&r->path, "&syncId=");
        url_escape_append(&r->path, buf_slice(&r->sync_id));
    }
}

static bool read_page(struct reading *r, struct slice name, struct status *status) {
    struct api_call call;
    struct verdict verdict = {0};
    build_path(r, name);
    r->rows_before = r->seen->n_rows;
    biggeo_call_init(&call, &r->url, r->d->settings, HTTP_GET, "get-data-source",
                     buf_cstr(&r->path));
    call.request.max_response_bytes = PAGE_MAX_BYTES;
    call.judge = judge_page;
    call.context = r;
    if (api_perform(r->d->api, &call, NULL, &verdict)) {
        return true;
    }
    *status = verdict.status;
    return false;
}

bool biggeo_read_back(struct destination *d, struct slice name, const struct biggeo_look *look,
                      struct biggeo_seen *seen, struct status *status) {
    struct reading r = {.d = d, .name = name, .look = look, .seen = seen};
    *seen = (struct biggeo_seen){0};
    int64_t started_ms = clock_monotonic_ms(d->shared->clock);
    r.patience_until_ms = started_ms + look->patience_ms;
    buf_init(&r.path, MAX_URL_BYTES);
    buf_init(&r.url, MAX_URL_BYTES);
    buf_init(&r.cursor, MAX_CURSOR_BYTES);
    buf_init(&r.sync_id, MAX_CURSOR_BYTES);
    bool ok;
    do {
        ok = read_page(&r, name, status);
    } while (ok && r.more && !is_satisfied(&r) &&
             clock_monotonic_ms(d->shared->clock) < started_ms + look->budget_ms);
    seen->complete = ok && r.ended;
    buf_clean_up(&r.path);
    buf_clean_up(&r.url);
    buf_clean_up(&r.cursor);
    buf_clean_up(&r.sync_id);
    return ok;
}

static void judge_existence(void *context, const struct http_response *response,
                            struct verdict *verdict) {
    enum table_presence *presence = context;
    if (response->outcome == HTTP_ANSWERED && response->status == 404) {
        *presence = TABLE_ABSENT;
        verdict->kind = VERDICT_DELIVERED;
    }
}

bool biggeo_read_exists(struct destination *d, struct slice name, enum table_presence *presence,
                        struct status *status) {
    struct buf path;
    struct buf url;
    struct api_call call;
    struct verdict verdict = {0};
    buf_init(&path, MAX_URL_BYTES);
    buf_init(&url, MAX_URL_BYTES);
    buf_append_text(&path, "/data-sources/v1/get-data-source/");
    url_escape_append(&path, name);
    buf_append_text(&path, "?chunkSize=1");
    biggeo_call_init(&call, &url, d->settings, HTTP_GET, "get-data-source", buf_cstr(&path));
    call.judge = judge_existence;
    call.context = presence;
    call.request.max_response_bytes = PAGE_MAX_BYTES;
    *presence = TABLE_PRESENT;
    bool ok = api_perform(d->api, &call, NULL, &verdict);
    if (!ok) {
        *status = verdict.status;
    }
    buf_clean_up(&path);
    buf_clean_up(&url);
    return ok;
}
