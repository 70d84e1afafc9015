#include "support/suite.h"
#include "table/cell_number.h"
#include "table/decimal.h"

static struct buf out;

static void set_up(void) {
    buf_init(&out, 1 << 16);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static const struct {
    const char *text;
    const char *json;
} numbers[] = {
    {"0", "0"},        {"-0", "-0"},        {"5", "5"},
    {"1.50", "1.50"},  {"1E+3", "1E+3"},    {"3.4028237E+38", "3.4028237E+38"},
    {"+5", "5"},       {"007", "7"},        {"-007", "-7"},
    {"000", "0"},      {".5", "0.5"},       {"-.5", "-0.5"},
    {"+.5", "0.5"},    {"1.", "1"},         {"-1.", "-1"},
    {"1.e5", "1e5"},   {".5E-3", "0.5E-3"}, {"00.50", "0.50"},
    {"+00012.", "12"}, {"-0.0", "-0.0"},    {"0e0", "0e0"},
};

START_TEST(test_numbers_in_json_grammar) {
    ck_assert_ptr_null(cell_number_append(&out, COLUMN_DOUBLE, slice_of(numbers[_i].text)));
    ck_assert_str_eq(buf_cstr(&out), numbers[_i].json);
    ck_assert_ptr_null(cell_number_check(COLUMN_DOUBLE, slice_of(numbers[_i].text)));
}
END_TEST

START_TEST(test_what_is_refused_is_not_appended) {
    const char *const texts[] = {"",   "-",   ".",     "NaN", "-Infinity",
                                 "1x", "1.x", "1.5.5", "1e",  " 1"};
    const enum column_type types[] = {COLUMN_LONG, COLUMN_DECIMAL, COLUMN_FLOAT};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
            const char *reason = cell_number_append(&out, types[t], slice_of(texts[i]));
            ck_assert_msg(reason != NULL, "%s %s", column_type_name(types[t]), texts[i]);
            ck_assert_str_eq(reason, cell_number_check(types[t], slice_of(texts[i])));
            ck_assert_uint_eq(out.len, 0);
        }
    }
}
END_TEST

START_TEST(test_integers_have_no_fraction_and_64_bits) {
    const char *const refused[] = {"1.0", "1e3", "9223372036854775808", "-9223372036854775809",
                                   "10000000000000000000"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct slice text = slice_of(refused[i]);
        ck_assert_ptr_nonnull(cell_number_append(&out, COLUMN_LONG, text));
        ck_assert_ptr_null(cell_number_check(COLUMN_DECIMAL, text));
    }
    ck_assert_uint_eq(out.len, 0);
    ck_assert_ptr_null(
        cell_number_append(&out, COLUMN_LONG, SLICE_LITERAL("-9223372036854775808")));
    ck_assert_str_eq(buf_cstr(&out), "-9223372036854775808");
}
END_TEST

START_TEST(test_lesson_19_numbers_of_any_length_keep_their_digits) {
    char text[2000];
    memset(text, '9', sizeof text);
    text[0] = '.'; /* no JSON yet */
    ck_assert_ptr_null(cell_number_append(&out, COLUMN_DECIMAL, slice_make(text, sizeof text)));
    ck_assert_uint_eq(out.len, sizeof text + 1);
    ck_assert(out.data[0] == '0' && memcmp(out.data + 1, text, sizeof text) == 0);
    buf_reset(&out);
    memset(text, '0', sizeof text);
    ck_assert_ptr_null(cell_number_append(&out, COLUMN_LONG, slice_make(text, sizeof text)));
    ck_assert_str_eq(buf_cstr(&out), "0");
}
END_TEST

/* Every text of up to five of these characters: the quick look and the full one agree. */
START_TEST(test_every_short_text_is_read_as_decimal_parse_reads_it) {
    static const char letters[] = "019-+.eE x";
    enum { LETTERS = sizeof letters - 1, LONGEST = 5, ALL = 10 * 10 * 10 * 10 * 10 };
    for (size_t number = 0; number < (size_t)ALL * LONGEST; number++) {
        char text[LONGEST];
        size_t len = number % LONGEST + 1;
        for (size_t i = 0, rest = number / LONGEST; i < len; i++, rest /= LETTERS) {
            text[i] = letters[rest % LETTERS];
        }
        struct slice slice = slice_make(text, len);
        struct decimal parts;
        bool is_decimal = decimal_parse(slice, &parts);
        bool is_integer = is_decimal && !parts.point && parts.exponent.len == 0;
        buf_reset(&out);
        bool appended = !cell_number_append(&out, COLUMN_DECIMAL, slice);
        if (appended != is_decimal || (out.len > 0) != is_decimal ||
            !cell_number_check(COLUMN_LONG, slice) != is_integer) {
            ck_abort_msg("%.*s", SLICE_ARG(slice));
        }
    }
}
END_TEST

START_TEST(test_not_finite) {
    ck_assert(cell_is_not_finite(SLICE_LITERAL("NaN")));
    ck_assert(cell_is_not_finite(SLICE_LITERAL("-Infinity")));
    ck_assert(!cell_is_not_finite(SLICE_LITERAL("1.0")));
    ck_assert(!cell_is_not_finite(SLICE_LITERAL("")));
    ck_assert(!cell_is_not_finite(SLICE_LITERAL("-")));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cell_number");
    TCase *c = tcase_create("cell_number");
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, test_numbers_in_json_grammar, 0, sizeof numbers / sizeof numbers[0]);
    tcase_add_test(c, test_what_is_refused_is_not_appended);
    tcase_add_test(c, test_integers_have_no_fraction_and_64_bits);
    tcase_add_test(c, test_lesson_19_numbers_of_any_length_keep_their_digits);
    tcase_add_test(c, test_every_short_text_is_read_as_decimal_parse_reads_it);
    tcase_add_test(c, test_not_finite);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
