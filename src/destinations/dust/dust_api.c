#include "destinations/dust/dust_api.h"

#include "destinations/dust/dust_judge.h"
#include "destinations/table_name.h"

enum {
    MAX_URL_BYTES = 1024 * 1024, /* an id never falls out of it */
    MAX_KEY_BYTES = SETTING_TEXT_MAX_BYTES + 16,
    MAX_SCOPE_BYTES = 64,
    TIMEOUT_MS = 300000, /* large texts and merges take minutes: contracts/dust.md, 4.1 */
};

static const char ROUTE[] = "data_sources";
static const char HYPHENATED_ROUTE[] = "data-sources";
enum { ROUTE_SIGN_AT = 4 }; /* where the two differ */

void dust_api_init(struct dust_api *api, struct destination *d) {
    *api = (struct dust_api){.d = d, .what = ""};
    buf_init(&api->url, MAX_URL_BYTES);
    buf_init(&api->scope, MAX_SCOPE_BYTES);
    buf_init(&api->authorization, MAX_KEY_BYTES);
    buf_reserve(&api->authorization, MAX_KEY_BYTES);
    buf_append_text(&api->authorization, "Bearer ");
    buf_append_text(&api->authorization, d->settings->api_key);
}

void dust_api_clean_up(struct dust_api *api) {
    buf_clean_up(&api->url);
    buf_clean_up(&api->scope);
    buf_wipe(&api->authorization);
}

/* --- describing a call --- */

/* The table, or the workspace, as a text of any names' length that tells no secret. */
static void set_scope(struct dust_api *api, const char *table_id) {
    const struct settings *settings = api->d->settings;
    const struct slice parts[] = {slice_of(settings->base_url), slice_of(settings->workspace_id),
                                  slice_of(settings->data_source_id), slice_of(table_id)};
    buf_reset(&api->scope);
    buf_append_text(&api->scope, table_id ? "dust table " : "dust workspace ");
    sha256_hex_append(&api->scope, parts, table_id ? 4 : 2, 16);
}

static void fill_call(struct dust_api *api, struct api_call *call, enum http_method method,
                      const char *what) {
    api->what = what;
    api->faults = 0;
    api->respelled = false;
    api->may_miss = method == HTTP_GET || method == HTTP_DELETE;
    api->status = 0;
    api->error_type[0] = api->error_code[0] = '\0';
    *call = (struct api_call){
        .request =
            {
                .method = method,
                .url = buf_cstr(&api->url),
                .headers = {{"Content-Type", "application/json"},
                            {"Authorization", buf_cstr(&api->authorization)}},
                .n_headers = 2,
                .total_timeout_ms = TIMEOUT_MS,
                .max_response_bytes = DUST_MAX_ANSWER_BYTES,
            },
        .what = what,
        .repeatable = true,
        .judge = dust_judge,
        .context = api,
        .scope = buf_cstr(&api->scope),
    };
}

static void start_url(struct dust_api *api) {
    buf_reset(&api->url);
    buf_append_text(&api->url, api->d->settings->base_url);
    buf_append_text(&api->url, "/api/v1/w/");
    buf_append_text(&api->url, api->d->settings->workspace_id);
}

void dust_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                    const char *what, const char *table_id, const char *path) {
    static const char documents[] = "/documents";
    bool of_documents = strncmp(path, documents, sizeof documents - 1) == 0;
    bool hyphenated = of_documents && atomic_load(&api->d->shared->dust.hyphenated);
    start_url(api);
    buf_printf(&api->url, "/spaces/%s/", api->d->settings->space_id);
    api->route_sign_at = of_documents ? api->url.len + ROUTE_SIGN_AT : 0;
    buf_append_text(&api->url, hyphenated ? HYPHENATED_ROUTE : ROUTE);
    buf_printf(&api->url, "/%s%s", api->d->settings->data_source_id, path);
    set_scope(api, table_id);
    api->of_table = table_id != NULL;
    fill_call(api, call, method, what);
}

void dust_call_init_workspace(struct dust_api *api, struct api_call *call, enum http_method method,
                              const char *what, const char *path) {
    start_url(api);
    buf_append_text(&api->url, path);
    set_scope(api, NULL);
    api->of_table = false;
    api->route_sign_at = 0;
    fill_call(api, call, method, what);
}

/* --- performing --- */

bool dust_perform(struct dust_api *api, const struct api_call *call, struct http_response *response,
                  struct status *status) {
    struct verdict verdict = {0};
    if (api->url.failed || api->authorization.failed || api->scope.failed) {
        return status_no_memory(status, "describing a request to Dust");
    }
    struct http_response own;
    http_response_init(&own);
    struct http_response *last = response ? response : &own;
    bool ok = api_perform(api->d->api, call, last, &verdict);
    if (!ok && verdict.kind == VERDICT_RETRY && api->respelled && api->status == 404) {
        ok = api_perform(api->d->api, call, last, &verdict); /* that was the only try allowed */
    }
    if (last->outcome != HTTP_ANSWERED) {
        api->status = 0;
        api->error_type[0] = api->error_code[0] = '\0';
    }
    if (!ok) {
        *status = verdict.status;
    }
    http_response_clean_up(&own);
    return ok;
}

bool dust_error_is(const struct dust_api *api, const char *type) {
    return strcmp(api->error_type, type) == 0 || strcmp(api->error_code, type) == 0;
}

struct json_value *dust_perform_json(struct dust_api *api, const struct api_call *call,
                                     struct status *status) {
    struct http_response response;
    struct json_value *answer = NULL;
    http_response_init(&response);
    if (dust_perform(api, call, &response, status)) {
        answer = json_parse(buf_slice(&response.body), status);
        if (!answer) {
            status_fail(status, STATUS_UNAVAILABLE,
                        "%s: Dust answered with something that is not JSON", api->what);
        }
    }
    http_response_clean_up(&response);
    return answer;
}

struct json_value *dust_get_json(struct dust_api *api, const char *what, const char *table_id,
                                 const char *path, struct status *status) {
    struct api_call call;
    dust_call_init(api, &call, HTTP_GET, what, table_id, path);
    return dust_perform_json(api, &call, status);
}
