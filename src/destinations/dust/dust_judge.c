#include "destinations/dust/dust_judge.h"

#include "http/http_verdict.h"

/* What an answer means beyond http_verdict (contracts/dust.md, 6). The first line that holds its
 * status and type wins. */
struct meaning {
    int status;
    enum verdict_kind kind;
    const char *type; /* NULL: any, or none; "": not an error of Dust's */
    const char *text;
};

static const char NO_KEY[] =
    "this is not an API key of a workspace, which begin with sk-; check \"API key\"";

static const struct meaning meanings[] = {
    {401, VERDICT_FATAL, "malformed_authorization_header_error", NO_KEY},
    {401, VERDICT_FATAL, "workspace_auth_error",
     "the API key belongs to another workspace; check \"Workspace ID\" and \"API key\""},
    {401, VERDICT_FATAL, "invalid_oauth_token_error", NO_KEY},
    {401, VERDICT_FATAL, "expired_oauth_token_error", NO_KEY},
    {401, VERDICT_FATAL, "user_not_found", NO_KEY},
    {401, VERDICT_FATAL, NULL,
     "the API key is unknown or disabled, or belongs to Dust's other region; check \"API key\", "
     "and \"Dust URL\": https://dust.tt, or https://eu.dust.tt for a workspace in Europe"},
    {403, VERDICT_FATAL, "workspace_can_use_product_required_error",
     "the plan of this workspace has no access to Dust's API; change the plan"},
    {403, VERDICT_FATAL, "data_source_auth_error",
     "the API key may not write to this data source, or a Dust connection manages it; give the "
     "key the right to write in the space, or choose a folder in \"Data source ID\""},
    {403, VERDICT_REJECTED, "data_source_quota_error",
     "more than the plan of this workspace allows; change the plan, or leave it out of the sync"},
    {403, VERDICT_FATAL, "workspace_quota_error",
     "the workspace is full; remove data at Dust, or change the plan"},
    {404, VERDICT_FATAL, "workspace_not_found",
     "there is no such workspace in this region; check \"Workspace ID\" and \"Dust URL\""},
    {404, VERDICT_FATAL, "space_not_found",
     "the workspace has no such space, or the API key may not see it; check \"Space ID\""},
    {404, VERDICT_FATAL, "data_source_not_found",
     "the space has no such data source, or the API key may not read it; check \"Data source ID\" "
     "and \"Space ID\", and the rights of the key"},
    {404, VERDICT_REJECTED, "table_not_found", "there is no such table"},
    {404, VERDICT_FATAL, "", "the server knows no such address; check \"Dust URL\""},
};

static void keep_text(char text[DUST_ERROR_TYPE_BYTES], const struct json_value *value) {
    struct slice found = slice_of("");
    json_text(value, &found);
    snprintf(text, DUST_ERROR_TYPE_BYTES, "%.*s", SLICE_ARG(found));
}

/* Keeps what kind of error it is; no type: it is not an error of Dust's. */
static void read_error(struct dust_api *api, const struct json_value *answer) {
    const struct json_value *error = json_get(answer, "error");
    keep_text(api->error_type, json_get(error, "type"));
    keep_text(api->error_code, json_get(json_get(error, "data_source_error"), "code"));
}

/* Puts Dust's own sentence behind the verdict's text. */
static void add_sentence(struct verdict *verdict, const struct json_value *answer) {
    struct slice sentence;
    if (json_text(json_get(json_get(answer, "error"), "message"), &sentence) && sentence.len > 0) {
        verdict_add_detail(verdict, sentence);
    }
}

static void give_meaning(const struct dust_api *api, struct verdict *verdict) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        const struct meaning *m = &meanings[i];
        if (m->status == api->status && (!m->type || strcmp(m->type, api->error_type) == 0)) {
            verdict->kind = m->kind;
            status_fail(&verdict->status, STATUS_TASK, "%s: HTTP %d: %s", api->what, api->status,
                        m->text);
            return;
        }
    }
}

/* A fault of Dust's, or something that it will never take: it answers both like this. */
static void judge_500(struct dust_api *api, struct verdict *verdict) {
    api->faults++;
    if (api->faults >= DUST_MAX_FAULTS) {
        verdict->kind = VERDICT_REJECTED;
        status_fail(&verdict->status, STATUS_UNAVAILABLE,
                    "%s: HTTP 500, %u times: Dust failed, and does not say why", api->what,
                    api->faults);
    }
}

/* The limits that Dust enforces say nothing of how long: contracts/dust.md, 5. */
static void judge_429(const struct dust_api *api, struct verdict *verdict) {
    if (verdict->after_ms < 0) {
        verdict->after_ms = api->of_table ? DUST_PENDING_WAIT_MS : DUST_WORKSPACE_WAIT_MS;
    }
}

/* After a 404 that is not Dust's: the other spelling, once. The URL that the call points at lies in
 * our buffer, so the next try takes it. */
static bool respell(struct dust_api *api, struct verdict *verdict) {
    if (api->route_sign_at == 0 || api->respelled || api->url.failed) {
        return false;
    }
    char *sign = &api->url.data[api->route_sign_at];
    *sign = *sign == '_' ? '-' : '_';
    api->respelled = true;
    verdict->kind = VERDICT_RETRY;
    verdict->after_ms = 0;
    status_fail(&verdict->status, STATUS_UNAVAILABLE,
                "%s: HTTP 404: not under this address; trying its other spelling", api->what);
    return true;
}

static void remember_spelling(const struct dust_api *api) {
    if (api->route_sign_at > 0 && !api->url.failed) {
        atomic_store(&api->d->shared->dust.hyphenated, api->url.data[api->route_sign_at] == '-');
    }
}

static bool is_absent(const struct dust_api *api) {
    return api->may_miss && (dust_error_is(api, "table_not_found") ||
                             dust_error_is(api, "data_source_document_not_found"));
}

static void judge_error(struct dust_api *api, const struct http_response *response,
                        struct verdict *verdict) {
    struct status ignored = STATUS_INIT;
    struct json_value *answer = json_parse(buf_slice(&response->body), &ignored);
    read_error(api, answer);
    bool is_dusts = api->error_type[0] != '\0';
    if (is_dusts) {
        remember_spelling(api);
    }
    if (api->status == 500) {
        judge_500(api, verdict);
    } else if (api->status == 429) {
        judge_429(api, verdict);
    } else if (api->status != 404 || is_dusts || !respell(api, verdict)) {
        give_meaning(api, verdict);
        verdict->absent = is_absent(api);
    }
    add_sentence(verdict, answer);
    json_destroy(answer);
}

/* A success answers an object, or nothing (contracts/dust.md, 2): a web page is some other
 * server's. */
static void judge_success(struct dust_api *api, const struct http_response *response,
                          struct verdict *verdict) {
    struct slice body = buf_slice(&response->body);
    if (body.len == 0 || body.data[0] == '{') {
        remember_spelling(api);
        return;
    }
    verdict->kind = VERDICT_UNKNOWN;
    status_fail(&verdict->status, STATUS_UNAVAILABLE,
                "%s: HTTP %d, but the server does not answer as Dust does; is \"Dust URL\" right?",
                api->what, api->status);
}

void dust_judge(void *context, const struct http_response *response, struct verdict *verdict) {
    struct dust_api *api = context;
    if (response->outcome != HTTP_ANSWERED) {
        return;
    }
    api->status = response->status;
    api->error_type[0] = api->error_code[0] = '\0';
    if (verdict->kind == VERDICT_DELIVERED) {
        judge_success(api, response, verdict);
    } else {
        judge_error(api, response, verdict);
    }
}
