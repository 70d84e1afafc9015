#include "destinations/dust/dust_test.h"

#include "destinations/dust/dust_judge.h"

enum { MAX_PATH_BYTES = SETTING_TEXT_MAX_BYTES + 100 };

/* What is posted to be refused: a mime type for tables and parents for documents are for Dust's own
 * connections, and the rights are looked at before (contracts/dust.md, 2, 4.1 and 7). Should a
 * probe be taken all the same, then under an id that is nobody's, and it is removed. */
#define PROBE "bigdust_probe"

struct probe {
    const char *post_path;
    const char *body;
    const char *refusal; /* stands in the sentence of the refusal that is looked for */
    const char *delete_path;
};

static const struct probe probes[] = {
    [DATA_FORMAT_TABLES] = {.post_path = "/tables",
                            .body =
                                "{\"table_id\":\"" PROBE "\",\"name\":\"" PROBE
                                "\",\"title\":\"" PROBE
                                "\",\"description\":\"\",\"mime_type\":\"text/plain\",\"tags\":[]}",
                            .refusal = "mimeType",
                            .delete_path = "/tables/" PROBE},
    [DATA_FORMAT_DOCUMENTS] = {.post_path = "/documents/" PROBE,
                               .body = "{\"text\":\"x\",\"parents\":[\"" PROBE "\"]}",
                               .refusal = "hierarchy",
                               .delete_path = "/documents/" PROBE},
};

static bool is_named(const struct json_value *data_source, const char *id) {
    struct slice text;
    return (json_text(json_get(data_source, "sId"), &text) && slice_equal_text(text, id)) ||
           (json_text(json_get(data_source, "name"), &text) && slice_equal_text(text, id));
}

/* A data source with a connector is not ours to write to. One that is not listed is left to the
 * probe, which Dust itself judges. */
static bool check_listed(const struct settings *settings, const struct json_value *list,
                         struct status *status) {
    for (size_t i = 0; i < json_array_count(list); i++) {
        const struct json_value *data_source = json_array_at(list, i);
        if (is_named(data_source, settings->data_source_id) &&
            json_get(data_source, "connectorId")) {
            return status_fail(status, STATUS_TASK,
                               "A Dust connection manages the data source %s, so nothing else can "
                               "be written to it. Make a folder in the space, and put its ID into "
                               "\"Data source ID\".",
                               settings->data_source_id);
        }
    }
    return true;
}

/* Key, region, workspace and space; and what the data source is. */
static bool check_space(struct dust_api *api, struct status *status) {
    const struct settings *settings = api->d->settings;
    struct buf path;
    struct api_call call;
    buf_init(&path, MAX_PATH_BYTES);
    buf_printf(&path, "/spaces/%s/data_sources", settings->space_id);
    dust_call_init_workspace(api, &call, HTTP_GET, "get-data-sources", buf_cstr(&path));
    struct json_value *answer = dust_perform_json(api, &call, status);
    const struct json_value *list = json_get(answer, "data_sources");
    bool ok = answer && check_listed(settings, list, status);
    if (answer && !list) {
        ok = status_fail(status, STATUS_TASK,
                         "The server answers, but not as Dust does: is \"Dust URL\" right?");
    }
    json_destroy(answer);
    buf_clean_up(&path);
    return ok;
}

/* A refusal for what the probe says, not for who says it, is what is hoped for. So is the limit of
 * documents a minute, which comes after the rights. */
static void judge_probe(void *context, const struct http_response *response,
                        struct verdict *verdict) {
    struct dust_api *api = context;
    dust_judge(api, response, verdict);
    const struct probe *probe = &probes[api->d->settings->data_format];
    bool of_documents = api->d->settings->data_format == DATA_FORMAT_DOCUMENTS;
    if (api->status == 400 && dust_error_is(api, "invalid_request_error")) {
        if (!strstr(verdict->status.message, probe->refusal)) {
            /* Some other refusal may come before the rights are looked at. */
            log_event(api->d->log, LOG_WARNING, "write_right_not_proven", "status=400");
        }
        verdict->kind = VERDICT_DELIVERED;
    } else if (api->status == 429 && of_documents) {
        verdict->kind = VERDICT_DELIVERED;
    }
}

static bool check_write(struct dust_api *api, struct status *status) {
    const struct probe *probe = &probes[api->d->settings->data_format];
    struct api_call call;
    dust_call_init(api, &call, HTTP_POST, "probe-write", NULL, probe->post_path);
    call.request.body = slice_of(probe->body);
    call.judge = judge_probe;
    bool ok = dust_perform(api, &call, NULL, status);
    if (ok && api->status >= 200 && api->status <= 299) {
        struct status ignored = STATUS_INIT;
        log_event(api->d->log, LOG_WARNING, "probe_was_taken", "status=%d", api->status);
        dust_call_init(api, &call, HTTP_DELETE, "delete-probe", NULL, probe->delete_path);
        dust_perform(api, &call, NULL, &ignored);
    }
    return ok;
}

bool dust_test(struct destination *d, const char *name, struct status *status) {
    if (strcmp(name, "connection") != 0) {
        return status_fail(status, STATUS_TASK,
                           "There is no test of this name. Please report this to the maintainers "
                           "of bigdust.");
    }
    struct dust_api api;
    dust_api_init(&api, d);
    bool ok = check_space(&api, status) && check_write(&api, status);
    dust_api_clean_up(&api);
    return ok;
}
