#include "http/http_response.h"
#include "support/suite.h"

START_TEST(test_a_new_response_is_empty) {
    struct http_response response;
    http_response_init(&response);
    ck_assert_int_eq(response.status, 0);
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert_uint_eq(response.body.len, 0);
    ck_assert_uint_eq(response.body.max, HTTP_RESPONSE_BYTES);
    ck_assert_str_eq(response.error, "");
    http_response_clean_up(&response);
}
END_TEST

START_TEST(test_a_response_is_reset) {
    struct http_response response;
    http_response_init(&response);
    ck_assert(buf_append_text(&response.body, "body"));
    const size_t cap = response.body.cap;
    response.outcome = HTTP_ANSWERED;
    response.status = 429;
    response.retry_after_ms = 9000;
    response.is_json = true;
    response.curl_code = 7;
    response.elapsed_ms = 5;
    snprintf(response.error, sizeof response.error, "of before");
    http_response_reset(&response);
    ck_assert_int_eq(response.outcome, HTTP_STOPPED);
    ck_assert_int_eq(response.status, 0);
    ck_assert_int_eq(response.retry_after_ms, -1);
    ck_assert(!response.is_json);
    ck_assert_int_eq(response.curl_code, 0);
    ck_assert_int_eq(response.elapsed_ms, 0);
    ck_assert_str_eq(response.error, "");
    ck_assert_uint_eq(response.body.len, 0);
    ck_assert_uint_eq(response.body.cap, cap); /* its memory is kept */
    http_response_clean_up(&response);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("http_response");
    TCase *tests = tcase_create("http_response");
    tcase_add_test(tests, test_a_new_response_is_empty);
    tcase_add_test(tests, test_a_response_is_reset);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
