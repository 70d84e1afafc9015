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

/* Without values of its own; the nonce is put into it as into any other. */
static const struct dust_fence_row our_row = {
    SLICE_LITERAL(DUST_FENCE_ROW_ID),
    SLICE_LITERAL("{\"row_id\":\"" DUST_FENCE_ROW_ID "\",\"value\":{}}"), false};

static int64_t now_ms(const struct dust_fence *f) {
    return clock_monotonic_ms(f->api->d->shared->clock);
}

/* {"rows":[row]} with the nonce put into the row's last member. */
static void append_body(const struct dust_fence *f, struct buf *body) {
    const struct dust_fence_row *row = &f->row;
    buf_append_text(body, "{\"rows\":[");
    if (row->has_exact) { /* …,"_fivetran_exact":"{\"a\":\"1\"}"}} */
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

static void call_init(struct dust_fence *f, struct api_call *call, enum http_method method,
                      const char *what, bool of_row) {
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    buf_printf(&path, "/tables/%s/rows", f->table_id);
    if (of_row) {
        buf_append_char(&path, '/');
        url_escape_append(&path, f->row.id);
    }
    dust_call_init(f->api, call, method, what, f->table_id, buf_cstr(&path));
    buf_clean_up(&path);
}

static bool post_row(struct dust_fence *f, struct status *status) {
    struct api_call call;
    struct buf body;
    buf_init(&body, MAX_BODY_BYTES);
    append_body(f, &body);
    call_init(f, &call, HTTP_POST, "dust-upsert-rows", false);
    call.request.body = buf_slice(&body);
    f->n_posts++;
    f->post_again_at_ms = now_ms(f) + POST_AGAIN_MS;
    f->look_after_ms = FIRST_LOOK_MS;
    bool ok = body.failed ? status_no_memory(status, "waiting for Dust to merge rows")
                          : dust_perform(f->api, &call, NULL, status);
    buf_clean_up(&body);
    return ok;
}

static bool holds(struct slice text, const char *word) {
    return text.len > 0 && memmem(text.data, text.len, word, strlen(word)) != NULL;
}

/* A 500 can mean that the row is not there yet: reading a missing one answers so
 * (contracts/dust.md, 1.6). */
static void judge_look(void *context, const struct http_response *response,
                       struct verdict *verdict) {
    struct dust_fence *f = context;
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
static bool look(struct dust_fence *f, struct status *status) {
    struct api_call call;
    call_init(f, &call, HTTP_GET, "dust-get-row", true);
    call.judge = judge_look;
    call.context = f;
    return dust_perform(f->api, &call, NULL, status);
}

static bool remove_row(struct dust_fence *f, struct status *status) {
    struct api_call call;
    call_init(f, &call, HTTP_DELETE, "dust-delete-row", true);
    return dust_perform(f->api, &call, NULL, status);
}

bool dust_fence_post(struct dust_fence *f, struct dust_api *api, const char *table_id,
                     const struct dust_fence_row *row, struct status *status) {
    *f = (struct dust_fence){
        .api = api, .table_id = table_id, .row = row ? *row : our_row, .row_is_ours = !row};
    f->started_ms = now_ms(f);
    random_uuid(api->d->shared->random, f->nonce);
    return post_row(f, status);
}

bool dust_fence_wait(struct dust_fence *f, struct status *status) {
    bool ok = look(f, status);
    while (ok && !f->seen) {
        log_event(f->api->d->log, LOG_INFO, "merge_awaited", "posts=%u s=%lld", f->n_posts,
                  (long long)((now_ms(f) - f->started_ms) / 1000));
        ok = post_row(f, status) && look(f, status);
    }
    return ok && (!f->row_is_ours || remove_row(f, status));
}

bool dust_fence(struct dust_api *api, const char *table_id, const struct dust_fence_row *row,
                struct status *status) {
    struct dust_fence fence;
    return dust_fence_post(&fence, api, table_id, row, status) && dust_fence_wait(&fence, status);
}
