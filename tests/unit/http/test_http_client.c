#include "http/http_client.h"
#include "support/http_peer.h"
#include "support/suite.h"
#include "support/tls_peer.h"

#include <pthread.h>

static struct http_client *client;
static struct http_response response;
static struct http_peer *peer;

static void set_up(void) {
    ck_assert(http_global_init());
    client = http_client_new();
    ck_assert_ptr_nonnull(client);
    http_response_init(&response);
    peer = NULL;
}

static void tear_down(void) {
    http_response_clean_up(&response);
    http_client_destroy(client);
    if (peer) {
        http_peer_stop(peer);
    }
    http_global_clean_up();
}

#define START(steps) (peer = http_peer_start(steps, sizeof(steps) / sizeof((steps)[0])))

static void post(const char *url, struct slice body) {
    struct http_request request = {.method = HTTP_POST,
                                   .url = url,
                                   .headers = {{"Content-Type", "application/json"}},
                                   .n_headers = 1,
                                   .body = body};
    http_client_perform(client, &request, NULL, &response);
}

static void send_method(enum http_method method, const char *url) {
    struct http_request request = {.method = method, .url = url};
    http_client_perform(client, &request, NULL, &response);
}

static bool head_has(size_t i, const char *text) {
    return strcasestr(http_peer_request(peer, i)->head, text) != NULL;
}

START_TEST(test_a_post_is_answered) {
    const struct peer_step steps[] = {
        {.status = 201, .headers = "Content-Type: application/json\r\n", .body = "{\"a\":1}"}};
    START(steps);
    struct http_request request = {.method = HTTP_POST,
                                   .url = http_peer_url(peer, "/x?y=1"),
                                   .headers = {{"x-api-key", "secret"}, {"X-Empty", ""}},
                                   .n_headers = 2,
                                   .body = SLICE_LITERAL("hello")};
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert_int_eq(response.status, 201);
    ck_assert_int_eq(response.curl_code, 0);
    ck_assert_str_eq(response.error, "");
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert(response.is_json);
    ck_assert(slice_equal_text(buf_slice(&response.body), "{\"a\":1}"));
    ck_assert_str_eq(http_peer_request(peer, 0)->body, "hello");
    ck_assert(head_has(0, "POST /x?y=1 HTTP/1.1\r\n"));
    ck_assert(head_has(0, "\r\nx-api-key: secret\r\n"));
    ck_assert(head_has(0, "\r\nX-Empty:\r\n"));
    ck_assert(head_has(0, "\r\nContent-Length: 5\r\n"));
    ck_assert(head_has(0, "\r\nUser-Agent: bigdust/" BIGDUST_VERSION "\r\n"));
    ck_assert(!head_has(0, "Expect"));
}
END_TEST

START_TEST(test_a_large_body_arrives_whole) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct buf body;
    buf_init(&body, 4 * (size_t)1024 * 1024);
    for (int i = 0; i < 300000; i++) {
        buf_printf(&body, "%09d,", i);
    }
    post(http_peer_url(peer, "/"), buf_slice(&body));
    ck_assert_int_eq(response.status, 200);
    ck_assert(!head_has(0, "Expect")); /* libcurl would, from 1 MiB on */
    ck_assert(slice_equal(buf_slice(&body), slice_make(http_peer_request(peer, 0)->body,
                                                       http_peer_request(peer, 0)->body_len)));
    buf_clean_up(&body);
}
END_TEST

START_TEST(test_lesson_34_options_do_not_stick) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    const char *url = http_peer_url(peer, "/");
    post(url, SLICE_LITERAL("a longer body than the next"));
    send_method(HTTP_GET, url);
    send_method(HTTP_DELETE, url);
    post(url, SLICE_LITERAL("short"));
    post(url, SLICE_LITERAL(""));
    ck_assert_uint_eq(http_peer_requests(peer), 5);
    ck_assert(head_has(1, "GET / HTTP/1.1"));
    ck_assert(!head_has(1, "Content-Length") && !head_has(1, "Content-Type"));
    ck_assert(!head_has(1, "Transfer-Encoding"));
    ck_assert(head_has(2, "DELETE / HTTP/1.1"));
    ck_assert(!head_has(2, "Content-Length") && !head_has(2, "Content-Type"));
    ck_assert(head_has(3, "POST / HTTP/1.1"));
    ck_assert(head_has(3, "Content-Length: 5\r\n"));
    ck_assert_str_eq(http_peer_request(peer, 3)->body, "short");
    ck_assert(head_has(4, "Content-Length: 0\r\n"));
}
END_TEST

START_TEST(test_lesson_34_a_body_is_never_sent_twice) {
    const struct peer_step steps[] = {{.status = 200}, {.action = PEER_CLOSE}, {.status = 200}};
    START(steps);
    const char *url = http_peer_url(peer, "/");
    post(url, SLICE_LITERAL("one"));
    post(url, SLICE_LITERAL("two"));
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_int_eq(response.curl_code, 65); /* CURLE_SEND_FAIL_REWIND */
    ck_assert_int_eq(response.status, 0);
    ck_assert_str_ne(response.error, "");
    ck_assert_uint_eq(http_peer_requests(peer), 2);
    ck_assert_int_eq(http_peer_request(peer, 1)->connection, 1); /* the reused one, or no proof */
    ck_assert_str_eq(http_peer_request(peer, 1)->body, "two");
    post(url, SLICE_LITERAL("three"));
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert_str_eq(http_peer_request(peer, 2)->body, "three");
}
END_TEST

/* libcurl has no rewinding to fail at here: it is stopped otherwise. */
START_TEST(test_lesson_34_a_request_without_body_is_never_sent_twice) {
    const struct peer_step steps[] = {{.status = 200}, {.action = PEER_CLOSE}, {.status = 200}};
    START(steps);
    const char *url = http_peer_url(peer, "/");
    send_method(HTTP_GET, url);
    if (_i == HTTP_POST) {
        post(url, SLICE_LITERAL(""));
    } else {
        send_method((enum http_method)_i, url);
    }
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_uint_eq(http_peer_requests(peer), 2);
    ck_assert_int_eq(http_peer_request(peer, 1)->connection, 1);
}
END_TEST

START_TEST(test_lesson_36_a_connection_is_reused) {
    const struct peer_step steps[] = {{.status = 200, .body = "x"},
                                      {.status = 500, .body = "y"},
                                      {.status = 429},
                                      {.status = 200, .body = "z"}};
    START(steps);
    const char *url = http_peer_url(peer, "/");
    post(url, SLICE_LITERAL("a"));
    send_method(HTTP_GET, url);
    send_method(HTTP_DELETE, url);
    post(url, SLICE_LITERAL("b"));
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert(slice_equal_text(buf_slice(&response.body), "z"));
    ck_assert_uint_eq(http_peer_requests(peer), 4);
    ck_assert_int_eq(http_peer_connections(peer), 1);
}
END_TEST

START_TEST(test_lesson_35_an_answer_is_bounded) {
    const struct peer_step steps[] = {{.status = 200, .body = "12345678"}};
    START(steps);
    struct http_request request = {
        .method = HTTP_GET, .url = http_peer_url(peer, "/"), .max_response_bytes = 7};
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_int_eq(response.status, 200);
    ck_assert_uint_le(response.body.len, 7);
    ck_assert_ptr_nonnull(strstr(response.error, "longer than 7 bytes"));
    request.max_response_bytes = 8;
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert_uint_eq(response.body.len, 8);
    ck_assert_str_eq(response.error, "");
}
END_TEST

START_TEST(test_lesson_35_headers_are_bounded) {
    struct buf raw;
    buf_init(&raw, 2 * (size_t)1024 * 1024);
    buf_append_text(&raw, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 20000; i++) {
        buf_printf(&raw, "X-Filler-%05d: 0123456789\r\n", i);
    }
    buf_append_text(&raw, "Content-Length: 0\r\n\r\n");
    const struct peer_step steps[] = {{.action = PEER_RAW, .body = buf_cstr(&raw)}};
    START(steps);
    send_method(HTTP_GET, http_peer_url(peer, "/"));
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_ptr_nonnull(strstr(response.error, "headers are longer"));
    http_peer_stop(peer);
    peer = NULL;
    buf_clean_up(&raw);
}
END_TEST

START_TEST(test_retry_after) {
    char date[128];
    time_t in_an_hour = time(NULL) + 3600;
    struct tm utc;
    gmtime_r(&in_an_hour, &utc);
    strftime(date, sizeof date, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    const struct peer_step steps[] = {
        {.status = 429, .headers = "Retry-After: 17\r\n"},
        {.status = 503, .headers = date},
        {.status = 429, .headers = "retry-after: Fri, 31 Dec 1999 23:59:59 GMT\r\n"},
        {.status = 429, .headers = "Retry-After: Fri, 31 Dec 9998 23:59:59 GMT\r\n"},
        {.status = 429, .headers = "Retry-After: whenever\r\n"},
        {.action = PEER_RAW,
         .body = "HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n"
                 "Content-Type: application/json\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
    };
    START(steps);
    const char *url = http_peer_url(peer, "/");
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.retry_after_ms, 17000);
    send_method(HTTP_GET, url);
    ck_assert_int_gt(response.retry_after_ms,
                     3000 * 1000); /* the test may be slow, not that slow */
    ck_assert_int_le(response.retry_after_ms, 3600 * 1000);
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.retry_after_ms, 0);
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.retry_after_ms, 24 * 3600 * 1000);
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.retry_after_ms, -1);
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.status, 200);
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert(!response.is_json);
}
END_TEST

START_TEST(test_redirects_are_not_followed) {
    const struct peer_step steps[] = {{.status = 302, .headers = "Location: /elsewhere\r\n"}};
    START(steps);
    send_method(HTTP_GET, http_peer_url(peer, "/"));
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert_int_eq(response.status, 302);
    ck_assert_uint_eq(http_peer_requests(peer), 1);
}
END_TEST

START_TEST(test_nobody_listens) {
    char url[64];
    http_peer_nobody_url(url, sizeof url);
    post(url, SLICE_LITERAL("x"));
    ck_assert_int_eq(response.outcome, HTTP_NOT_SENT);
    ck_assert_int_eq(response.status, 0);
    ck_assert_str_ne(response.error, "");
}
END_TEST

/* A handshake that fails for another reason than the certificate may succeed next time. */
START_TEST(test_no_tls_on_the_other_side) {
    const struct peer_step steps[] = {{.action = PEER_RAW, .body = "HTTP/1.1 400 No\r\n\r\n"}};
    START(steps);
    struct http_request request = {
        .method = HTTP_POST, .url = http_peer_https_url(peer, "/"), .total_timeout_ms = 1000};
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_NOT_SENT);
}
END_TEST

START_TEST(test_a_certificate_that_nobody_vouches_for_is_refused) {
    struct tls_peer *stranger = tls_peer_start();
    post(tls_peer_url(stranger), SLICE_LITERAL("x"));
    ck_assert_int_eq(response.outcome, HTTP_BAD_PEER);
    ck_assert_ptr_nonnull(strstr(response.error, "certificate"));
    ck_assert_uint_eq(tls_peer_requests(stranger), 0);
    tls_peer_stop(stranger);
}
END_TEST

START_TEST(test_lesson_33_what_leaves_the_outcome_open) {
    static const struct peer_step open[] = {
        {.action = PEER_CLOSE},
        {.action = PEER_CLOSE_EARLY},
        {.action = PEER_RAW, .body = "garbage\r\n\r\n"},
        {.action = PEER_RAW, .body = "HTTP/1.1 2"},
        {.action = PEER_RAW, .body = "HTTP/1.1 banana\r\n\r\n"},
        {.action = PEER_RAW, .body = "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"},
        {.action = PEER_RAW, .body = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"},
        {.action = PEER_CUT, .status = 200, .body = "half"},
    };
    peer = http_peer_start(&open[_i], 1);
    post(http_peer_url(peer, "/"), SLICE_LITERAL("x"));
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_str_ne(response.error, "");
    ck_assert_uint_eq(http_peer_requests(peer), 1);
}
END_TEST

START_TEST(test_a_timeout_after_sending_leaves_the_outcome_open) {
    const struct peer_step steps[] = {{.action = PEER_STALL}};
    START(steps);
    struct http_request request = {.method = HTTP_POST,
                                   .url = http_peer_url(peer, "/"),
                                   .body = SLICE_LITERAL("x"),
                                   .total_timeout_ms = 1500}; /* connecting takes some of it */
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_SENT_NO_ANSWER);
    ck_assert_int_ge(response.elapsed_ms, 1499);
}
END_TEST

START_TEST(test_an_early_refusal_of_a_large_body_is_seen) {
    const struct peer_step steps[] = {{.action = PEER_ANSWER_EARLY, .status = 413}};
    START(steps);
    struct buf body;
    buf_init(&body, 32 * (size_t)1024 * 1024);
    ck_assert(buf_reserve(&body, body.max));
    memset(body.data, 'x', body.max);
    body.len = body.max;
    post(http_peer_url(peer, "/"), buf_slice(&body));
    ck_assert_int_eq(response.status, 413);
    buf_clean_up(&body);
}
END_TEST

START_TEST(test_addresses_that_are_refused) {
    static const char *const urls[] = {
        "",
        "no-scheme.example.com/",
        "http://",
        "http://exa mple.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://example.com/",
        "http://10.0.0.1/",
        "http://127.evil.example.com/",
        "http://localhost.example.com/",
        "http://[::2]/",
        "https://user:password@127.0.0.1:1/",
    };
    send_method(HTTP_GET, urls[_i]);
    ck_assert_msg(response.outcome == HTTP_BAD_PEER, "%s: %d %s", urls[_i], response.outcome,
                  response.error);
    ck_assert_str_ne(response.error, "");
    ck_assert_ptr_null(strstr(response.error, "password"));
}
END_TEST

START_TEST(test_loopback_addresses_are_allowed_in_the_clear) {
    static const char *const hosts[] = {"localhost", "LOCALHOST", "127.0.0.1", "127.9.8.7",
                                        "[::1]"};
    char nobody[64];
    char url[128];
    http_peer_nobody_url(nobody, sizeof nobody);
    snprintf(url, sizeof url, "http://%s%s", hosts[_i], strrchr(nobody, ':'));
    send_method(HTTP_GET, url);
    ck_assert_msg(response.outcome == HTTP_NOT_SENT, "%s: %s", url, response.error);
}
END_TEST

START_TEST(test_a_header_with_a_line_break_is_refused) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct http_request request = {.method = HTTP_GET,
                                   .url = http_peer_url(peer, "/"),
                                   .headers = {{"x-api-key", "secret\r\nX-Evil: 1"}},
                                   .n_headers = 1};
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_BAD_PEER);
    ck_assert_ptr_nonnull(strstr(response.error, "x-api-key"));
    ck_assert_ptr_null(strstr(response.error, "secret"));
    ck_assert_uint_eq(http_peer_requests(peer), 0);
}
END_TEST

static void *cancel_when_sent(void *context) {
    http_peer_wait_requests(peer, 1);
    cancel_fire(context, CANCEL_CALLER);
    return NULL;
}

/* Would last 300 s if the cancel did not end it: the test's own time limit tells. */
START_TEST(test_cancel_ends_a_stalled_request) {
    const struct peer_step steps[] = {{.action = PEER_STALL}, {.status = 200}};
    START(steps);
    struct cancel cancel;
    cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_sent, &cancel), 0);
    struct http_request request = {.method = HTTP_GET, .url = http_peer_url(peer, "/")};
    http_client_perform(client, &request, &cancel, &response);
    ck_assert_int_eq(response.outcome, HTTP_STOPPED);
    pthread_join(thread, NULL);
    ck_assert_ptr_null(cancel.wakers);
    cancel_clean_up(&cancel);
    /* The client is as good as new, and does not read the old answer. */
    http_client_perform(client, &request, NULL, &response);
    ck_assert_int_eq(response.outcome, HTTP_ANSWERED);
    ck_assert_int_eq(http_peer_connections(peer), 2);
}
END_TEST

/* Without the waker each would last until the next look at the cancel, and all of them longer than
 * the test's time limit. */
START_TEST(test_cancel_wakes_a_request_at_once) {
    const struct peer_step steps[] = {{.action = PEER_STALL}};
    struct cancel cancel;
    for (int i = 0; i < 400; i++) {
        START(steps);
        cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_sent, &cancel), 0);
        struct http_request request = {.method = HTTP_GET, .url = http_peer_url(peer, "/")};
        http_client_perform(client, &request, &cancel, &response);
        ck_assert_int_eq(response.outcome, HTTP_STOPPED);
        pthread_join(thread, NULL);
        cancel_clean_up(&cancel);
        http_peer_stop(peer);
        peer = NULL;
    }
}
END_TEST

START_TEST(test_a_cancel_that_fired_before_sends_nothing) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct cancel cancel;
    cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
    cancel_fire(&cancel, CANCEL_SHUTDOWN);
    struct http_request request = {.method = HTTP_GET, .url = http_peer_url(peer, "/")};
    http_client_perform(client, &request, &cancel, &response);
    ck_assert_int_eq(response.outcome, HTTP_STOPPED);
    ck_assert_uint_eq(http_peer_requests(peer), 0);
    cancel_clean_up(&cancel);
}
END_TEST

START_TEST(test_the_deadline_ends_a_stalled_request) {
    const struct peer_step steps[] = {{.action = PEER_STALL}};
    START(steps);
    struct cancel cancel;
    cancel_init(&cancel, clock_system(), clock_monotonic_ms(clock_system()) + 200);
    struct http_request request = {.method = HTTP_GET, .url = http_peer_url(peer, "/")};
    http_client_perform(client, &request, &cancel, &response);
    ck_assert_int_eq(response.outcome, HTTP_STOPPED);
    cancel_clean_up(&cancel);
}
END_TEST

START_TEST(test_nothing_of_an_earlier_answer_is_left) {
    const struct peer_step steps[] = {
        {.status = 429,
         .headers = "Retry-After: 9\r\nContent-Type: application/json\r\n",
         .body = "{}"},
        {.action = PEER_CLOSE}};
    START(steps);
    const char *url = http_peer_url(peer, "/");
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.status, 429);
    send_method(HTTP_GET, url);
    ck_assert_int_eq(response.status, 0);
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert(!response.is_json);
    ck_assert_uint_eq(response.body.len, 0);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, test_a_post_is_answered);
    tcase_add_test(tests, test_a_large_body_arrives_whole);
    tcase_add_test(tests, test_lesson_34_options_do_not_stick);
    tcase_add_test(tests, test_lesson_34_a_body_is_never_sent_twice);
    tcase_add_loop_test(tests, test_lesson_34_a_request_without_body_is_never_sent_twice, HTTP_GET,
                        HTTP_DELETE + 1);
    tcase_add_test(tests, test_lesson_36_a_connection_is_reused);
    tcase_add_test(tests, test_lesson_35_an_answer_is_bounded);
    tcase_add_test(tests, test_lesson_35_headers_are_bounded);
    tcase_add_test(tests, test_retry_after);
    tcase_add_test(tests, test_redirects_are_not_followed);
    tcase_add_test(tests, test_nobody_listens);
    tcase_add_test(tests, test_no_tls_on_the_other_side);
    tcase_add_test(tests, test_a_certificate_that_nobody_vouches_for_is_refused);
    tcase_add_loop_test(tests, test_lesson_33_what_leaves_the_outcome_open, 0, 8);
    tcase_add_test(tests, test_a_timeout_after_sending_leaves_the_outcome_open);
    tcase_add_test(tests, test_an_early_refusal_of_a_large_body_is_seen);
    tcase_add_loop_test(tests, test_addresses_that_are_refused, 0, 12);
    tcase_add_loop_test(tests, test_loopback_addresses_are_allowed_in_the_clear, 0, 5);
    tcase_add_test(tests, test_a_header_with_a_line_break_is_refused);
    tcase_add_test(tests, test_cancel_ends_a_stalled_request);
    tcase_add_test(tests, test_cancel_wakes_a_request_at_once);
    tcase_add_test(tests, test_a_cancel_that_fired_before_sends_nothing);
    tcase_add_test(tests, test_the_deadline_ends_a_stalled_request);
    tcase_add_test(tests, test_nothing_of_an_earlier_answer_is_left);
}

int main(void) {
    Suite *suite = suite_create("http_client");
    TCase *tests = tcase_create("http_client");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    add_tests(tests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
