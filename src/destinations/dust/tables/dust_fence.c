#include "destinations/dust/tables/dust_fence.h"

#include "destinations/dust/dust_columns.h"
#include "destinations/dust/dust_ids.h"
#include "destinations/dust/dust_judge.h"
#include "destinations/table_name.h"
#include "json/json_writer.h"

enum {
    POST_AGAIN_MS = 30 * 1000,
    FIRST_LOOK_MS = 250,
    LONGEST_LOOK_MS = 5000,
    MAX_BODY_BYTES = 128 * 1024 * 1024,
    MAX_PATH_BYTES = 64 * 1024,
};

struct fence {
    struct dust_api *api;
    const char *table_id;
    char nonce[UUID_TEXT_BYTES];
    struct slice row_id;
    struct buf path;
    struct buf body;
    int64_t post_again_at_ms;
    int64_t look_after_ms;
    bool seen;
};

static int64_t now_ms(const struct fence *f) {
    return clock_monotonic_ms(f->api->d->shared->clock);
}

/* {"rows":[row]} with the nonce put into the row's last member. */
static void build_body(struct fence *f, const struct dust_fence_row *row) {
    struct buf *body = &f->body;
    buf_append_text(body, "{\"rows\":[");
    if (!row) {
        buf_printf(body, "{\"row_id\":\"%s\",\"value\":{\"%s\":\"{\\\"~\\\":\\\"%s\\\"}\"}}",
                   DUST_FENCE_ROW_ID, DUST_EXACT_COLUMN, f->nonce);
    } else if (row->has_exact) { /* …,"_fivetran_exact":"{\"a\":\"1\"}"}} */
        const char tail[] = "}\"}}";
        buf_append(body, row->json.data, row->json.len - strlen(tail));
        buf_printf(body, ",\\\"~\\\":\\\"%s\\\"%s", f->nonce, tail);
    } else {
        const char tail[] = "}}";
        buf_append(body, row->json.data, row->json.len - strlen(tail));
        buf_printf(body, "%s\"%s\":\"{\\\"~\\\":\\\"%s\\\"}\"%s",
                   body->len && body->data[body->len - 1] == '{' ? "" : ",", DUST_EXACT_COLUMN,
                   f->nonce, tail);
    }
    buf_append_text(body, "]}");
}

static const char *rows_path(struct fence *f, bool of_row) {
    buf_reset(&f->path);
    buf_printf(&f->path, "/tables/%s/rows", f->table_id);
    if (of_row) {
        buf_append_char(&f->path, '/');
        url_escape_append(&f->path, f->row_id);
    }
    return buf_cstr(&f->path);
}

static bool post_row(struct fence *f, struct status *status) {
    struct api_call call;
    dust_call_init(f->api, &call, HTTP_POST, "dust-upsert-rows", f->table_id, rows_path(f, false));
    call.request.body = buf_slice(&f->body);
    f->post_again_at_ms = now_ms(f) + POST_AGAIN_MS;
    f->look_after_ms = FIRST_LOOK_MS;
    return dust_perform(f->api, &call, NULL, status);
}

static bool holds(struct slice text, const char *word) {
    return text.len > 0 && memmem(text.data, text.len, word, strlen(word)) != NULL;
}

/* A 500 can mean that the row is not there yet: reading a missing one answers so
 * (contracts/dust.md, 1.6). */
static void judge_look(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct fence *f = context;
    f->seen = response->status == 200 && holds(buf_slice(&response->body), f->nonce);
    if (f->seen) {
        return;
    }
    if (response->status != 200 && response->status != 500) {
        dust_judge(f->api, response, verdict);
        return;
    }
    bool looks_again = now_ms(f) < f->post_again_at_ms;
    verdict->kind = looks_again ? VERDICT_THROTTLED : VERDICT_DELIVERED;
    verdict->waiting = true;
    verdict->after_ms = f->look_after_ms;
    f->look_after_ms =
        f->look_after_ms * 2 < LONGEST_LOOK_MS ? f->look_after_ms * 2 : LONGEST_LOOK_MS;
    snprintf(verdict->scope, sizeof verdict->scope, "fence of %s", f->nonce);
    status_fail(&verdict->status, STATUS_UNAVAILABLE,
                "Dust accepted the rows of table %s but has not merged them yet; they are queued "
                "there, and sending them again does no harm",
                f->table_id);
}

/* True when it was seen, or must be posted again (f->seen tells). */
static bool look(struct fence *f, struct status *status) {
    struct api_call call;
    dust_call_init(f->api, &call, HTTP_GET, "dust-get-row", f->table_id, rows_path(f, true));
    call.judge = judge_look;
    call.context = f;
    return dust_perform(f->api, &call, NULL, status);
}

static bool remove_row(struct fence *f, struct status *status) {
    struct api_call call;
    dust_call_init(f->api, &call, HTTP_DELETE, "dust-delete-row", f->table_id, rows_path(f, true));
    return dust_perform(f->api, &call, NULL, status);
}

bool dust_fence(struct dust_api *api, const char *table_id, const struct dust_fence_row *row,
                struct status *status) {
    struct fence f = {
        .api = api,
        .table_id = table_id,
        .row_id = row ? row->id : slice_of(DUST_FENCE_ROW_ID),
    };
    int64_t started_ms = now_ms(&f);
    random_uuid(api->d->shared->random, f.nonce);
    buf_init(&f.path, MAX_PATH_BYTES);
    buf_init(&f.body, MAX_BODY_BYTES);
    build_body(&f, row);
    bool ok = !f.body.failed || status_no_memory(status, "waiting for Dust to merge rows");
    for (unsigned posts = 1; ok && !f.seen; posts++) {
        ok = post_row(&f, status) && look(&f, status);
        if (ok && !f.seen) {
            log_event(api->d->log, LOG_INFO, "merge_awaited", "posts=%u s=%lld", posts,
                      (long long)((now_ms(&f) - started_ms) / 1000));
        }
    }
    ok = ok && (row || remove_row(&f, status));
    buf_clean_up(&f.body);
    buf_clean_up(&f.path);
    return ok;
}
