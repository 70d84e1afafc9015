#include "destinations/biggeo/biggeo_api.h"

#include "destinations/table_name.h"

enum { READ_TIMEOUT_MS = 300000, POST_TIMEOUT_MS = 300000 };

void biggeo_call_init(struct api_call *call, struct buf *url, const struct settings *settings,
                      enum http_method method, const char *what, const char *path) {
    buf_reset(url);
    buf_append_text(url, settings->biggeo_base_url);
    buf_append_text(url, path);
    *call = (struct api_call){
        .request =
            {
                .method = method,
                .url = buf_cstr(url),
                .headers = {{"Content-Type", "application/json"}, {"x-api-key", settings->api_key}},
                .n_headers = 2,
                .total_timeout_ms = method == HTTP_GET ? READ_TIMEOUT_MS : POST_TIMEOUT_MS,
            },
        .what = what,
        .repeatable = method == HTTP_GET,
        .scope = settings->biggeo_base_url,
    };
}

void biggeo_scope_append(struct buf *out, const struct settings *settings) {
    const struct slice parts[] = {SLICE_LITERAL("biggeo account"), slice_of(settings->api_key)};
    buf_append_text(out, settings->biggeo_base_url);
    buf_append_char(out, '#');
    sha256_hex_append(out, parts, 2, 16);
}

void biggeo_add_message(struct verdict *verdict, const struct json_value *answer) {
    struct slice message;
    if (json_text(json_get(answer, "message"), &message) && message.len > 0) {
        verdict_add_detail(verdict, message);
    }
}
