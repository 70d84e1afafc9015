#include "destinations/biggeo/biggeo_final.h"

#include "destinations/biggeo/biggeo_api.h"
#include "destinations/biggeo/biggeo_read.h"
#include "destinations/biggeo/biggeo_state.h"
#include "destinations/biggeo/catalogue.h"
#include "destinations/table_name.h"
#include "json/json_writer.h"

enum {
    MAX_NAME_BYTES = 64 * 1024,
    MAX_BODY_BYTES = 2 * MAX_NAME_BYTES,
    PATIENCE_MS = 30000,         /* how long an export may lag */
    LOOK_BUDGET_MS = 60000,      /* a look at a large table must not hold up the sync */
    FIND_BUDGET_MS = 20 * 60000, /* but losing records is worse than waiting */
};

static bool refuse_replaced(const struct table *table, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "BigGeo replaced the rows of table %s%s%s instead of adding to them, when "
                       "a second delivery to it was finished. Nothing more is sent to this table, "
                       "so that no more rows are lost. Please ask BigGeo's support whether "
                       "repeated syncs append, then sync this table again from the start.",
                       TABLE_ARGS(table));
}

bool biggeo_final_init(struct biggeo_final *f, struct destination *d, const struct table *table,
                       struct status *status) {
    *f = (struct biggeo_final){0};
    buf_init(&f->name, MAX_NAME_BYTES);
    buf_init(&f->scope, MAX_NAME_BYTES);
    table_name_append(&f->name, slice_of(table->schema), slice_of(table->name));
    biggeo_scope_append(&f->scope, d->settings);
    buf_append_char(&f->scope, '#');
    buf_append_slice(&f->scope, buf_slice(&f->name));
    if (f->name.failed || f->scope.failed) {
        return status_no_memory(status, "naming a BigGeo table");
    }
    if (biggeo_state_finals(d->shared->biggeo, buf_slice(&f->scope)) == BIGGEO_FINALS_REPLACE) {
        return refuse_replaced(table, status);
    }
    return true;
}

void biggeo_final_clean_up(struct biggeo_final *f) {
    buf_clean_up(&f->name);
    buf_clean_up(&f->scope);
}

void biggeo_final_opening(const struct biggeo_final *f, bool is_final, struct buf *out) {
    buf_printf(out, "{\"sync_id\":\"%s\",\"table_name\":", f->sync_id);
    json_write_string(out, buf_slice(&f->name));
    buf_printf(out, ",\"is_final\":%s,\"chunks\":[", is_final ? "true" : "false");
}

struct json_value *biggeo_final_judge_answer(const struct http_response *response,
                                             struct verdict *verdict) {
    if (response->outcome != HTTP_ANSWERED) {
        return NULL;
    }
    struct status ignored = STATUS_INIT;
    struct json_value *answer = json_parse(buf_slice(&response->body), &ignored);
    bool success = false;
    bool says = json_bool(json_get(answer, "success"), &success);
    if (verdict->kind != VERDICT_DELIVERED) {
        biggeo_add_message(verdict, answer);
    } else if (!says) {
        verdict->kind = VERDICT_UNKNOWN;
        status_fail(&verdict->status, STATUS_UNAVAILABLE,
                    "BigGeo answered post-data-source with HTTP %d, but not with the JSON that "
                    "says whether it succeeded",
                    response->status);
    } else if (!success) {
        verdict->kind = VERDICT_REJECTED;
        status_fail(&verdict->status, STATUS_TASK, "BigGeo refused the records (success: false)");
        biggeo_add_message(verdict, answer);
    }
    return answer;
}

static void judge_final(void *context, const struct http_response *response,
                        struct verdict *verdict) {
    (void)context;
    json_destroy(biggeo_final_judge_answer(response, verdict));
}

/* Posts the final once (repeatable: until it is answered). */
static enum verdict_kind post_final(const struct biggeo_final *f, struct destination *d,
                                    bool repeatable, struct status *status) {
    struct buf url;
    struct buf body;
    struct api_call call;
    struct verdict verdict = {0};
    buf_init(&url, MAX_NAME_BYTES);
    buf_init(&body, MAX_BODY_BYTES);
    biggeo_final_opening(f, true, &body);
    buf_append_text(&body, "]}");
    biggeo_call_init(&call, &url, d->settings, HTTP_POST, "post-data-source final",
                     "/data-sources/v1/post-data-source");
    call.request.body = buf_slice(&body);
    call.repeatable = repeatable;
    call.judge = judge_final;
    api_perform(d->api, &call, NULL, &verdict);
    *status = verdict.status;
    buf_clean_up(&url);
    buf_clean_up(&body);
    return verdict.kind;
}

/* The final's outcome stayed unknown: are the session's rows there? */
static bool find_rows(const struct biggeo_final *f, struct destination *d,
                      const struct table *table, struct status *status) {
    if (f->first_op_at == 0) {
        const struct status refusal = *status;
        return status_fail(status, STATUS_UNAVAILABLE,
                           "table %s%s%s: the final post of this batch got no answer, was sent "
                           "again and then refused; it may or may not have been stored, and must "
                           "be delivered again. (%s)",
                           TABLE_ARGS(table), refusal.message);
    }
    const struct biggeo_look look = {.first_op_at = f->first_op_at,
                                     .last_op_at = f->last_op_at,
                                     .patience_ms = PATIENCE_MS,
                                     .budget_ms = FIND_BUDGET_MS};
    struct biggeo_seen seen;
    struct status final_status = *status;
    bool read = biggeo_read_back(d, buf_slice(&f->name), &look, &seen, status);
    log_event(d->log, LOG_WARNING, "final_read_back", "found=%s complete=%s",
              seen.last ? "true" : "false", seen.complete ? "true" : "false");
    if (seen.last) {
        return true;
    }
    if (!read && (status->code == STATUS_CANCELLED || status->code == STATUS_DEADLINE)) {
        return false;
    }
    return status_fail(status, STATUS_UNAVAILABLE,
                       "table %s%s%s: the final post of this batch got no answer, was sent again "
                       "and then refused, and its rows cannot be found at BigGeo; it may or may "
                       "not have been stored. The batch will be delivered again. (%s)",
                       TABLE_ARGS(table), final_status.message);
}

static bool send_final(const struct biggeo_final *f, struct destination *d,
                       const struct table *table, struct status *status) {
    enum verdict_kind kind = post_final(f, d, false, status);
    bool may_be_stored = kind == VERDICT_UNKNOWN || kind == VERDICT_CANCELLED;
    if (kind == VERDICT_UNKNOWN) {
        kind = post_final(f, d, true, status);
        if (kind == VERDICT_REJECTED || kind == VERDICT_UNKNOWN) {
            return find_rows(f, d, table, status);
        }
    }
    if (kind == VERDICT_DELIVERED) {
        return true;
    }
    return status_context(
        status, "table %s%s%s: the final post was not acknowledged, so %s", TABLE_ARGS(table),
        may_be_stored ? "this batch may or may not have been kept" : "none of this batch was kept");
}

static void warn_unclear(const struct table *table, struct notice *notice) {
    notice_add(notice,
               "It could not be confirmed that BigGeo added the rows of table %s%s%s to those of "
               "earlier deliveries; please check its row count.",
               TABLE_ARGS(table));
}

/* Rows without `_fivetran_op_at` can only be counted. n_first: of the first session. */
static enum biggeo_finals compare_counts(const struct biggeo_final *f, uint64_t n_first,
                                         const struct biggeo_seen *seen) {
    if (seen->n_rows >= n_first + f->n_rows) {
        return BIGGEO_FINALS_APPEND;
    }
    /* As many rows as the new session has, and not as many as the first one had: no other rows. */
    return seen->complete && seen->n_rows == f->n_rows && f->n_rows != n_first
               ? BIGGEO_FINALS_REPLACE
               : BIGGEO_FINALS_UNCLEAR;
}

static enum biggeo_finals compare_rows(const struct biggeo_seen *seen, bool read) {
    if (seen->last && seen->older) {
        return BIGGEO_FINALS_APPEND;
    }
    return read && seen->complete && seen->last ? BIGGEO_FINALS_REPLACE : BIGGEO_FINALS_UNCLEAR;
}

/* A second final: did it append? Asked once per table and process, since looking takes long. The
 * two sessions may have been written at the same time, so that no row of the first is older than
 * this one's: therefore a row of it is known. */
static bool check_appends(const struct biggeo_final *f, struct destination *d,
                          const struct table *table, struct notice *notice, struct status *status) {
    int64_t first = biggeo_state_first_row(d->shared->biggeo, buf_slice(&f->scope));
    bool by_count = f->first_op_at == 0;
    const struct biggeo_look look = {.first_op_at = f->first_op_at,
                                     .last_op_at = f->last_op_at,
                                     .earlier_row = by_count ? 0 : first,
                                     .want_rows = by_count ? (uint64_t)first + f->n_rows : 0,
                                     .want_older = true,
                                     .patience_ms = PATIENCE_MS,
                                     .budget_ms = LOOK_BUDGET_MS};
    struct biggeo_seen seen;
    struct status ignored = STATUS_INIT;
    bool read = biggeo_read_back(d, buf_slice(&f->name), &look, &seen, &ignored);
    enum biggeo_finals finals =
        by_count ? compare_counts(f, (uint64_t)first, &seen) : compare_rows(&seen, read);
    biggeo_state_set_finals(d->shared->biggeo, buf_slice(&f->scope), finals);
    log_event(d->log, finals == BIGGEO_FINALS_APPEND ? LOG_INFO : LOG_WARNING,
              "second_final_read_back", "new_rows=%s older_rows=%s complete=%s",
              seen.last ? "true" : "false", seen.older ? "true" : "false",
              seen.complete ? "true" : "false");
    if (finals == BIGGEO_FINALS_REPLACE) {
        return refuse_replaced(table, status);
    }
    if (finals == BIGGEO_FINALS_UNCLEAR) {
        warn_unclear(table, notice);
    }
    return true;
}

bool biggeo_final_run(struct biggeo_final *f, struct destination *d, const struct table *table,
                      struct notice *notice, struct status *status) {
    if (!send_final(f, d, table, status)) {
        return false;
    }
    struct buf account;
    buf_init(&account, MAX_NAME_BYTES);
    biggeo_scope_append(&account, d->settings);
    catalogue_mark_written(d->shared->catalogue, buf_slice(&account), slice_of(table->schema),
                           slice_of(table->name));
    buf_clean_up(&account);
    struct slice scope = buf_slice(&f->scope);
    /* Remembered of the first: a row, or without op_at how many rows. */
    int64_t first = f->first_op_at ? f->last_op_at : (int64_t)f->n_rows;
    if (biggeo_state_first_final(d->shared->biggeo, scope, first)) {
        return true;
    }
    if (biggeo_state_finals(d->shared->biggeo, scope) == BIGGEO_FINALS_ONE) {
        return check_appends(f, d, table, notice, status);
    }
    return true;
}
