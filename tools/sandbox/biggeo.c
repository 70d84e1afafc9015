/* BigGeo's HTTP API as its connectors know it (contract "The BigGeo side"). Bodies are judged
 * strictly, so that a test sees a malformed one. */
#include "base/random.h"
#include "sandbox/biggeo_post.h"
#include "sandbox/sandbox.h"
#include "sandbox/scan.h"

#define BIGGEO "/data-sources/v1/"

enum { BIGGEO_MAX_CHUNK = 10000, BIGGEO_DEFAULT_CHUNK = 1000 };

static bool biggeo_is(const struct exchange *ex, const char *method, const char *path) {
    return strcmp(ex->method, method) == 0 && strcmp(ex->path, path) == 0;
}

static void biggeo_recognise(struct sandbox *sandbox, struct exchange *ex) {
    static const char get[] = BIGGEO "get-data-source/";
    if (biggeo_is(ex, "GET", BIGGEO "check-connection")) {
        ex->call.name = "check-connection";
    } else if (biggeo_is(ex, "POST", BIGGEO "post-data-source")) {
        ex->call.name = "post-data-source";
        if (!ex->too_large) {
            biggeo_post_parse(ex, sandbox_config(sandbox).rules.discard);
        }
    } else if (strcmp(ex->method, "GET") == 0 && strncmp(ex->path, get, sizeof(get) - 1) == 0) {
        ex->call.name = "get-data-source";
        buf_append_text(&ex->call.table, ex->path + sizeof(get) - 1);
        const char *sync_id = exchange_query(ex, "syncId");
        snprintf(ex->call.sync_id, sizeof(ex->call.sync_id), "%s", sync_id ? sync_id : "");
    }
}

static void biggeo_refuse(struct exchange *ex, struct slice message) {
    answer_start(&ex->answer, 200);
    bool check = ex->call.name && strcmp(ex->call.name, "check-connection") == 0;
    buf_append_text(&ex->answer.body, check ? "{\"status\":\"FAILED\",\"message\":"
                                            : "{\"success\":false,\"message\":");
    scan_quote(&ex->answer.body, message);
    buf_append_char(&ex->answer.body, '}');
}

static void biggeo_check(struct exchange *ex) {
    answer_start(&ex->answer, 200);
    buf_append_text(&ex->answer.body, "{\"status\":\"SUCCEEDED\"}");
}

static void biggeo_taken(struct exchange *ex, uint64_t processed, bool is_final) {
    struct buf path;
    buf_init(&path, SANDBOX_MAX_NAME);
    answer_start(&ex->answer, 200);
    buf_printf(&ex->answer.body, "{\"success\":true,\"records_processed\":%llu",
               (unsigned long long)processed);
    if (is_final) {
        buf_append_text(&path, "exports/");
        buf_append_slice(&path, buf_slice(&ex->call.table));
        buf_printf(&path, "/%s.parquet", ex->call.sync_id);
        buf_append_text(&ex->answer.body, ",\"path\":");
        scan_quote(&ex->answer.body, buf_slice(&path));
    }
    buf_append_char(&ex->answer.body, '}');
    buf_clean_up(&path);
}

static void biggeo_post(struct sandbox *sandbox, struct exchange *ex) {
    struct config config = sandbox_config(sandbox);
    struct store_post post = {
        .sync_id = slice_of(ex->call.sync_id),
        .table = buf_slice(&ex->call.table),
        .rows = buf_slice(&ex->rows),
        .records = ex->call.records,
        .states = ex->call.states,
        .is_final = strcmp(ex->call.kind, "final") == 0,
    };
    uint64_t total = 0;
    switch (store_add(sandbox->store, &post, &config.rules, &total)) {
    case STORE_TAKEN:
        biggeo_taken(ex, config.count_session ? total : post.records, post.is_final);
        break;
    case STORE_NO_SESSION:
        biggeo_refuse(ex, SLICE_LITERAL("no data was posted under this sync_id"));
        break;
    case STORE_WAS_EXPORTED:
        biggeo_refuse(ex, SLICE_LITERAL("this sync_id is exported already"));
        break;
    case STORE_FAILED:
        answer_message(&ex->answer, 500, SLICE_LITERAL("the database failed"));
        break;
    }
}

/* A query parameter that is a number. False when it is there and is none within the bounds. */
static bool biggeo_number(struct exchange *ex, const char *name, uint64_t min, uint64_t max,
                          uint64_t *number) {
    const char *text = exchange_query(ex, name);
    if (!text) {
        return true;
    }
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    *number = value;
    return *text >= '0' && *text <= '9' && *end == '\0' && strlen(text) < 19 && value >= min &&
           value <= max;
}

/* Appends up to count rows from `start`; returns how many, and in *more whether others follow. */
static uint64_t biggeo_rows(struct sandbox *sandbox, struct exchange *ex, uint64_t start,
                            uint64_t count, bool *more) {
    struct store_cursor cursor = {0};
    struct store_piece piece = {0};
    buf_init(&piece.rows, SANDBOX_MAX_BODY);
    uint64_t given = 0;
    uint64_t skip = start;
    *more = false;
    while (!*more && store_next(sandbox->store, buf_slice(&ex->call.table), STORE_VISIBLE, &cursor,
                                &skip, &piece)) {
        struct slice rest = buf_slice(&piece.rows);
        struct row row;
        while (!*more && rows_next(&rest, &row)) {
            if (skip > 0) {
                skip--;
            } else if (given < count) {
                buf_append_text(&ex->answer.body, given++ ? "," : "");
                buf_append_slice(&ex->answer.body, row.data);
            } else {
                *more = true;
            }
        }
    }
    buf_clean_up(&piece.rows);
    return given;
}

static void biggeo_get(struct sandbox *sandbox, struct exchange *ex) {
    uint64_t count = BIGGEO_DEFAULT_CHUNK;
    uint64_t start = 0;
    if (!biggeo_number(ex, "chunkSize", 1, BIGGEO_MAX_CHUNK, &count) ||
        !biggeo_number(ex, "cursor", 0, INT64_MAX, &start) ||
        (ex->call.sync_id[0] && !biggeo_is_uuid(slice_of(ex->call.sync_id)))) {
        answer_message(&ex->answer, 400, SLICE_LITERAL("chunkSize, cursor or syncId is not valid"));
        return;
    }
    if (!store_look(sandbox->store, buf_slice(&ex->call.table))) {
        answer_message(&ex->answer, 404, SLICE_LITERAL("no such data source"));
        return;
    }
    if (!ex->call.sync_id[0]) {
        random_uuid(random_system(), ex->call.sync_id);
    }
    bool more;
    answer_start(&ex->answer, 200);
    buf_append_text(&ex->answer.body, "{\"data\":[");
    uint64_t given = biggeo_rows(sandbox, ex, start, count, &more);
    unsigned long long next = start + given;
    buf_printf(&ex->answer.body, "],\"syncId\":\"%s\",\"nextCursor\":", ex->call.sync_id);
    if (more) {
        buf_printf(&ex->answer.body, "\"%llu\"", next);
    } else {
        buf_append_text(&ex->answer.body, "null");
    }
    buf_printf(&ex->answer.body, ",\"hasMore\":%s}", more ? "true" : "false");
    ex->call.records = given;
}

static void biggeo_perform(struct sandbox *sandbox, struct exchange *ex) {
    if (!ex->api_key || strcmp(ex->api_key, sandbox->api_key) != 0) {
        answer_message(&ex->answer, 401, SLICE_LITERAL("Unauthorized"));
    } else if (!ex->call.name) {
        answer_message(&ex->answer, 404, SLICE_LITERAL("no such path"));
    } else if (ex->too_large) {
        answer_message(&ex->answer, 413, SLICE_LITERAL("the body is too large"));
    } else if (ex->call.error.len > 0) {
        answer_message(&ex->answer, 400, buf_slice(&ex->call.error));
    } else if (strcmp(ex->call.name, "post-data-source") == 0) {
        biggeo_post(sandbox, ex);
    } else if (strcmp(ex->call.name, "get-data-source") == 0) {
        biggeo_get(sandbox, ex);
    } else {
        biggeo_check(ex);
    }
}

const struct api biggeo_api = {
    .prefix = BIGGEO,
    .recognise = biggeo_recognise,
    .perform = biggeo_perform,
    .refuse = biggeo_refuse,
};
