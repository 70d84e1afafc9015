#include "support/suite.h"
#include "table/decimal.h"

#include <float.h>
#include <math.h>

static struct buf out;

static void set_up(void) {
    buf_init(&out, 4096);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

#define DIGITS_10 "1234567890"
#define DIGITS_80 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 DIGITS_10 "1234567891"
#define ZEROS_78                                                                                   \
    "0000000000000000000000000000000000000000000000000000000000000000000000000000"                 \
    "00"

static const struct {
    const char *text;
    const char *canonical; /* NULL: no number */
} numbers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"+0.00", "0"},
    {"0E+5", "0"},
    {"0e-99999", "0"},
    {"-.0e99999999999999999999999", "0"},
    {"1", "1"},
    {"+1", "1"},
    {"-1", "-1"},
    {"007", "7"},
    {"1.50", "1.5"},
    {"1.0", "1"},
    {"1.", "1"},
    {".5", "0.5"},
    {"-.50", "-0.5"},
    {"0.010", "0.01"},
    {"100", "100"},
    {"1E+3", "1000"},
    {"12.5e1", "125"},
    {"12.5e0", "12.5"},
    {"125E-1", "12.5"},
    {"125E-3", "0.125"},
    {"125e-5", "0.00125"},
    {"00120.0300", "120.03"},
    {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
    {"0.1234567890123456789012345678901234567", "0.1234567890123456789012345678901234567"},
    {DIGITS_80, DIGITS_80},
    {DIGITS_80 "1", DIGITS_80 "1e0"},
    {"1e79", "10" ZEROS_78},
    {"1e80", "1e80"},
    {"120e500", "12e501"},
    {"-0.0012E-500", "-12e-504"},
    {"1e-79", "0." ZEROS_78 "1"},
    {"1e-80", "1e-80"},
    {"10e-80", "0." ZEROS_78 "1"},
    {"", NULL},
    {".", NULL},
    {"-", NULL},
    {"e5", NULL},
    {"1e", NULL},
    {"1e+", NULL},
    {"1e5x", NULL},
    {" 1", NULL},
    {"1 ", NULL},
    {"--1", NULL},
    {"1.5.5", NULL},
    {"NaN", NULL},
    {"0x1", NULL},
};

START_TEST(test_one_text_a_value) {
    struct decimal number;
    struct slice text = slice_of(numbers[_i].text);
    ck_assert_int_eq(decimal_parse(text, &number), numbers[_i].canonical != NULL);
    if (numbers[_i].canonical) {
        ck_assert(decimal_append(&out, &number));
        ck_assert_str_eq(buf_cstr(&out), numbers[_i].canonical);
        struct slice canonical = slice_of(numbers[_i].canonical);
        ck_assert(decimal_parse(canonical, &number)); /* and it stays */
        buf_reset(&out);
        ck_assert(decimal_append(&out, &number));
        ck_assert_str_eq(buf_cstr(&out), numbers[_i].canonical);
    }
}
END_TEST

START_TEST(test_exponents_have_a_limit) {
    struct decimal number;
    ck_assert(decimal_parse(SLICE_LITERAL("1e1000000000"), &number));
    ck_assert(decimal_append(&out, &number));
    ck_assert_str_eq(buf_cstr(&out), "1e1000000000");
    ck_assert(decimal_parse(SLICE_LITERAL("1e99999999999999999999999"), &number));
    buf_reset(&out);
    ck_assert(!decimal_append(&out, &number));
    ck_assert_uint_eq(out.len, 0);
    ck_assert(isinf(decimal_double(&number)));
    ck_assert(decimal_parse(SLICE_LITERAL("-1e-99999999999999999999999"), &number));
    ck_assert(decimal_double(&number) == 0);
}
END_TEST

START_TEST(test_significant_digits) {
    struct decimal number;
    struct significant s;
    ck_assert(decimal_parse(SLICE_LITERAL("00120.0300"), &number));
    ck_assert(decimal_significant(&number, &s));
    ck_assert_uint_eq(s.digits, 5);
    ck_assert_uint_eq(s.skip, 2);
    ck_assert_int_eq(s.power, -2);
    ck_assert(decimal_parse(SLICE_LITERAL("0.000e7"), &number));
    ck_assert(decimal_significant(&number, &s));
    ck_assert_uint_eq(s.digits, 0);
    ck_assert_int_eq(s.power, 0);
}
END_TEST

static double double_of(const char *text) {
    struct decimal number;
    ck_assert(decimal_parse(slice_of(text), &number));
    return decimal_double(&number);
}

START_TEST(test_doubles) {
    ck_assert(double_of("0.1") == 0.1);
    ck_assert(double_of("-12.5") == -12.5);
    ck_assert(double_of("000") == 0);
    ck_assert(double_of("1.7976931348623157E308") == DBL_MAX);
    ck_assert(double_of("4.9E-324") == 4.9E-324);
    ck_assert(double_of("9223372036854775807") == 9223372036854775808.0);
    ck_assert(isinf(double_of("1e309")));
    ck_assert(double_of("-1e309") == -INFINITY);
    ck_assert(double_of("1e-400") == 0);
    /* More digits than it looks at. */
    ck_assert(double_of("1" ZEROS_78 "5") == 1e79);
    ck_assert(double_of("0." ZEROS_78 DIGITS_80) == 1.2345678901234567890e-79);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("decimal");
    TCase *tests = tcase_create("decimal");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_one_text_a_value, 0, sizeof numbers / sizeof numbers[0]);
    tcase_add_test(tests, test_exponents_have_a_limit);
    tcase_add_test(tests, test_significant_digits);
    tcase_add_test(tests, test_doubles);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
