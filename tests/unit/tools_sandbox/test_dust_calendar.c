#include "sandbox/dust_calendar.h"
#include "support/suite.h"

START_TEST(test_days_that_are_known) {
    static const struct {
        int64_t year;
        int month;
        int day;
        int64_t days;
    } rows[] = {{1970, 1, 1, 0},     {1969, 12, 31, -1},     {2000, 2, 29, 11016},
                {2000, 3, 1, 11017}, {2024, 1, 2, 19724},    {1900, 3, 1, -25508},
                {0, 3, 1, -719468},  {9999, 12, 31, 2932896}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_int_eq(dust_calendar_days(rows[i].year, rows[i].month, rows[i].day),
                         rows[i].days);
    }
}
END_TEST

/* Eight centuries around the year 0 and around today. */
START_TEST(test_every_day_is_one_date) {
    const int64_t first = _i ? -100000 : -719468 - 150000;
    int wrong = 0;
    for (int64_t days = first; days < first + 300000; days++) {
        int month;
        int day;
        int64_t year = dust_calendar_date(days, &month, &day);
        wrong += month < 1 || month > 12 || day < 1 || day > 31 ||
                 dust_calendar_days(year, month, day) != days;
    }
    ck_assert_int_eq(wrong, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_calendar");
    TCase *tests = tcase_create("dust_calendar");
    tcase_add_test(tests, test_days_that_are_known);
    tcase_add_loop_test(tests, test_every_day_is_one_date, 0, 2);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
