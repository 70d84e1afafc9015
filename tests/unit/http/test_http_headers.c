#include "http/http_headers.h"
#include "support/suite.h"

START_TEST(test_retry_after) {
    const int64_t day_ms = 24 * 3600 * (int64_t)1000;
    const time_t none = (time_t)-1;
    static const struct {
        const char *value;
        int64_t ms;
    } seconds[] = {
        {"0", 0}, {"1", 1000},  {"120", 120000}, {"-5", 0},   {"007", 7000}, {"86400", 86400000},
        {"", -1}, {"soon", -1}, {"12 s", -1},    {"1.5", -1}, {"-", -1},     {"86399", 86399000},
    };
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        ck_assert_msg(http_retry_after_ms(seconds[i].value, none, 1000) == seconds[i].ms, "%s",
                      seconds[i].value);
    }
    ck_assert_int_eq(http_retry_after_ms("86401", none, 0), day_ms);
    ck_assert_int_eq(http_retry_after_ms("99999999999999999999999999999999", none, 0), day_ms);
    ck_assert_int_eq(http_retry_after_ms("-99999999999999999999999999999", none, 0), 0);
    /* Dates, which the caller has read. */
    ck_assert_int_eq(http_retry_after_ms("Fri, …", 1030, 1000), 30000);
    ck_assert_int_eq(http_retry_after_ms("Fri, …", 970, 1000), 0);
    ck_assert_int_eq(http_retry_after_ms("Fri, …", 999999999, 1000), day_ms);
}
END_TEST

START_TEST(test_header_value) {
    struct slice value;
    ck_assert(http_header_value(SLICE_LITERAL("retry-AFTER: \t 12 \r\n"), "Retry-After", &value));
    ck_assert(slice_equal_text(value, "12"));
    ck_assert(http_header_value(SLICE_LITERAL("Retry-After:\r\n"), "Retry-After", &value));
    ck_assert_uint_eq(value.len, 0);
    ck_assert(!http_header_value(SLICE_LITERAL("Retry-After"), "Retry-After", &value));
    ck_assert(!http_header_value(SLICE_LITERAL("Retry-Afters: 1"), "Retry-After", &value));
    ck_assert(!http_header_value(SLICE_LITERAL("X-Retry-After: 1"), "Retry-After", &value));
    ck_assert(!http_header_value(SLICE_LITERAL(""), "Retry-After", &value));
}
END_TEST

START_TEST(test_json_types) {
    static const struct {
        const char *type;
        bool json;
    } types[] = {
        {"application/json", true},
        {"Application/JSON; charset=utf-8", true},
        {" application/json ;q", true},
        {"application/problem+json", true},
        {"application/problem+JSON;x=y", true},
        {"", false},
        {"+json", false},
        {"text/html", false},
        {"application/jsonp", false},
        {"application/json5", false},
        {"text/html; x=application/json", false},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        ck_assert_msg(http_type_is_json(slice_of(types[i].type)) == types[i].json, "%s",
                      types[i].type);
    }
}
END_TEST

START_TEST(test_clean_headers) {
    ck_assert(http_header_is_clean("x-api-key", "abc DEF\t123 \xC3\xA9"));
    ck_assert(http_header_is_clean("x-api-key", ""));
    ck_assert(!http_header_is_clean("x-api-key", "abc\r\nEvil: 1"));
    ck_assert(!http_header_is_clean("x-api-key", "abc\n"));
    ck_assert(!http_header_is_clean("x-api-key", "abc\r"));
    ck_assert(!http_header_is_clean("x-api-key", "\x01"));
    ck_assert(!http_header_is_clean("x-api-key", "\x7F"));
    ck_assert(!http_header_is_clean("x-api-key", NULL));
    ck_assert(!http_header_is_clean("x api", "1"));
    ck_assert(!http_header_is_clean("x:y", "1"));
    ck_assert(!http_header_is_clean("x\r\ny", "1"));
    ck_assert(!http_header_is_clean("", "1"));
    ck_assert(!http_header_is_clean(NULL, "1"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("http_headers");
    TCase *tests = tcase_create("http_headers");
    tcase_add_test(tests, test_retry_after);
    tcase_add_test(tests, test_header_value);
    tcase_add_test(tests, test_json_types);
    tcase_add_test(tests, test_clean_headers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
