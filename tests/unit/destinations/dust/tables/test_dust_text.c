#include "destinations/dust/tables/dust_text.h"
#include "support/suite.h"

/* What stands under RETYPED and TRIMMED was tried with the crates that Dust reads with (chrono
 * 0.4.45, dateparser 0.3.1), and so was what stands under KEPT. */

static void assert_all(enum dust_text fate, const char *const *texts) {
    for (size_t i = 0; texts[i]; i++) {
        ck_assert_msg(dust_text_fate(slice_of(texts[i])) == fate, "\"%s\": %d", texts[i],
                      (int)dust_text_fate(slice_of(texts[i])));
    }
}

#define ASSERT_FATE(fate, ...) assert_all(fate, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(test_numbers_are_retyped) {
    ASSERT_FATE(DUST_TEXT_RETYPED, "0", "-0", "007", "+33612345678", "-7", ".5", "1.", "-.5", "1.5",
                "3.2E5", "1.e5", "1.5e-300", "9223372036854775807", "9223372036854775808",
                "12345678901234567890123", " 7 ", "-.0e08278433366409");
    ASSERT_FATE(DUST_TEXT_KEPT, "1e5", "32E0134", "1E+21", "NaN", "inf", "Infinity", "-inf",
                "1_000", "0x10", "1,5", ".", "-", "+", "1.5e", "1.5e400", "1 000", "7a", "--7");
}
END_TEST

START_TEST(test_booleans_are_retyped) {
    ASSERT_FATE(DUST_TEXT_RETYPED, "t", "T", "f", "F", "true", "TRUE", "fAlse", " true\n");
    ASSERT_FATE(DUST_TEXT_KEPT, "tr", "yes", "no", "truee", "null", "y", "n", "tt");
}
END_TEST

START_TEST(test_dates_are_retyped) {
    ASSERT_FATE(
        DUST_TEXT_RETYPED, "2021-01-01", "2021-01-01T00:00:00Z", "2025-02-14T15:06:52.380Z",
        "2007-12-03 10:15:30", "2007-12-03 10:15", "2007-12-03 10:15:30.5",
        "2007-12-03T10:15:30-18:00", "0001-01-01T00:00:00Z", "1969-12-31 23:59:59",
        "2019-11-29 08:08:05-08", "2014-04-26 13:13:43 +0800", "2014-12-16 06:20:00 GMT",
        "2021-02-21 PST", "2021-02-21abc", "2021-02-21-0001", "2021-Feb-21", "2024-02-19 15:30:45",
        "10:15", "10:15:30", "4:00pm", "6:00 AM PST", "March 2, 2021", "January 02, 2021",
        "oct 7, 70", "oct. 7, 1970", "May 6 at 9:24 PM", "May 27 02:45:27", "March 2 2021",
        "Dec8 1", "May 8, 2009 5:57:51 PM", "Fri, 14 Feb 2025 15:10:34 GMT",
        "14 Feb 2025 15:10:34 +0000 (UTC)", "02-Jan-2021", "7-aug-5", "7 oct 70",
        "14 May 2019 19:11:40.164", "3/31/2014", "08/21/71", "8/8/1965 01:00 PM", "2014/4/8 22:05",
        "2014/03/31", "3-31-2014", "08-21-71", "3.31.2014", "2014.03.30", "1.10.3", "2014. 03",
        "171113 14:14:20", "2014年04月08日", "2014年04月08日11时25分18秒", "16\xE2\x80\x83MAR 2021",
        "29\xC2\xA0"
        "December\t1965",
        "\xC2\xA0"
        "5-feb-7\xE2\x80\x83");
}
END_TEST

START_TEST(test_what_looks_nearly_like_a_date_is_kept) {
    ASSERT_FATE(DUST_TEXT_KEPT, "T10:15:30", "T10:15", "10.0.0.1", "06.12.34.56.78", "2021-01",
                "2021-1-1x", "12-34", "06-12345678", "123/4", "10-A4", "monday", "may", "May",
                "Mayor 2", "december", "SKU-2021", "cus_007", "v1.2", "INV/2021/03",
                "550e8400-e29b-41d4-a716-446655440000", "2024abcd-0001-4000-8000-000000000000",
                "A1234567-8", "AAECAw==", "{\"a\": 1}", "<a/>", "\xE6\x97\xA5\xE6\x9C\xAC", "5-m",
                "\xFF\xFE");
}
END_TEST

START_TEST(test_white_space) {
    ASSERT_FATE(DUST_TEXT_EMPTIED, "", " ", "\t\r\n\v\f", "\xC2\xA0", "\xE3\x80\x80 \xE2\x80\xA8",
                "\xC2\x85\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x8A\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F");
    ASSERT_FATE(DUST_TEXT_TRIMMED, " x", "x ", "\nx", "x\xC2\xA0", "\xE3\x80\x80x", " NaN ");
    ASSERT_FATE(DUST_TEXT_KEPT, "a b", "a\nb", "\xEF\xBB\xBFx", "\x1Fx", "\xC3\xA0", "x\xA0",
                "\xC2", "\xE2\x80", "\xE2\x80\x8Bx" /* a zero width space is none */);
}
END_TEST

START_TEST(test_a_slice_is_not_read_beyond_its_end) {
    static const char *const texts[] = {
        "2007-12-03 10:15:30.5", "March 2, 2021",           "Fri, 14 Feb 25",
        "2014年04月08日",        "171113 14:14:20",         "1.5e-7",
        " \xE3\x80\x80",         "1965-12-03T10:15:30.55Z", "14 May 19 19:11:40.164"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            char *cut = malloc(len ? len : 1); /* the address sanitizer watches its end */
            ck_assert_ptr_nonnull(cut);
            memcpy(cut, texts[i], len);
            dust_text_fate(slice_make(cut, len));
            dust_text_fatal_fraction(slice_make(cut, len));
            free(cut);
        }
    }
}
END_TEST

/* --- fatal fractions --- */

static const struct {
    const char *text;
    const char *fraction;
} fractions[] = {
    {"1965-12-03 10:15:30.5", ".5"},
    {"1965-12-03T10:15:30.123456789Z", ".123456789"},
    {"1965-12-03t10:15:30.5+01:00", ".5"},
    {"1970-01-01T00:30:00.5+01:00", ".5"},
    {"1965-12-03T10:15:30.5", ".5"}, /* stays text, as far as is known */
    {" 1965-12-03 10:15:30.5 ", ".5"},
    {"0001-01-01 00:00:00.001", ".001"},
    {"8/8/1965 12:00:00.5", ".5"},
    {"8/8/965 12:00:00.5", ".5"},
    {"8-8-1965 12:00:00.5", ".5"},
    {"1965/8/8 12:00:00.5 PM", ".5"},
    {"14 May 1965 19:11:40.164", ".164"},
    {"14 May 65 19:11:40.164", ".164"}, /* the year 65 */
    {"8\xC2\xA0June\xE2\x80\x83"
     "965\n07:54:08.88647",
     ".88647"},
    {"1965-12-03 10:15:30.5 +0800", ".5"},
    {"2007-12-03 10:15:30.5", ""},
    {"1971-01-01T00:00:00.5Z", ""},
    {"8/8/65 12:00:00.5", ""}, /* 2065 */
    {"8/8/70 12:00:00.5", ""},
    {"10:15:30.5", ""},
    {"1965-12-03 10:15:30", ""},
    {"1965-12-03", ""},
    {"1965.5", ""},
    {"built 1965-12-03 10:15:30.5", ""},
    {"", ""},
};

START_TEST(test_fractions_that_dust_fails_on) {
    struct slice fraction = dust_text_fatal_fraction(slice_of(fractions[_i].text));
    ck_assert_msg(slice_equal_text(fraction, fractions[_i].fraction), "\"%s\": %.*s",
                  fractions[_i].text, SLICE_ARG(fraction));
    ck_assert(fraction.len == 0 || fraction.data == strstr(fractions[_i].text, fraction.data));
}
END_TEST

/* --- numbers as text --- */

static const struct {
    const char *number;
    const char *text;
} numbers[] = {
    {"1", "1"},
    {"+1.50", "1.5"},
    {"-0.0", "0"},
    {"1e+21", "1000000000000000000000"},
    {"1e-7", "0.0000001"},
    {"-1.5e300", "-15.0e299"},
    {"5e-324", "5.0e-324"},
    {"1e99999999999999999999", "1e99999999999999999999"},
};

START_TEST(test_numbers_as_text) {
    struct buf out;
    buf_init(&out, 1024);
    buf_append_text(&out, "e");
    dust_text_append_number(&out, slice_of(numbers[_i].number));
    ck_assert_int_eq(out.data[0], 'e');
    ck_assert_str_eq(buf_cstr(&out) + 1, numbers[_i].text);
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_text");
    TCase *tests = tcase_create("dust_text");
    tcase_add_test(tests, test_numbers_are_retyped);
    tcase_add_test(tests, test_booleans_are_retyped);
    tcase_add_test(tests, test_dates_are_retyped);
    tcase_add_test(tests, test_what_looks_nearly_like_a_date_is_kept);
    tcase_add_test(tests, test_white_space);
    tcase_add_test(tests, test_a_slice_is_not_read_beyond_its_end);
    tcase_add_loop_test(tests, test_fractions_that_dust_fails_on, 0,
                        sizeof fractions / sizeof fractions[0]);
    tcase_add_loop_test(tests, test_numbers_as_text, 0, sizeof numbers / sizeof numbers[0]);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
