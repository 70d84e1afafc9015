#include "support/suite.h"
#include "table/instant_text.h"

static struct instant instant_of(const char *text) {
    struct instant instant = {0};
    ck_assert_msg(cell_instant(slice_of(text), &instant), "%s is no instant", text);
    return instant;
}

static const char *text_of(struct instant instant) {
    static char text[INSTANT_TEXT_BYTES];
    struct slice slice = instant_text(instant, text);
    ck_assert_uint_eq(slice.len, strlen(text));
    ck_assert_ptr_eq(slice.data, text);
    return text;
}

START_TEST(test_an_instant_is_written_with_its_shortest_fraction) {
    ck_assert_str_eq(text_of(instant_of("2007-12-03T10:15:30Z")), "2007-12-03T10:15:30Z");
    ck_assert_str_eq(text_of(instant_of("2007-12-03T10:15:30.000Z")), "2007-12-03T10:15:30Z");
    ck_assert_str_eq(text_of(instant_of("2007-12-03T10:15:30.120Z")), "2007-12-03T10:15:30.12Z");
    ck_assert_str_eq(text_of(instant_of("2007-12-03T10:15:30.000000001Z")),
                     "2007-12-03T10:15:30.000000001Z");
    ck_assert_str_eq(text_of(instant_of("2007-12-03T10:15:30+02:00")), "2007-12-03T08:15:30Z");
    ck_assert_str_eq(text_of(instant_of(INSTANT_TEXT_NEVER)), "1970-01-01T00:00:00Z");
    ck_assert_str_eq(text_of(instant_of(INSTANT_TEXT_ALWAYS)), INSTANT_TEXT_ALWAYS);
}
END_TEST

START_TEST(test_lesson_18_years_0001_to_9999_are_written_and_read_alike) {
    const struct instant end = instant_of("9999-12-31T23:59:59Z");
    const int64_t step = 86400 * 13 + 3607; /* every date of a leap year comes up sooner or later */
    struct instant instant = instant_of("0001-01-01T00:00:00Z");
    ck_assert_str_eq(text_of(instant), "0001-01-01T00:00:00Z");
    for (; instant.seconds <= end.seconds; instant.seconds += step) {
        char text[INSTANT_TEXT_BYTES];
        struct instant again = {0};
        if (!cell_instant(instant_text(instant, text), &again) ||
            again.seconds != instant.seconds) { /* ck_assert is slow */
            ck_abort_msg("%s is another instant", text);
        }
    }
    ck_assert_str_eq(text_of(end), "9999-12-31T23:59:59Z");
    ck_assert_str_eq(text_of(instant_of("2000-02-29T23:59:59.5Z")), "2000-02-29T23:59:59.5Z");
    ck_assert_str_eq(text_of(instant_of("1969-12-31T23:59:59.999Z")), "1969-12-31T23:59:59.999Z");
}
END_TEST

START_TEST(test_lesson_26_a_millisecond_before_a_start) {
    static const struct {
        const char *start, *end;
    } rows[] = {
        {"2024-03-01T00:00:00Z", "2024-02-29T23:59:59.999Z"},
        {"2024-01-01T00:00:00.001Z", "2024-01-01T00:00:00Z"},
        {"2024-01-01T00:00:00.0005Z", "2023-12-31T23:59:59.9995Z"},
        {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z"},
        {"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.998999999Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_str_eq(text_of(instant_add_ms(instant_of(rows[i].start), -1)), rows[i].end);
    }
}
END_TEST

START_TEST(test_milliseconds_are_added_within_the_years) {
    ck_assert_str_eq(text_of(instant_add_ms(instant_of("2023-12-31T23:59:59.999Z"), 1)),
                     "2024-01-01T00:00:00Z");
    ck_assert_str_eq(text_of(instant_add_ms(instant_of("2024-01-01T00:00:00.5Z"), 86400000)),
                     "2024-01-02T00:00:00.5Z");
    ck_assert_str_eq(text_of(instant_add_ms(instant_of(INSTANT_TEXT_ALWAYS), 1)),
                     "9999-12-31T23:59:59.999999999Z");
}
END_TEST

START_TEST(test_instants_compare_by_seconds_then_nanoseconds) {
    struct instant early = instant_of("1969-12-31T23:59:59.9Z");
    struct instant late = instant_of("1970-01-01T00:00:00.1Z");
    struct instant later = instant_of("1970-01-01T00:00:00.100000001Z");
    ck_assert_int_lt(instant_compare(early, late), 0);
    ck_assert_int_gt(instant_compare(late, early), 0);
    ck_assert_int_lt(instant_compare(late, later), 0);
    ck_assert_int_gt(instant_compare(later, late), 0);
    ck_assert_int_eq(instant_compare(late, late), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("instant_text");
    TCase *tests = tcase_create("instant_text");
    tcase_add_test(tests, test_an_instant_is_written_with_its_shortest_fraction);
    tcase_add_test(tests, test_lesson_18_years_0001_to_9999_are_written_and_read_alike);
    tcase_add_test(tests, test_lesson_26_a_millisecond_before_a_start);
    tcase_add_test(tests, test_milliseconds_are_added_within_the_years);
    tcase_add_test(tests, test_instants_compare_by_seconds_then_nanoseconds);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
