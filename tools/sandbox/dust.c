/* Dust's HTTP API (contract "The Dust side"): which call a request is. */
#include "sandbox/dust_api.h"
#include "sandbox/dust_fields.h"
#include "sandbox/scan.h"

#include <stdlib.h>
#include <strings.h>

#define DUST "/api/v1/w/"

static void dust_list_spaces(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    const char *const ids[] = {request->config.space, request->config.other_space};
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"spaces\":[");
    for (size_t i = 0; i < 2; i++) {
        buf_append_text(json, i ? ",{\"sId\":" : "{\"sId\":");
        scan_quote(json, slice_of(ids[i]));
        buf_append_text(json, ",\"name\":");
        scan_quote(json, slice_of(ids[i]));
        buf_append_text(json, ",\"kind\":\"regular\",\"isRestricted\":false,\"groupIds\":[],"
                              "\"createdAt\":1700000000000,\"updatedAt\":1700000000000}");
    }
    buf_append_text(json, "]}");
}

static void dust_show_source(const char *id, const char *name, bool managed, struct buf *json) {
    buf_append_text(json, "{\"sId\":");
    scan_quote(json, slice_of(id));
    buf_append_text(json, ",\"name\":");
    scan_quote(json, slice_of(name));
    buf_printf(json,
               ",\"connectorId\":%s,\"connectorProvider\":%s,\"createdAt\":1700000000000,"
               "\"description\":null,\"assistantDefaultSelected\":false,\"editedByUser\":null,"
               "\"dustAPIProjectId\":\"1\",\"dustAPIDataSourceId\":\"1\"}",
               managed ? "\"17\"" : "null", managed ? "\"notion\"" : "null");
}

static void dust_list_sources(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    const struct dust_config *config = &request->config;
    if (strcmp(request->space, config->space) == 0) {
        answer_start(&request->ex->answer, 200);
        buf_append_text(json, "{\"data_sources\":[");
        dust_show_source(config->data_source, config->data_source_name, false, json);
        buf_append_char(json, ',');
        dust_show_source(config->managed, config->managed, true, json);
    } else if (strcmp(request->space, config->other_space) == 0) {
        answer_start(&request->ex->answer, 200);
        buf_append_text(json, "{\"data_sources\":[");
        dust_show_source(config->other, config->other, false, json);
    } else {
        dust_error(request, 404, "space_not_found", "The space you requested was not found.");
        return;
    }
    buf_append_text(json, "]}");
}

#define SOURCE "spaces/*/data_sources/*"

/* With the option `hyphens` documents are served under `data-sources` instead. */
static const struct dust_route dust_routes[] = {
    {"GET", "spaces", "dust-list-spaces", dust_list_spaces},
    {"GET", "spaces/*/data_sources", "dust-list-data-sources", dust_list_sources},
    {"GET", SOURCE "/tables", "dust-list-tables", dust_list_tables},
    {"POST", SOURCE "/tables", "dust-upsert-table", dust_upsert_table},
    {"POST", SOURCE "/tables/csv", "dust-table-csv", dust_table_csv},
    {"GET", SOURCE "/tables/*", "dust-get-table", dust_get_table},
    {"DELETE", SOURCE "/tables/*", "dust-delete-table", dust_delete_table},
    {"GET", SOURCE "/tables/*/rows", "dust-list-rows", dust_list_rows},
    {"POST", SOURCE "/tables/*/rows", "dust-upsert-rows", dust_upsert_rows},
    {"GET", SOURCE "/tables/*/rows/**", "dust-get-row", dust_get_row},
    {"DELETE", SOURCE "/tables/*/rows/**", "dust-delete-row", dust_delete_row},
    {"GET", SOURCE "/documents", "dust-list-documents", dust_list_documents},
    {"POST", SOURCE "/documents/**", "dust-upsert-document", dust_upsert_document},
    {"GET", SOURCE "/documents/**", "dust-get-document", dust_get_document},
    {"DELETE", SOURCE "/documents/**", "dust-delete-document", dust_delete_document},
};

static bool dust_route_fits(const struct dust_route *route, const struct dust_request *request) {
    const char *at = route->path;
    size_t n = 1; /* the first segment is the workspace */
    for (; *at; n++) {
        size_t len = strcspn(at, "/");
        const char *wanted = at;
        if (n >= request->segment_count) {
            return false;
        }
        if (request->config.hyphens && n == 3 && strstr(route->name, "document")) {
            wanted = "data-sources";
            at += len;
            len = strlen(wanted);
        } else {
            at += len;
        }
        const char *segment = request->segments[n];
        if (len == 2 && wanted[0] == '*') {
            return n + 1 == request->segment_count && *segment;
        }
        if (len == 1 && wanted[0] == '*'
                ? !*segment
                : strlen(segment) != len || memcmp(segment, wanted, len) != 0) {
            return false;
        }
        at += *at == '/';
    }
    return n == request->segment_count;
}

/* Cuts the path behind the prefix; the last of the segments holds all that is left. */
static bool dust_split(struct dust_request *request) {
    char *at = request->ex->path + strlen(DUST);
    while (request->segment_count < DUST_MAX_SEGMENTS) {
        bool last = request->segment_count == DUST_MAX_SEGMENTS - 1 ||
                    (request->segment_count == 6 && strcmp(request->segments[5], "documents") == 0);
        size_t len = last ? strlen(at) : strcspn(at, "/");
        char *segment = strndup(at, len);
        if (!segment) {
            return false;
        }
        request->segments[request->segment_count++] = segment;
        at += len;
        if (!*at) {
            break;
        }
        at++;
    }
    return true;
}

static void dust_request_destroy(void *context) {
    struct dust_request *request = context;
    for (size_t i = 0; i < request->segment_count; i++) {
        free(request->segments[i]);
    }
    dust_rows_clean_up(&request->rows);
    buf_clean_up(&request->error);
    free(request);
}

static bool dust_is_json(const struct exchange *ex) {
    static const char json[] = "application/json";
    return ex->content_type && strncasecmp(ex->content_type, json, sizeof(json) - 1) == 0;
}

/* The records that a POST of rows carries, and whether it truncates, are told by its body. */
static void dust_recognise_rows(struct dust_request *request) {
    struct call *call = &request->ex->call;
    if (dust_rows_parse(request->body, &request->rows, &request->error)) {
        call->records = request->rows.count;
        call->kind = request->rows.truncate ? "truncate" : "upsert";
    } else {
        buf_append_slice(&call->error, buf_slice(&request->error));
    }
}

/* The table that a POST of one is about is told by its body. */
static void dust_recognise_table(struct dust_request *request) {
    static const struct dust_field id = {"table_id", FIELD_TEXT, false, true};
    struct slice value;
    struct buf error;
    buf_init(&error, SANDBOX_MAX_NAME);
    if (dust_fields_read(request->body, &id, 1, &value, &error)) {
        dust_field_text(value, &request->ex->call.table);
    }
    buf_clean_up(&error);
}

static void dust_recognise(struct sandbox *sandbox, struct exchange *ex) {
    struct dust_request *request = calloc(1, sizeof(*request));
    if (!request) {
        return;
    }
    ex->parsed = request;
    ex->parsed_free = dust_request_destroy;
    request->sandbox = sandbox;
    request->ex = ex;
    request->config = sandbox_config(sandbox).dust;
    buf_init(&request->error, SANDBOX_MAX_NAME);
    const char *body = buf_cstr(&ex->body);
    request->body =
        dust_is_json(ex) && !ex->too_large ? slice_make(body, ex->body.len) : SLICE_LITERAL("{}");
    if (!dust_split(request)) {
        return;
    }
    for (size_t i = 0; i < sizeof(dust_routes) / sizeof(dust_routes[0]); i++) {
        if (strcmp(dust_routes[i].method, ex->method) == 0 &&
            dust_route_fits(&dust_routes[i], request)) {
            request->route = &dust_routes[i];
            break;
        }
    }
    if (!request->route) {
        return;
    }
    request->space = request->segment_count > 2 ? request->segments[2] : NULL;
    request->source = request->segment_count > 4 ? request->segments[4] : NULL;
    request->id = request->segment_count > 6 ? request->segments[6] : NULL;
    request->row = request->segment_count > 8 ? request->segments[8] : NULL;
    ex->call.name = request->route->name;
    if (request->id) {
        buf_append_text(&ex->call.table, request->id);
    }
    if (request->route->perform == dust_upsert_table) {
        dust_recognise_table(request);
    } else if (request->route->perform == dust_upsert_rows && !ex->too_large) {
        dust_recognise_rows(request);
    }
}

static void dust_perform(struct sandbox *sandbox, struct exchange *ex) {
    struct dust_request *request = ex->parsed;
    (void)sandbox;
    if (!request || request->segment_count == 0) {
        answer_message(&ex->answer, 500, SLICE_LITERAL("out of memory"));
    } else if (!request->route) {
        dust_not_found(request);
    } else if (!dust_authorise(request)) {
        return;
    } else if (ex->too_large && strcmp(request->config.body_limit_style, "text") == 0) {
        dust_text(request, 413, "Body exceeded 1mb limit");
    } else if (ex->too_large) {
        dust_error(request, 413, "content_too_large", "Request body too large.");
    } else {
        request->route->perform(request);
    }
}

/* Dust has no such answer; this one is no more than valid JSON with status 200. */
static void dust_refuse(struct exchange *ex, struct slice message) {
    answer_start(&ex->answer, 200);
    buf_append_text(&ex->answer.body, "{\"success\":false,\"message\":");
    scan_quote(&ex->answer.body, message);
    buf_append_char(&ex->answer.body, '}');
}

const struct api dust_api = {
    .prefix = DUST,
    .recognise = dust_recognise,
    .perform = dust_perform,
    .refuse = dust_refuse,
};
