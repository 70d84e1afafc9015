#include "destinations/dust/documents/dust_document_calls.h"

#include "destinations/table_name.h"

enum {
    MAX_PATH_BYTES = 256 * 1024,
    WINDOW_MS = 60 * 1000,
    RESERVE_MS = 30 * 1000, /* for what ends a call that could not write everything */
};

void dust_document_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                             const char *what, struct slice id) {
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    buf_append_text(&path, "/documents/");
    url_escape_append(&path, id);
    dust_call_init(api, call, method, what, NULL, buf_cstr(&path));
    api->url.failed = api->url.failed || path.failed; /* never a request to half a path */
    buf_clean_up(&path);
}

void dust_document_pace(const struct dust_api *api, struct api_call *call, uint64_t left) {
    call->pace = (struct api_pace){
        .key = call->scope,
        .max = api->d->settings->documents_per_minute,
        .window_ms = WINDOW_MS,
        .left = left,
        .reserve_ms = RESERVE_MS,
    };
}

bool dust_document_is_missing(const struct dust_api *api) {
    return dust_error_is(api, "data_source_document_not_found");
}

bool dust_document_delete(struct dust_api *api, struct slice id, struct status *status) {
    struct api_call call;
    struct status failure = STATUS_INIT;
    dust_document_call_init(api, &call, HTTP_DELETE, "delete-document", id);
    if (dust_perform(api, &call, NULL, &failure) || dust_document_is_missing(api)) {
        return true;
    }
    *status = failure;
    return false;
}
