#include "http/http_exchange.h"
#include "support/suite.h"

static struct http_request request;
static struct http_response response;
static struct http_exchange x;

static void set_up(void) {
    request = (struct http_request){.method = HTTP_POST};
    http_response_init(&response);
    http_exchange_init(&x, &request, &response);
}

static void tear_down(void) {
    http_response_clean_up(&response);
}

static bool take_header(const char *line) {
    return http_exchange_take_header((char *)line, 1, strlen(line), &x) == strlen(line);
}

static bool take_body(const char *data) {
    return http_exchange_take_body((char *)data, 1, strlen(data), &x) == strlen(data);
}

static bool said(const char *words) {
    return strstr(response.error, words) != NULL;
}

START_TEST(test_a_body_leaves_in_pieces_of_any_size) {
    const size_t room = (size_t)_i;
    char taken[32] = "";
    char piece[8];
    size_t len = 0;
    size_t n;
    request.body = SLICE_LITERAL("twelve bytes");
    while ((n = http_exchange_give_body(piece, 1, room, &x)) > 0) {
        ck_assert_uint_le(n, room);
        memcpy(taken + len, piece, n);
        len += n;
    }
    ck_assert_str_eq(taken, "twelve bytes");
    ck_assert_uint_eq(http_exchange_give_body(piece, 1, room, &x), 0);
}
END_TEST

START_TEST(test_a_header_as_libcurl_takes_it) {
    static const struct {
        struct http_header header;
        const char *line; /* NULL: it must not be sent */
    } rows[] = {{{"x-api-key", "secret"}, "x-api-key: secret"},
                {{"X-Empty", ""}, "X-Empty;"},
                {{"x-api-key", "secret\r\nX-Evil: 1"}, NULL},
                {{"X Evil", "1"}, NULL},
                {{"", "1"}, NULL},
                {{NULL, "1"}, NULL},
                {{"x-api-key", NULL}, NULL}};
    struct buf line;
    buf_init(&line, 1024);
    request.headers[1] = rows[_i].header;
    ck_assert_int_eq(http_exchange_give_header(&x, 1, &line), rows[_i].line != NULL);
    ck_assert_str_eq(buf_cstr(&line), rows[_i].line ? rows[_i].line : "");
    ck_assert_int_eq(response.error[0] != '\0', rows[_i].line == NULL);
    ck_assert(!said("secret"));
    buf_clean_up(&line);
}
END_TEST

START_TEST(test_the_headers_that_matter_are_kept) {
    ck_assert(take_header("HTTP/1.1 429 Too Many Requests\r\n"));
    ck_assert(take_header("Server: x\r\n"));
    ck_assert_str_eq(x.retry_after, "");
    ck_assert(take_header("retry-after:  Fri, 31 Dec 1999 23:59:59 GMT \r\n"));
    ck_assert(take_header("Content-Type: application/json; charset=utf-8\r\n"));
    ck_assert(take_header("\r\n"));
    ck_assert_str_eq(x.retry_after, "Fri, 31 Dec 1999 23:59:59 GMT");
    ck_assert(response.is_json);
}
END_TEST

START_TEST(test_what_an_interim_answer_said_is_over) {
    ck_assert(take_header("HTTP/1.1 103 Early Hints\r\n"));
    ck_assert(take_header("Retry-After: 5\r\n"));
    ck_assert(take_header("Content-Type: application/json\r\n"));
    ck_assert(take_header("HTTP/1.1 200 OK\r\n"));
    ck_assert_str_eq(x.retry_after, "");
    ck_assert(!response.is_json);
}
END_TEST

START_TEST(test_a_retry_after_that_is_too_long_is_cut) {
    char line[200];
    snprintf(line, sizeof line, "Retry-After: %0150d\r\n", 1);
    ck_assert(take_header(line));
    ck_assert_uint_eq(strlen(x.retry_after), HTTP_RETRY_AFTER_BYTES - 1);
}
END_TEST

START_TEST(test_lesson_35_headers_are_bounded) {
    char line[1024];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 256; i++) {
        ck_assert_uint_eq(http_exchange_take_header(line, 1, sizeof line, &x), sizeof line);
    }
    ck_assert_str_eq(response.error, "");
    ck_assert(!take_header("x"));
    ck_assert(said("headers are longer than 262144 bytes"));
}
END_TEST

START_TEST(test_lesson_35_a_body_is_bounded) {
    request.max_response_bytes = 8;
    http_exchange_init(&x, &request, &response);
    ck_assert(take_body("1234") && take_body("") && take_body("5678"));
    ck_assert_str_eq(response.error, "");
    ck_assert(!take_body("9"));
    ck_assert(said("longer than 8 bytes"));
    ck_assert(slice_equal_text(buf_slice(&response.body), "12345678"));
}
END_TEST

START_TEST(test_without_a_bound_there_is_one) {
    char *piece = calloc(1, HTTP_RESPONSE_BYTES);
    ck_assert_ptr_nonnull(piece);
    ck_assert_uint_eq(http_exchange_take_body(piece, 1, HTTP_RESPONSE_BYTES, &x),
                      HTTP_RESPONSE_BYTES);
    ck_assert(!take_body("9"));
    free(piece);
}
END_TEST

START_TEST(test_lesson_35_a_bound_below_the_memory_of_an_earlier_answer) {
    char large[5000] = "";
    ck_assert_uint_eq(http_exchange_take_body(large, sizeof large, 1, &x), sizeof large);
    request.max_response_bytes = 300;
    http_exchange_init(&x, &request, &response);
    ck_assert_uint_eq(http_exchange_take_body(large, 1, 301, &x), 0);
    ck_assert_uint_eq(http_exchange_take_body(large, 1, 300, &x), 300);
    ck_assert_uint_le(response.body.cap, 300);
}
END_TEST

START_TEST(test_a_failure_says_why) {
    ck_assert(!http_exchange_fail(&x, "%d of %s", 3, "them"));
    ck_assert_str_eq(response.error, "3 of them");
    http_exchange_init(&x, &request, &response); /* the next one knows nothing of it */
    ck_assert_str_eq(response.error, "");
    ck_assert_int_eq(response.outcome, HTTP_STOPPED);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("http_exchange");
    TCase *tests = tcase_create("http_exchange");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_a_body_leaves_in_pieces_of_any_size, 1, 9);
    tcase_add_loop_test(tests, test_a_header_as_libcurl_takes_it, 0, 7);
    tcase_add_test(tests, test_the_headers_that_matter_are_kept);
    tcase_add_test(tests, test_what_an_interim_answer_said_is_over);
    tcase_add_test(tests, test_a_retry_after_that_is_too_long_is_cut);
    tcase_add_test(tests, test_lesson_35_headers_are_bounded);
    tcase_add_test(tests, test_lesson_35_a_body_is_bounded);
    tcase_add_test(tests, test_without_a_bound_there_is_one);
    tcase_add_test(tests, test_lesson_35_a_bound_below_the_memory_of_an_earlier_answer);
    tcase_add_test(tests, test_a_failure_says_why);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
