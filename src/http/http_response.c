#include "http/http_response.h"

void http_response_init(struct http_response *response) {
    *response = (struct http_response){.retry_after_ms = -1};
    buf_init(&response->body, HTTP_RESPONSE_BYTES);
}

void http_response_clean_up(struct http_response *response) {
    buf_clean_up(&response->body);
}

void http_response_reset(struct http_response *response) {
    struct buf body = response->body;
    buf_reset(&body);
    *response = (struct http_response){.outcome = HTTP_STOPPED, .retry_after_ms = -1, .body = body};
}
