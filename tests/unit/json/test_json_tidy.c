#include "json/json_scan.h"
#include "json/json_tidy.h"

#include <check.h>

static const struct {
    const char *text;
    const char *tidied;
} cases[] = {
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", "9.2233720368547758e+18"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"-9223372036854775809", "-9.2233720368547758e+18"},
    {"1.50", "1.50"},
    {"1e-999", "1e-999"},
    {"-1e999", "-1.7976931348623157e+308"},
    {"[1e309,{\"a\":2}]", "[1.7976931348623157e+308,{\"a\":2}]"},
    {"\"1e999\\\"99999999999999999999\\\\\"", "\"1e999\\\"99999999999999999999\\\\\""},
    {"\"\\ud800\"", "\"\\ufffd\""},
    {"\"\\udc00\\ud800\"", "\"\\ufffd\\ufffd\""},
    {"\"\\ud800\\ud83d\\ude00x\"", "\"\\ufffd\\ud83d\\ude00x\""},
    {"\"\\uD83D\\uDE00\"", "\"\\uD83D\\uDE00\""},
    {"\"\\ud83d\\n\\u0000\\u00e9\"", "\"\\ufffd\\n\\u0000\\u00e9\""},
};

START_TEST(test_tidy) {
    struct buf out;
    buf_init(&out, 1024);
    ck_assert(json_scan(slice_of(cases[_i].text), NULL));
    json_tidy(slice_of(cases[_i].text), &out);
    ck_assert_str_eq(buf_cstr(&out), cases[_i].tidied);
    ck_assert(json_scan(buf_slice(&out), NULL));
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_tidy");
    TCase *tests = tcase_create("json_tidy");
    tcase_add_loop_test(tests, test_tidy, 0, (int)(sizeof cases / sizeof cases[0]));
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
