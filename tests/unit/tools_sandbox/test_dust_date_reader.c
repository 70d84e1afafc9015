#include "sandbox/dust_date_reader.h"
#include "support/suite.h"

#include <string.h>

static struct dust_date_reader reader_of(const char *text) {
    return (struct dust_date_reader){text, text + strlen(text)};
}

/* Reads one part off text; rest: what must be left behind it, NULL: it must not be there. */
static struct dust_date read(const char *text, char part, bool two, const char *rest) {
    struct dust_date date = {.weekday = -1};
    struct dust_date_reader r = reader_of(text);
    bool there = dust_date_reader_part(&r, &date, part, two);
    ck_assert_msg(there == (rest != NULL), "%c of %s", part, text);
    if (rest) {
        ck_assert_str_eq(r.at, rest);
    }
    return date;
}

START_TEST(test_years) {
    ck_assert_int_eq(read("1234-", 'Y', false, "-").year, 1234);
    ck_assert_int_eq(read("12345", 'Y', false, "5").year, 1234);
    read("123-", 'Y', false, NULL);
    ck_assert_int_eq(read("69/", 'y', false, "/").year, 2069);
    ck_assert_int_eq(read("70/", 'y', false, "/").year, 1970);
    ck_assert_int_eq(read("2024/", 'y', false, "/").year, 2024);
    read("202/", 'y', false, NULL);
    read("2/", 'y', false, NULL);
    ck_assert_int_eq(read("240102", 'y', true, "0102").year, 2024);
    ck_assert(read("2024", 'Y', false, "").has_year);
}
END_TEST

START_TEST(test_one_digit_or_two) {
    ck_assert_int_eq(read("7/", 'm', false, "/").month, 7);
    ck_assert_int_eq(read("123", 'm', false, "3").month, 12);
    read("7/", 'm', true, NULL);
    ck_assert_int_eq(read("07/", 'm', true, "/").month, 7);
    ck_assert_int_eq(read("9,", 'd', false, ",").day, 9);
    ck_assert(read("9,", 'd', false, ",").has_day);
    ck_assert_int_eq(read("9:", 'H', false, ":").hour, 9);
    ck_assert(!read("9:", 'H', false, ":").twelve);
    ck_assert(read("9:", 'I', false, ":").twelve);
    ck_assert_int_eq(read("05:", 'M', false, ":").minute, 5);
    read("5:", 'M', false, NULL);
    ck_assert_int_eq(read("59", 'S', false, "").second, 59);
    read("", 'S', false, NULL);
    read("x", 'd', false, NULL);
}
END_TEST

START_TEST(test_fractions) {
    ck_assert_int_eq(read(".5Z", 'f', false, "Z").millisecond, 500);
    ck_assert_int_eq(read(".0123456789Z", 'f', false, "Z").millisecond, 12);
    ck_assert_int_eq(read("Z", 'f', false, "Z").millisecond, 0);
    ck_assert_int_eq(read("", 'f', false, "").millisecond, 0);
    read(".Z", 'f', false, NULL);
}
END_TEST

START_TEST(test_names) {
    ck_assert_int_eq(read("Jan 5", 'b', false, " 5").month, 1);
    ck_assert_int_eq(read("DECEMBER", 'b', false, "").month, 12);
    ck_assert_int_eq(read("may,", 'b', false, ",").month, 5);
    read("Ja", 'b', false, NULL);
    read("Janu", 'b', false, NULL);
    read("Sunday", 'b', false, NULL);
    ck_assert_int_eq(read("Sun, ", 'a', false, ", ").weekday, 0);
    ck_assert_int_eq(read("saturday", 'a', false, "").weekday, 6);
    read("May", 'a', false, NULL);
    ck_assert(read("PM", 'p', false, "").pm);
    ck_assert(!read("am ", 'p', false, " ").pm);
    read("pmx", 'p', false, NULL);
    read("xm", 'p', false, NULL);
}
END_TEST

START_TEST(test_zones) {
    ck_assert_int_eq(read("Z", 'z', false, "").zone, 0);
    ck_assert_int_eq(read("gmt", 'z', false, "").zone, 0);
    ck_assert_int_eq(read("PST", 'z', false, "").zone, -480);
    ck_assert_int_eq(read("+02:30", 'z', false, "").zone, 150);
    ck_assert_int_eq(read("-0130", 'z', false, "").zone, -90);
    ck_assert_int_eq(read("+05", 'z', false, "").zone, 300);
    read("+5", 'z', false, NULL);
    read("+05:", 'z', false, NULL);
    read("+24:00", 'z', false, NULL);
    read("+05:60", 'z', false, NULL);
    read("CET", 'z', false, NULL);
    read("", 'z', false, NULL);
}
END_TEST

START_TEST(test_white_space) {
    struct dust_date_reader r = reader_of(" \t x");
    dust_date_reader_space(&r);
    ck_assert_str_eq(r.at, "x");
    dust_date_reader_space(&r);
    ck_assert_str_eq(r.at, "x");
}
END_TEST

START_TEST(test_a_name_comes_next) {
    static const struct {
        const char *text;
        bool is;
    } rows[] = {{"Jan", true},    {"sunday 5", true}, {"Mayor", false}, {"Ma", false},
                {"5 Jan", false}, {"", false},        {"hello", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct dust_date_reader r = reader_of(rows[i].text);
        ck_assert_msg(dust_date_reader_is_at_name(&r) == rows[i].is, "%s", rows[i].text);
        ck_assert_ptr_eq(r.at, rows[i].text);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_date_reader");
    TCase *tests = tcase_create("dust_date_reader");
    tcase_add_test(tests, test_years);
    tcase_add_test(tests, test_one_digit_or_two);
    tcase_add_test(tests, test_fractions);
    tcase_add_test(tests, test_names);
    tcase_add_test(tests, test_zones);
    tcase_add_test(tests, test_white_space);
    tcase_add_test(tests, test_a_name_comes_next);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
