#include "http/http_client.h"

#include "base/clock.h"
#include "http/http_exchange.h"
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
    MAX_HEADER_BYTES = 64 * 1024,
};

struct http_client {
    CURLM *multi; /* owns the connections */
    CURL *easy;
    /* Of the request under way: */
    struct curl_slist *headers; /* may hold a key; wiped */
    char error[CURL_ERROR_SIZE];
};

bool http_global_init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void http_global_clean_up(void) {
    curl_global_cleanup();
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
    struct http_exchange *x = context;
    if (x->sent) {
        return CURL_PREREQFUNC_ABORT;
    }
    x->sent = true;
    return CURL_PREREQFUNC_OK;
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
static bool check_url(struct http_exchange *x, bool *plain) {
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
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(url);
    return ok || http_exchange_fail(x, "%s", why);
}

static bool add_header(struct http_client *client, struct http_exchange *x, const char *line) {
    struct curl_slist *longer = curl_slist_append(client->headers, line);
    if (!longer) {
        return http_exchange_fail(x, "no memory for the headers");
    }
    client->headers = longer;
    return true;
}

static bool build_headers(struct http_client *client, struct http_exchange *x) {
    bool ok = true;
    for (size_t i = 0; ok && i < x->request->n_headers && i < HTTP_MAX_HEADERS; i++) {
        struct buf line; /* may hold a key: its copies are wiped */
        buf_init(&line, MAX_HEADER_BYTES);
        ok = http_exchange_give_header(x, i, &line) && add_header(client, x, buf_cstr(&line));
        buf_wipe(&line);
    }
    /* Without Expect, or libcurl spends a round trip on 100-continue. */
    return ok && add_header(client, x, "Expect:");
}

static void wipe_headers(struct http_client *client) {
    for (struct curl_slist *at = client->headers; at; at = at->next) {
        secure_wipe(at->data, strlen(at->data));
    }
    curl_slist_free_all(client->headers);
    client->headers = NULL;
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
static int set_body_options(CURL *easy, struct http_exchange *x) {
    const struct http_request *request = x->request;
    int bad = 0;
    bool post = request->method == HTTP_POST;
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                 post ? (curl_off_t)request->body.len : (curl_off_t)-1);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_READFUNCTION, http_exchange_give_body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_READDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, refuse_rewind);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_SEEKDATA, x);
    bad |= (int)curl_easy_setopt(easy, post ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                                 request->method == HTTP_DELETE ? "DELETE" : NULL);
    return bad;
}

static bool set_options(struct http_client *client, struct http_exchange *x, bool plain) {
    CURL *easy = client->easy;
    int64_t timeout_ms = x->request->total_timeout_ms;
    if (timeout_ms <= 0 || timeout_ms > INT32_MAX) {
        timeout_ms = DEFAULT_TIMEOUT_MS;
    }
    curl_easy_reset(easy);
    int bad = set_connection_options(easy, plain) | set_body_options(easy, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_URL, x->request->url);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_sending);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_PREREQDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_exchange_take_header);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_HEADERDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_exchange_take_body);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_WRITEDATA, x);
    bad |= (int)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->error);
    return !bad || http_exchange_fail(x, "libcurl refused an option");
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

static int64_t retry_after_ms(const struct http_exchange *x) {
    if (!x->retry_after[0]) {
        return -1;
    }
    int64_t now_s = clock_realtime_us(clock_system()) / 1000000;
    return http_retry_after_ms(x->retry_after, curl_getdate(x->retry_after, NULL), now_s);
}

static void finish_response(struct http_client *client, struct http_exchange *x, CURLcode code) {
    struct http_response *response = x->response;
    long status = 0;
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    response->status = (int)status;
    response->retry_after_ms = retry_after_ms(x);
    response->outcome = outcome_of(code, x->sent);
    if (code == CURL_LAST) {
        response->curl_code = CURLE_ABORTED_BY_CALLBACK;
        http_exchange_fail(x, "stopped");
        return;
    }
    response->curl_code = (int)code;
    if (code != CURLE_OK && !response->error[0]) {
        http_exchange_fail(x, "%s", client->error[0] ? client->error : curl_easy_strerror(code));
    }
}

void http_client_perform(struct http_client *client, const struct http_request *request,
                         struct cancel *cancel, struct http_response *response) {
    int64_t started_ms = clock_monotonic_ms(clock_system());
    struct http_exchange x;
    bool plain = false;
    http_exchange_init(&x, request, response);
    client->error[0] = '\0';
    if (check_url(&x, &plain) && build_headers(client, &x) && set_options(client, &x, plain)) {
        CURLcode code = transfer(client, request, cancel);
        finish_response(client, &x, code);
        curl_easy_reset(client->easy); /* nothing may point to this stack frame any more */
    } else {
        response->outcome = HTTP_BAD_PEER;
    }
    wipe_headers(client);
    response->elapsed_ms = clock_monotonic_ms(clock_system()) - started_ms;
}
