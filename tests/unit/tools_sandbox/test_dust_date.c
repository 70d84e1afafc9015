#include "sandbox/dust_date.h"
#include "support/suite.h"

#include <time.h>

static const int64_t JAN_2_2024 = INT64_C(1704153600000); /* midnight */
static const int64_t DAY_MS = INT64_C(86400000);
static const int64_t TEN_FIFTEEN_MS = INT64_C(36900000);

START_TEST(test_a_text_that_is_a_date) {
    static const struct {
        const char *text;
        int64_t after_midnight_ms; /* of 2 January 2024 */
    } rows[] = {
        {"2024-01-02", 0},
        {"2024-01-02T10:15:00Z", TEN_FIFTEEN_MS},
        {"2024-01-02t10:15:00.125+00:00", TEN_FIFTEEN_MS + 125},
        {"2024-01-02T10:15:00+02:00", TEN_FIFTEEN_MS - 7200000},
        {"2024-01-02 10:15:00", TEN_FIFTEEN_MS},
        {"2024-01-02 10:15", TEN_FIFTEEN_MS},
        {"2024-01-02 10:15 PM", TEN_FIFTEEN_MS + DAY_MS / 2},
        {"2024-01-02 12:15 AM", TEN_FIFTEEN_MS - 36000000},
        {"Tue, 2 Jan 2024 10:15:00 GMT", TEN_FIFTEEN_MS},
        {"2 January 2024 10:15:00 EST", TEN_FIFTEEN_MS + 18000000},
        {"Jan. 2, 2024", 0},
        {"January 2, 24, 10:15", TEN_FIFTEEN_MS},
        {"2024-Jan-02", 0},
        {"1/2/24", 0},
        {"01/02/2024 10:15", TEN_FIFTEEN_MS},
        {"2024/1/2", 0},
        {"1.2.2024", 0},
        {"240102 10:15:00", TEN_FIFTEEN_MS},
        {"2024年01月02日", 0},
        {"2024年01月02日10时15分00秒", TEN_FIFTEEN_MS},
    };
    int64_t ms = 0;
    ck_assert_msg(dust_date_parse(slice_of(rows[_i].text), &ms), "%s", rows[_i].text);
    ck_assert_msg(ms == JAN_2_2024 + rows[_i].after_midnight_ms, "%s: %lld", rows[_i].text,
                  (long long)ms);
}
END_TEST

START_TEST(test_a_text_that_is_none) {
    static const char *const texts[] = {
        "",
        "1",
        "2024",
        "hello",
        "may be",
        "2024-13-01",
        "2023-02-29",
        "1900-02-29",
        "2024-04-31",
        "2024-01-02T24:00:00Z",
        "2024-01-02T10:60:00Z",
        "13:00 PM",
        "0:30 AM",
        "Mon, 2 Jan 2024 10:15:00 GMT", /* it was a Tuesday */
        "2024-01-02 and more",
        " 2024-01-02",
        "T10:15:30",
        "Tue, 2 January 2024 10:15:00.000000000000000000000 GMT",
    };
    int64_t ms = 0;
    ck_assert_msg(!dust_date_parse(slice_of(texts[_i]), &ms), "%s", texts[_i]);
}
END_TEST

START_TEST(test_what_is_left_open_is_todays) {
    int64_t ms = 0;
    int64_t day = 0;
    int64_t before = 0;
    do { /* until one day holds both looks at the clock */
        before = time(NULL) / 86400;
        ck_assert(dust_date_parse(SLICE_LITERAL("10:15"), &ms));
        day = time(NULL) / 86400;
    } while (before != day);
    ck_assert_int_eq(ms, day * DAY_MS + TEN_FIFTEEN_MS);
}
END_TEST

START_TEST(test_writing) {
    static const struct {
        int64_t ms;
        const char *text; /* NULL: Dust cannot */
    } rows[] = {
        {0, "1970-01-01 00:00:00"},
        {INT64_C(1704190500999), "2024-01-02 10:15:00"},
        {-1000, "1969-12-31 23:59:59"},
        {-1, NULL},
        {INT64_C(253402300800000), "+10000-01-01 00:00:00"},
        {INT64_C(-62198755200000), "-0001-01-01 00:00:00"},
        {INT64_MAX, NULL},
        {INT64_MIN, NULL},
    };
    struct buf out;
    buf_init(&out, 64);
    ck_assert_int_eq(dust_date_write(rows[_i].ms, &out), rows[_i].text != NULL);
    ck_assert_str_eq(buf_cstr(&out), rows[_i].text ? rows[_i].text : "");
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_date");
    TCase *tests = tcase_create("dust_date");
    tcase_add_loop_test(tests, test_a_text_that_is_a_date, 0, 20);
    tcase_add_loop_test(tests, test_a_text_that_is_none, 0, 18);
    tcase_add_test(tests, test_what_is_left_open_is_todays);
    tcase_add_loop_test(tests, test_writing, 0, 8);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
