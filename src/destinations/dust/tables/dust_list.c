#include "destinations/dust/tables/dust_list.h"

#include "destinations/dust/tables/id_set.h"
#include "json/json_scan.h"
#include "json/json_walk.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MAX_READINGS = 3,
    SAMPLE_ROWS = 100, /* of the first page: says how large the others may be */
    PAGE_MAX_ROWS = 20000,
    PAGE_BYTES = 8 * 1024 * 1024,       /* about, as answered */
    PAGE_MAX_BYTES = 256 * 1024 * 1024, /* above any table that Dust holds */
    MAX_PATH_BYTES = 4096,
};

struct reading {
    struct dust_api *api;
    const char *table_id;
    const struct dust_listing *listing;
    struct id_set ids;
    struct http_response response;
    struct buf path;
    uint64_t offset;
    uint64_t total; /* as the first page says */
    uint64_t limit;
    size_t n_rows; /* on the page */
    bool changed;  /* the table did, between two pages */
};

static bool not_understood(const struct reading *r, struct status *status) {
    return status_fail(status, STATUS_UNAVAILABLE,
                       "Dust answered a listing of table %s with something that is not one; "
                       "nothing was changed by it",
                       r->table_id);
}

/* A whole number of an answer, as long as it fits. */
static bool read_count(struct slice page, const char *name, uint64_t *count) {
    struct slice value;
    if (!json_walk_find(page, slice_of(name), &value) || value.len == 0 || value.len > 18) {
        return false;
    }
    *count = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') {
            return false;
        }
        *count = *count * 10 + (uint64_t)(value.data[i] - '0');
    }
    return true;
}

static bool get_page(struct reading *r, struct slice *rows, uint64_t *total,
                     struct status *status) {
    struct api_call call;
    buf_reset(&r->path);
    buf_printf(&r->path, "/tables/%s/rows?limit=%" PRIu64 "&offset=%" PRIu64, r->table_id, r->limit,
               r->offset);
    dust_call_init(r->api, &call, HTTP_GET, "dust-list-rows", r->table_id, buf_cstr(&r->path));
    call.request.max_response_bytes = PAGE_MAX_BYTES;
    if (!dust_perform(r->api, &call, &r->response, status)) {
        return false;
    }
    struct slice page = buf_slice(&r->response.body);
    return (json_scan(page, NULL) && json_walk_find(page, SLICE_LITERAL("rows"), rows) &&
            read_count(page, "total", total)) ||
           not_understood(r, status);
}

static bool find_parts(struct slice row, struct slice *id, struct slice *value) {
    return json_walk_find(row, SLICE_LITERAL("row_id"), id) &&
           json_walk_find(row, SLICE_LITERAL("value"), value) && id->len >= 2 && id->data[0] == '"';
}

static bool take_rows(struct reading *r, struct slice rows, struct status *status) {
    struct json_walk walk;
    struct slice row;
    r->n_rows = 0;
    for (json_walk_start(&walk, rows); json_walk_element(&walk, &row); r->n_rows++) {
        struct slice id;
        struct slice value;
        if (!find_parts(row, &id, &value)) {
            return not_understood(r, status);
        }
        if (!id_set_add(&r->ids, id, NULL)) {
            return status_no_memory(status, "listing rows");
        }
        if (!r->listing->row(r->listing->context, id, value, status)) {
            return false;
        }
    }
    return true;
}

/* So that a page has about PAGE_BYTES. */
static uint64_t limit_for(size_t bytes, size_t n_rows) {
    uint64_t row_bytes = n_rows ? bytes / n_rows + 1 : PAGE_BYTES;
    uint64_t limit = PAGE_BYTES / row_bytes;
    return limit < SAMPLE_ROWS ? SAMPLE_ROWS : limit > PAGE_MAX_ROWS ? PAGE_MAX_ROWS : limit;
}

/* One reading of all pages. False with *status; r->changed: it does not count. */
static bool read_once(struct reading *r, struct status *status) {
    id_set_clear(&r->ids);
    r->offset = 0;
    r->limit = SAMPLE_ROWS;
    r->changed = false;
    do {
        struct slice rows = {0};
        uint64_t total = 0;
        if (!get_page(r, &rows, &total, status)) {
            return false;
        }
        r->total = r->offset == 0 ? total : r->total;
        r->changed = total != r->total;
        if (r->changed) {
            return true;
        }
        if (!take_rows(r, rows, status)) {
            return false;
        }
        r->offset += r->n_rows;
        r->limit = limit_for(r->response.body.len, r->n_rows);
    } while (r->n_rows > 0 && r->offset < r->total);
    r->changed = r->ids.count != r->total || r->offset != r->total;
    return true;
}

bool dust_list(struct dust_api *api, const char *table_id, const struct dust_listing *listing,
               struct status *status) {
    struct reading r = {.api = api, .table_id = table_id, .listing = listing};
    id_set_init(&r.ids);
    http_response_init(&r.response);
    buf_init(&r.path, MAX_PATH_BYTES);
    bool ok = true;
    for (int readings = 1; ok; readings++) {
        ok = read_once(&r, status);
        if (!ok || !r.changed) {
            break;
        }
        log_event(api->d->log, LOG_INFO, "listing_changed", "reading=%d rows=%" PRIu64, readings,
                  r.total);
        listing->restart(listing->context);
        if (readings == MAX_READINGS) {
            ok = status_fail(status, STATUS_UNAVAILABLE,
                             "table %s changed each of the %d times that its rows were read: does "
                             "another program write to it? Nothing that depends on the reading was "
                             "written",
                             table_id, MAX_READINGS);
        }
    }
    buf_clean_up(&r.path);
    http_response_clean_up(&r.response);
    id_set_clean_up(&r.ids);
    return ok;
}

/* A null is nothing, a string is its text, a time is as long as the text that it was read from. */
static size_t text_bytes(struct slice value) {
    struct slice text;
    switch (value.data[0]) {
    case 'n':
        return 0;
    case '"':
        return value.len - 2;
    case '{':
        return json_walk_find(value, SLICE_LITERAL("string_value"), &text) ? text.len : value.len;
    default:
        return value.len;
    }
}

size_t dust_list_row_bytes(struct slice id, struct slice value) {
    struct json_walk walk;
    struct slice key;
    struct slice cell;
    size_t bytes = text_bytes(id) + 1;
    for (json_walk_start(&walk, value); json_walk_member(&walk, &key, &cell);) {
        bytes += text_bytes(cell) + 1;
    }
    return bytes;
}

bool dust_list_total(struct dust_api *api, const char *table_id, uint64_t *total,
                     uint64_t *row_bytes, struct status *status) {
    struct reading r = {.api = api, .table_id = table_id, .limit = SAMPLE_ROWS};
    struct slice rows = {0};
    struct slice row;
    struct json_walk walk;
    size_t bytes = 0;
    http_response_init(&r.response);
    buf_init(&r.path, MAX_PATH_BYTES);
    *row_bytes = 0;
    bool ok = get_page(&r, &rows, total, status);
    for (json_walk_start(&walk, rows); ok && json_walk_element(&walk, &row); r.n_rows++) {
        struct slice id = {0};
        struct slice value = {0};
        ok = find_parts(row, &id, &value) || not_understood(&r, status);
        bytes += ok ? dust_list_row_bytes(id, value) : 0;
    }
    if (ok && r.n_rows > 0) {
        *row_bytes = bytes / r.n_rows;
    }
    buf_clean_up(&r.path);
    http_response_clean_up(&r.response);
    return ok;
}
