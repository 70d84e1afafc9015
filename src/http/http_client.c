#include "http/http_client.h"

#include "base/clock.h"
#include "http/http_headers.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <strings.h>

enum {
    DEFAULT_TIMEOUT_MS = 300 * 1000, /* BigGeo's get-data-source is slow */
    CONNECT_TIMEOUT_MS = 10 * 1000,
    STALLED_S =
        300, /* no byte for so long: only a caller who allows more than the default sees it */
    IDLE_CONNECTION_S = 60, /* an older one is likely to be closed by the far side while we send */
    POLL_MS = 1000,
    DEFAULT_RESPONSE_BYTES = 1024 * 1024,
    MAX_HEADER_BYTES = 256 * 1024,
};

struct http_client {
    CURLM *multi; /* owns the connections */
    CURL *easy;
};

/* One request on its way; lives for one http_client_perform. */
struct exchange {
    const struct http_request *request;
    struct http_response *response;
    struct curl_slist *headers;
    size_t body_sent;
    size_t header_bytes;
    size_t max_response_bytes;
    bool sent; /* the connection stood and the request may have left */
    char curl_error[CURL_ERROR_SIZE];
};

bool http_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void http_global_clean_up(void) {
    curl_global_cleanup();
}

void http_response_init(struct http_response *response) {
    *response = (struct http_response){.retry_after_ms = -1};
    buf_init(&response->body, DEFAULT_RESPONSE_BYTES);
}

void http_response_clean_up(struct http_response *response) {
    buf_clean_up(&response->body);
}

void http_response_reset(struct http_response *response) {
    struct buf body = response->body;
    buf_reset(&body);
    *response = (struct http_response){.outcome = HTTP_STOPPED, .retry_after_ms = -1, .body = body};
}

struct http_client *http_client_new(void) {
    struct http_client *client = calloc(1, sizeof *client);
    if (!client) {
        return NULL;
    }
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    if (!client->multi || !client->easy) {
        http_client_destroy(client);
        return NULL;
    }
    return client;
}

void http_client_destroy(struct http_client *client) {
    if (!client) {
        return;
    }
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    free(client);
}

/* --- libcurl's callbacks --- */

static size_t give_body(char *buffer, size_t size, size_t count, void *context) {
    struct exchange *x = context;
    struct slice body = x->request->body;
    size_t left = body.len - x->body_sent;
    size_t taken = size * count < left ? size * count : left;
    if (taken) {
        memcpy(buffer, body.data + x->body_sent, taken);
        x->body_sent += taken;
    }
    return taken;
}

/* Refusing to rewind is what keeps libcurl from sending a body twice. */
static int refuse_rewind(void *context, curl_off_t offset, int origin) {
    (void)context;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

/* Called before each sending: the first is ours, any other is libcurl's own idea of a retry (a
 * request without a body on a dead reused connection). */
static int note_sending(void *context, char *peer_ip, char *own_ip, int peer_port, int own_port) {
    (void)peer_ip;
    (void)own_ip;
    (void)peer_port;
    (void)own_port;
    struct exchange *x = context;
    if (x->sent) {
        return CURL_PREREQFUNC_ABORT;
    }
    x->sent = true;
    return CURL_PREREQFUNC_OK;
}

static size_t take_header(char *data, size_t size, size_t count, void *context) {
    struct exchange *x = context;
    size_t len = size * count;
    x->header_bytes += len;
    if (x->header_bytes > MAX_HEADER_BYTES) {
        snprintf(x->response->error, sizeof x->response->error,
                 "the answer's headers are longer than %d bytes", MAX_HEADER_BYTES);
        return 0;
    }
    struct slice line = slice_make(data, len);
    struct slice value;
    if (len > 5 && memcmp(data, "HTTP/", 5) == 0) { /* what an interim answer said is over */
        x->response->retry_after_ms = -1;
        x->response->is_json = false;
    } else if (http_header_value(line, "Retry-After", &value)) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", SLICE_ARG(value));
        int64_t now_s = clock_realtime_us(clock_system()) / 1000000;
        x->response->retry_after_ms = http_retry_after_ms(text, curl_getdate(text, NULL), now_s);
    } else if (http_header_value(line, "Content-Type", &value)) {
        x->response->is_json = http_type_is_json(value);
    }
    return len;
}

static size_t take_body(char *data, size_t size, size_t count, void *context) {
    struct exchange *x = context;
    size_t len = size * count;
    struct buf *body = &x->response->body;
    if (len > x->max_response_bytes - body->len) {
        snprintf(x->response->error, sizeof x->response->error,
                 "the answer is longer than %zu bytes", x->max_response_bytes);
        return 0;
    }
    if (!buf_append(body, data, len)) {
        snprintf(x->response->error, sizeof x->response->error, "no memory for the answer");
        return 0;
    }
    return len;
}

static void wake_client(void *context) {
    struct http_client *client = context;
    curl_multi_wakeup(client->multi);
}

/* --- building the request --- */

static bool is_loopback(const char *host) {
    struct in_addr address;
    if (strncmp(host, "127.", 4) == 0) {
        return inet_pton(AF_INET, host, &address) == 1;
    }
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* False when the address is malformed, or would carry a key in the clear over a network. */
static bool check_url(struct exchange *x, bool *plain) {
    bool ok = false;
    char *scheme = NULL;
    char *host = NULL;
    const char *why = "the address is not a valid URL";
    CURLU *url = curl_url();
    if (!url || curl_url_set(url, CURLUPART_URL, x->request->url, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        goto cleanup;
    }
    *plain = strcmp(scheme, "http") == 0;
    why = "http:// is allowed to this machine only: use https://";
    ok = !*plain || is_loopback(host);
cleanup:
    if (!ok) {
        snprintf(x->response->error, sizeof x->response->error, "%s", why);
    }
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(url);
    return ok;
}

static bool add_header(struct exchange *x, const char *line) {
    struct curl_slist *longer = curl_slist_append(x->headers, line);
    if (!longer) {
        snprintf(x->response->error, sizeof x->response->error, "no memory for the headers");
        return false;
    }
    x->headers = longer;
    return true;
}

static bool add_request_header(struct exchange *x, const struct http_header *header) {
    if (!http_header_is_clean(header->name, header->value)) {
        snprintf(x->response->error, sizeof x->response->error,
                 "the value of header %.40s has a line break or another control character in it",
                 header->name && header->name[0] ? header->name : "without a name");
        return false;
    }
    /* A value may be a key: its copies are wiped. An empty value needs a semicolon to be sent. */
    struct buf line;
    buf_init(&line, 64 * (size_t)1024);
    buf_printf(&line, header->value[0] ? "%s: %s" : "%s;%s", header->name, header->value);
    bool ok = add_header(x, buf_cstr(&line));
    buf_wipe(&line);
    return ok;
}

static bool build_headers(struct exchange *x) {
    size_t n = x->request->n_headers;
    for (size_t i = 0; i < n && i < HTTP_MAX_HEADERS; i++) {
        if (!add_request_header(x, &x->request->headers[i])) {
            return false;
        }
    }
    return add_header(x, "Expect:"); /* or libcurl spends a round trip on 100-continue */
}

static void wipe_headers(struct curl_slist *headers) {
    for (struct curl_slist *at = headers; at; at = at->next) {
        secure_wipe(at->data, strlen(at->data));
    }
    curl_slist_free_all(headers);
}

static int set_connection_options(CURL *easy, bool plain) {
    int bad = 0;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= (int)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* do not wait for a resolver */
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_USERAGENT, "bigdust/" BIGDUST_VERSION);
    if (plain) { /* a loopback address is never reached through a proxy */
        bad |= (int)curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    return bad;
}

/* Every option that has to do with method and body, every time: options stick to a handle. */
static int set_body_options(CURL *easy, struct exchange *x) {
    const struct http_request *request = x->request;
    int bad = 0;
    bool post = request->method == HTTP_POST;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                 post ? (curl_off_t)request->body.len : (curl_off_t)-1);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_READDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, refuse_rewind);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SEEKDATA, x);
    bad |= (int)curl_easy_setopt(easy, post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                                 request->method == HTTP_DELETE ? "DELETE" : NULL);
    return bad;
}

static bool set_options(CURL *easy, struct exchange *x, bool plain) {
    int64_t timeout_ms = x->request->total_timeout_ms;
    if (timeout_ms <= 0 || timeout_ms > INT32_MAX) {
        timeout_ms = DEFAULT_TIMEOUT_MS;
    }
    curl_easy_reset(easy);
    int bad = set_connection_options(easy, plain) | set_body_options(easy, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_URL, x->request->url);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_sending);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, x->curl_error);
    if (bad) {
        snprintf(x->response->error, sizeof x->response->error, "libcurl refused an option");
    }
    return bad == 0;
}

/* --- performing it --- */

static int poll_timeout_ms(struct cancel *cancel) {
    int64_t left = cancel ? cancel_remaining_ms(cancel) : POLL_MS;
    return left < POLL_MS ? (int)left : POLL_MS;
}

/* The code of the finished transfer; CURL_LAST: stopped by cancel. */
static CURLcode drive(struct http_client *client, const struct http_request *request,
                      struct cancel *cancel) {
    for (;;) {
        if (cancel && cancel_check(cancel) != CANCEL_NONE) {
            return CURL_LAST;
        }
        int running = 0;
        int left = 0;
        if (curl_multi_perform(client->multi, &running) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
        if (!running) {
            CURLMsg *message = curl_multi_info_read(client->multi, &left);
            return message ? message->data.result : CURLE_FAILED_INIT;
        }
        if (curl_multi_poll(client->multi, NULL, 0, poll_timeout_ms(cancel), NULL) != CURLM_OK) {
            return CURLE_FAILED_INIT;
        }
        if (request->on_wait) {
            request->on_wait(request->wait_context);
        }
    }
}

static CURLcode transfer(struct http_client *client, const struct http_request *request,
                         struct cancel *cancel) {
    struct cancel_waker waker = {.wake = wake_client, .context = client};
    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK) {
        return CURLE_FAILED_INIT;
    }
    if (cancel) {
        cancel_add_waker(cancel, &waker);
    }
    CURLcode code = drive(client, request, cancel);
    if (cancel) {
        cancel_remove_waker(cancel, &waker);
    }
    curl_multi_remove_handle(client->multi, client->easy); /* closes an unfinished connection */
    return code;
}

/* What a failure means. When in doubt, the request may have arrived. */
static enum http_outcome outcome_of(CURLcode code, bool sent) {
    if (code == CURLE_OK) {
        return HTTP_ANSWERED;
    }
    if (code == CURL_LAST) {
        return HTTP_STOPPED;
    }
    if (sent) {
        return HTTP_SENT_NO_ANSWER;
    }
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_LOGIN_DENIED: /* a user name in the URL */
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return HTTP_BAD_PEER;
    default:
        return HTTP_NOT_SENT;
    }
}

static void finish_response(struct http_client *client, struct exchange *x, CURLcode code) {
    struct http_response *response = x->response;
    long status = 0;
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    response->status = (int)status;
    response->outcome = outcome_of(code, x->sent);
    if (code == CURL_LAST) {
        response->curl_code = CURLE_ABORTED_BY_CALLBACK;
        snprintf(response->error, sizeof response->error, "stopped");
        return;
    }
    response->curl_code = (int)code;
    if (code != CURLE_OK && !response->error[0]) {
        snprintf(response->error, sizeof response->error, "%s",
                 x->curl_error[0] ? x->curl_error : curl_easy_strerror(code));
    }
}

void http_client_perform(struct http_client *client, const struct http_request *request,
                         struct cancel *cancel, struct http_response *response) {
    int64_t started_ms = clock_monotonic_ms(clock_system());
    http_response_reset(response);
    struct exchange x = {
        .request = request,
        .response = response,
        .max_response_bytes =
            request->max_response_bytes ? request->max_response_bytes : DEFAULT_RESPONSE_BYTES,
    };
    if (response->body.cap > x.max_response_bytes) {
        buf_clean_up(&response->body);
    }
    response->body.max = x.max_response_bytes;

    bool plain = false;
    if (check_url(&x, &plain) && build_headers(&x) && set_options(client->easy, &x, plain)) {
        CURLcode code = transfer(client, request, cancel);
        finish_response(client, &x, code);
        curl_easy_reset(client->easy); /* nothing may point to this stack frame any more */
    } else {
        response->outcome = HTTP_BAD_PEER;
    }
    wipe_headers(x.headers);
    response->elapsed_ms = clock_monotonic_ms(clock_system()) - started_ms;
}
