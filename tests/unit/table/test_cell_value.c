#include "support/suite.h"
#include "table/cell_value.h"

/* Looks that all of the words, up to a NULL, are taken as a type, or refused with a reason. */
static void assert_all(enum column_type type, bool taken, const char *const *words) {
    for (size_t i = 0; words[i]; i++) {
        const char *reason = cell_check(type, slice_of(words[i]));
        ck_assert_msg((reason == NULL) == taken, "%s %s: %s", column_type_name(type), words[i],
                      reason ? reason : "taken");
    }
}

#define ASSERT_TAKEN(type, ...) assert_all(type, true, (const char *const[]){__VA_ARGS__, NULL})
#define ASSERT_REFUSED(type, ...) assert_all(type, false, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(test_booleans) {
    ASSERT_TAKEN(COLUMN_BOOLEAN, "true", "false", "TRUE", "False", "tRuE");
    ASSERT_REFUSED(COLUMN_BOOLEAN, "", "1", "0", "yes", "t", "true ", " true", "falsee", "null");
    bool value = false;
    ck_assert(cell_boolean(SLICE_LITERAL("TRUE"), &value) && value);
    ck_assert(cell_boolean(SLICE_LITERAL("False"), &value) && !value);
}
END_TEST

START_TEST(test_integers) {
    const enum column_type types[] = {COLUMN_SHORT, COLUMN_INT, COLUMN_LONG};
    for (size_t i = 0; i < 3; i++) {
        ASSERT_TAKEN(types[i], "0", "-0", "7", "-7", "+5", "007", "-007", "2147483648", "70000",
                     "9223372036854775807", "-9223372036854775808", "+9223372036854775807",
                     "00000000000000000000000000009223372036854775807");
        ASSERT_REFUSED(types[i], "", "-", "+", "1.0", "1.", "1e3", "x", "1x", " 1", "1 ", "--1",
                       "9223372036854775808", "-9223372036854775809", "+9223372036854775808",
                       "99999999999999999999", "0x10", "NaN", "true");
    }
}
END_TEST

START_TEST(test_lesson_19_decimals_have_any_number_of_digits) {
    ASSERT_TAKEN(COLUMN_DECIMAL, "0", "-0.0", "1.5", "+5", "007", ".5", "-.5", "1.", "1E+3", "1e-3",
                 "0E-10", "12345678901234567890123456789012345678",
                 "0.1234567890123456789012345678901234567", "1.e5", "-1.50");
    ASSERT_REFUSED(COLUMN_DECIMAL, "", ".", "-", "+", "-.", "e5", ".e5", "1e", "1e+", "1,5",
                   "1.5.5", "NaN", "Infinity", "-Infinity", "1f", "0x1", " 1", "1 ", "1e5.0", "--1",
                   "\xC2\xA0");
}
END_TEST

START_TEST(test_lesson_19_floats_come_as_java_prints_them) {
    const enum column_type types[] = {COLUMN_FLOAT, COLUMN_DOUBLE};
    for (size_t i = 0; i < 2; i++) {
        ASSERT_TAKEN(types[i], "3.4028237E+38", "1.0E10", "4.9E-324", "1.7976931348623157E308",
                     "-0.0", "5", "NaN", "Infinity", "-Infinity", "+Infinity");
        ASSERT_REFUSED(types[i], "", "nan", "inf", "infinity", "INFINITY", "-NaN", "+NaN",
                       "Infinity ", "1.0f", "0x1p3", "--Infinity");
    }
}
END_TEST

START_TEST(test_dates) {
    ASSERT_TAKEN(COLUMN_NAIVE_DATE, "2007-12-03", "0001-01-01", "9999-12-31", "2000-02-29",
                 "2024-02-29", "1970-01-01", "1969-12-31", "2023-04-30");
    ASSERT_REFUSED(COLUMN_NAIVE_DATE, "", "2007-12-3", "2007-12-03T10:15:30", "0000-01-01",
                   "2007-13-01", "2007-00-01", "2007-01-00", "2007-01-32", "2007-04-31",
                   "2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2007/12/03", "20071203",
                   "-2007-12-03", "+2007-12-03", "12007-12-03", "2007-12-03 ", " 007-12-03",
                   "20a7-12-03", "2007-12-03Z", "2007-1203");
}
END_TEST

START_TEST(test_lesson_18_times_of_day_may_lack_seconds) {
    ASSERT_TAKEN(COLUMN_NAIVE_TIME, "10:15", "10:15:30", "00:00", "23:59:59", "10:15:30.1",
                 "10:15:30.123456789", "00:00:00.000000000");
    ASSERT_REFUSED(COLUMN_NAIVE_TIME, "", "10", "10:", "10:1", "10:15:", "10:15:3", "10:15:30.",
                   "10:15:30.1234567890", "24:00", "23:60", "23:59:60", "1:15:30", "10:15:30Z",
                   "10-15-30", "T10:15", "10:15:30,5", "-1:15:30", "10:15 ", "10:15.5");
}
END_TEST

START_TEST(test_lesson_18_local_times) {
    ASSERT_TAKEN(COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30", "2007-12-03 10:15:30",
                 "2007-12-03T10:15", "2007-12-03T10:15:30.123456789", "0001-01-01T00:00:00",
                 "9999-12-31T23:59:59.999999999", "2024-02-29T00:00:00.0");
    ASSERT_REFUSED(COLUMN_NAIVE_DATETIME, "", "2007-12-03", "2007-12-03T", "2007-12-03T10",
                   "2007-12-03T10:15:30Z", "2007-12-03t10:15:30", "2007-12-03T24:00:00",
                   "2023-02-29T10:15:30", "2007-12-03T10:15:30.", "2007-12-03_10:15:30",
                   "2007-12-03T10:15:30+01:00", "2007-12-03T10:15:30.1234567891");
}
END_TEST

START_TEST(test_lesson_18_instants_have_0_to_9_fraction_digits) {
    ASSERT_TAKEN(COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.123Z", "2007-12-03T10:15:30Z",
                 "2007-12-03T10:15Z", "2007-12-03T10:15:30.1Z", "2007-12-03T10:15:30.123456789Z",
                 "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z",
                 "2007-12-03T10:15:30+01:00", "2007-12-03T10:15:30-0130", "2007-12-03 10:15:30Z",
                 "2007-12-03T10:15:30.5+18:00", "2007-12-03T10:15+01:00");
    ASSERT_REFUSED(COLUMN_UTC_DATETIME, "", "2007-12-03", "2007-12-03T10:15:30",
                   "2007-12-03T10:15:30z", "2007-12-03T10:15:30ZZ", "2007-12-03T10:15:30+01",
                   "2007-12-03T10:15:30+1:00", "2007-12-03T10:15:30+19:00",
                   "2007-12-03T10:15:30+18:01", "2007-12-03T10:15:30+01:60",
                   "2007-12-03T10:15:30 Z", "2007-12-03T10:15:30.Z", "10000-01-01T00:00:00Z",
                   "2007-12-03T10:15:30+01-00", "2007-12-03T10:15:30.1234567890Z",
                   "0000-12-31T23:59:59Z", "2007-12-03T10:15:30*01:00");
}
END_TEST

START_TEST(test_texts_take_everything) {
    const enum column_type types[] = {COLUMN_UNSPECIFIED, COLUMN_BINARY, COLUMN_XML, COLUMN_STRING,
                                      COLUMN_JSON};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        ASSERT_TAKEN(types[i], "", "x", "\xFF", "{", "null");
    }
}
END_TEST

static void assert_instant(const char *text, int64_t seconds, int32_t nanos) {
    struct instant instant = {0};
    ck_assert_msg(cell_instant(slice_of(text), &instant), "%s", text);
    ck_assert_msg(instant.seconds == seconds && instant.nanos == nanos, "%s: %lld.%09d", text,
                  (long long)instant.seconds, (int)instant.nanos);
}

START_TEST(test_instants) { /* seconds as date -u -d … +%s gives them */
    assert_instant("1970-01-01T00:00:00Z", 0, 0);
    assert_instant("1970-01-01", 0, 0);
    assert_instant("1969-12-31T23:59:59.999Z", -1, 999000000);
    assert_instant("2007-12-03T10:15:30.123Z", 1196676930, 123000000);
    assert_instant("2007-12-03T10:15:30", 1196676930, 0);
    assert_instant("2007-12-03 10:15", 1196676900, 0);
    assert_instant("2000-02-29", 951782400, 0);
    assert_instant("2000-03-01", 951868800, 0);
    assert_instant("1900-03-01", -2203891200, 0);
    assert_instant("2038-01-19T03:14:08Z", 2147483648, 0);
    assert_instant("0001-01-01T00:00:00Z", -62135596800, 0);
    assert_instant("9999-12-31T23:59:59.999999999Z", 253402300799, 999999999);
    assert_instant("2007-12-03T10:15:30.000000001Z", 1196676930, 1);
    assert_instant("2007-12-03T10:15:30+01:00", 1196673330, 0);
    assert_instant("2007-12-03T10:15:30-0530", 1196696730, 0);
    struct instant instant = {7, 7};
    ck_assert(!cell_instant(SLICE_LITERAL("2007-12-03T10:15:30X"), &instant));
    ck_assert(!cell_instant(SLICE_LITERAL("10:15"), &instant));
    ck_assert(!cell_instant(SLICE_LITERAL(""), &instant));
    ck_assert_int_eq(instant.seconds, 7); /* left alone */
}
END_TEST

START_TEST(test_lesson_18_milliseconds_are_floored_without_overflow) {
    struct instant instant;
    ck_assert(cell_instant(SLICE_LITERAL("1969-12-31T23:59:59.999999Z"), &instant));
    ck_assert_int_eq(instant_ms(instant), -1);
    ck_assert(cell_instant(SLICE_LITERAL("9999-12-31T23:59:59.999Z"), &instant));
    ck_assert_int_eq(instant_ms(instant), 253402300799999);
    ck_assert(cell_instant(SLICE_LITERAL("0001-01-01T00:00:00Z"), &instant));
    ck_assert_int_eq(instant_ms(instant), -62135596800000);
}
END_TEST

START_TEST(test_every_day_of_ten_thousand_years_follows_the_one_before) {
    int64_t expected = -62135596800;
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= 31; day++) {
                char text[16];
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                struct instant instant;
                if (cell_instant(slice_make(text, 10), &instant)) {
                    if (instant.seconds != expected) { /* ck_assert is slow */
                        ck_abort_msg("%s", text);
                    }
                    expected += 86400;
                }
            }
        }
    }
    ck_assert_int_eq(expected, 253402300800);
}
END_TEST

/* No text is read past its end: every prefix stands alone in memory of its own. */
START_TEST(test_prefixes_are_read_within_their_bytes) {
    static const char *const texts[] = {"2007-12-03T10:15:30.123456789+01:00", "-12.5E+10",
                                        "-Infinity", "false", "10:15:30.123"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            char *copy = malloc(len ? len : 1);
            memcpy(copy, texts[i], len);
            for (int type = 0; type < COLUMN_TYPE_COUNT; type++) {
                cell_check((enum column_type)type, slice_make(copy, len));
            }
            free(copy);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cell_value");
    TCase *c = tcase_create("cell_value");
    tcase_add_test(c, test_booleans);
    tcase_add_test(c, test_integers);
    tcase_add_test(c, test_lesson_19_decimals_have_any_number_of_digits);
    tcase_add_test(c, test_lesson_19_floats_come_as_java_prints_them);
    tcase_add_test(c, test_dates);
    tcase_add_test(c, test_lesson_18_times_of_day_may_lack_seconds);
    tcase_add_test(c, test_lesson_18_local_times);
    tcase_add_test(c, test_lesson_18_instants_have_0_to_9_fraction_digits);
    tcase_add_test(c, test_texts_take_everything);
    tcase_add_test(c, test_instants);
    tcase_add_test(c, test_lesson_18_milliseconds_are_floored_without_overflow);
    tcase_add_test(c, test_every_day_of_ten_thousand_years_follows_the_one_before);
    tcase_add_test(c, test_prefixes_are_read_within_their_bytes);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
