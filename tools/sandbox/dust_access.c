/* Who may do what (contract 6), and the answers that all calls share. */
#include "base/clock.h"
#include "sandbox/dust_api.h"
#include "sandbox/scan.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

void dust_error(struct dust_request *request, unsigned status, const char *type,
                const char *message) {
    dust_source_error(request, status, type, message, NULL, NULL);
}

void dust_source_error(struct dust_request *request, unsigned status, const char *type,
                       const char *message, const char *code, const char *what) {
    struct buf *json = &request->ex->answer.body;
    answer_start(&request->ex->answer, status);
    buf_printf(json, "{\"error\":{\"type\":\"%s\",\"message\":", type);
    scan_quote(json, slice_of(message));
    if (code) {
        buf_printf(json, ",\"data_source_error\":{\"code\":\"%s\",\"message\":", code);
        scan_quote(json, slice_of(what));
        buf_append_char(json, '}');
    }
    buf_append_text(json, "}}");
}

void dust_text(struct dust_request *request, unsigned status, const char *text) {
    struct answer *answer = &request->ex->answer;
    answer_start(answer, status);
    buf_append_text(&answer->body, text);
    snprintf(answer->content_type, sizeof(answer->content_type), "text/plain; charset=UTF-8");
}

void dust_not_found(struct dust_request *request) {
    dust_text(request, 404, "404 Not Found");
}

bool dust_paging(struct dust_request *request, uint64_t *limit, uint64_t *offset) {
    static const char *const names[] = {"limit", "offset"};
    uint64_t *const places[] = {limit, offset};
    *limit = 10;
    *offset = 0;
    for (size_t i = 0; i < 2; i++) {
        const char *text = exchange_query(request->ex, names[i]);
        char *end = NULL;
        double number = text ? strtod(text, &end) : (double)*places[i];
        if ((text && *end) || !(number >= 0) || number != floor(number) || number > 0x1p53) {
            char message[160];
            snprintf(message, sizeof(message),
                     "Invalid query parameters: Validation error: Expected a whole number of 0 or "
                     "more at \"%s\"",
                     names[i]);
            dust_error(request, 400, "invalid_request_error", message);
            return false;
        }
        *places[i] = (uint64_t)number;
    }
    return true;
}

/* The data source of the path, by its id or name: it must be in the space of the path. */
static const char *dust_find_source(const struct dust_request *request) {
    const struct dust_config *config = &request->config;
    const char *asked = request->source;
    if (strcmp(request->space, config->other_space) == 0) {
        return strcmp(asked, config->other) == 0 ? config->other : NULL;
    }
    if (strcmp(request->space, config->space) != 0) {
        return NULL;
    }
    if (strcmp(asked, config->data_source) == 0 || strcmp(asked, config->data_source_name) == 0) {
        return config->data_source;
    }
    return strcmp(asked, config->managed) == 0 ? config->managed : NULL;
}

bool dust_enter(struct dust_request *request, bool write) {
    bool document = strstr(request->route->name, "document") != NULL;
    const char *source = dust_find_source(request);
    if (!source) {
        dust_error(request, 404, "data_source_not_found",
                   "The data source you requested was not found.");
        return false;
    }
    request->source = source;
    if (write && strcmp(source, request->config.managed) == 0 && document) {
        dust_error(request, 403, "data_source_auth_error",
                   "You cannot upsert a document on a managed data source.");
        return false;
    }
    if (write && (!request->may_write || strcmp(source, request->config.managed) == 0)) {
        dust_error(request, 403, "data_source_auth_error",
                   "You are not allowed to update data in this data source.");
        return false;
    }
    return true;
}

int64_t dust_timestamp(struct slice value) {
    double number = value.data ? strtod(value.data, NULL) : -1;
    if (!(number >= 0) || number > 8.64e15) {
        return clock_realtime_us(clock_system()) / 1000;
    }
    return (int64_t)floor(number < 1e10 ? number * 1000 : number);
}

/* What stands behind "Bearer ", NULL when the header is none of that shape. */
static const char *dust_bearer(const char *header) {
    static const char scheme[] = "Bearer ";
    if (strncasecmp(header, scheme, sizeof(scheme) - 1) != 0) {
        return NULL;
    }
    const char *token = header + sizeof(scheme) - 1;
    bool oauth = strncmp(token, "eyJ", 3) == 0;
    return *token && !strchr(token, ' ') && (oauth || strncmp(token, "sk-", 3) == 0) ? token : NULL;
}

bool dust_authorise(struct dust_request *request) {
    const struct dust_config *config = &request->config;
    const char *header =
        MHD_lookup_connection_value(request->ex->connection, MHD_HEADER_KIND, "Authorization");
    const char *key = header ? dust_bearer(header) : NULL;
    if (!header) {
        dust_error(request, 401, "not_authenticated",
                   "The request does not have valid authentication credentials.");
    } else if (!key) {
        dust_error(request, 401, "malformed_authorization_header_error",
                   "Missing or malformed Authorization header.");
    } else if (strncmp(key, "eyJ", 3) == 0) {
        dust_error(request, 401, "invalid_oauth_token_error",
                   "The request does not have valid "
                   "authentication credentials.");
    } else if (strcmp(key, config->key) != 0 && strcmp(key, config->read_only_key) != 0 &&
               strcmp(key, config->no_product_key) != 0 && strcmp(key, config->foreign_key) != 0) {
        dust_error(request, 401, "invalid_api_key_error",
                   "The API key provided is invalid or disabled.");
    } else if (strcmp(request->segments[0], config->workspace) != 0) {
        dust_error(request, 404, "workspace_not_found", "The workspace was not found.");
    } else if (strcmp(config->state, "relocated") == 0) {
        dust_error(request, 404, "workspace_not_found",
                   "The workspace was not found. [relocation-done]");
    } else if (strcmp(key, config->no_product_key) == 0) {
        dust_error(request, 403, "workspace_can_use_product_required_error",
                   "Your current plan does not allow API access. Please upgrade your plan.");
    } else if (strcmp(config->state, "maintenance") == 0) {
        dust_error(request, 503, "service_unavailable",
                   "Service is currently unavailable. [maintenance]");
    } else if (strcmp(key, config->foreign_key) == 0) {
        dust_error(request, 401, "workspace_auth_error",
                   "Only users of the workspace can access this API.");
    } else {
        request->may_write = strcmp(key, config->key) == 0;
        return true;
    }
    return false;
}
