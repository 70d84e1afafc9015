#include "support/suite.h"
#include "tester/value.h"

#include <float.h>

static void double_is(double number, const char *expected) {
    char text[VALUE_NUMBER_BYTES];
    value_double_text(number, text);
    ck_assert_str_eq(text, expected);
    ck_assert(strtod(text, NULL) == number);
}

START_TEST(test_doubles_as_java_prints_them) {
    double_is(0, "0.0");
    double_is(1, "1.0");
    double_is(-100, "-100.0");
    double_is(100.45, "100.45");
    double_is(-0.5, "-0.5");
    double_is(0.001, "0.001");
    double_is(0.00012, "1.2E-4");
    double_is(1234567.5, "1234567.5");
    double_is(1e7, "1.0E7");
    double_is(-1.5e10, "-1.5E10");
    double_is(0.1 + 0.2, "0.30000000000000004");
    double_is(DBL_MAX, "1.7976931348623157E308");
    double_is(2.2250738585072014e-308, "2.2250738585072014E-308");
}
END_TEST

static void instant_is(const char *text, const char *expected) {
    struct instant instant;
    char printed[VALUE_TIME_BYTES];
    ck_assert(cell_instant(slice_of(text), &instant));
    value_instant_text(instant, printed);
    ck_assert_str_eq(printed, expected);
}

START_TEST(test_lesson_18_instants_as_java_prints_them) {
    instant_is("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z");
    instant_is("2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00Z");
    instant_is("2024-02-29T12:00:00.1Z", "2024-02-29T12:00:00.100Z");
    instant_is("2024-02-29T12:00:00.1234Z", "2024-02-29T12:00:00.123400Z");
    instant_is("2024-02-29T12:00:00.1234567Z", "2024-02-29T12:00:00.123456700Z");
    instant_is("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z");
    instant_is("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
    instant_is("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z");
    instant_is("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z");
    instant_is("1900-03-01T00:00:00Z", "1900-03-01T00:00:00Z");
}
END_TEST

START_TEST(test_a_millisecond_before) {
    struct instant at = value_millisecond_before((struct instant){10, 5000000});
    ck_assert_int_eq(at.seconds, 10);
    ck_assert_int_eq(at.nanos, 4000000);
    at = value_millisecond_before((struct instant){0, 0});
    ck_assert_int_eq(at.seconds, -1);
    ck_assert_int_eq(at.nanos, 999000000);
    ck_assert_int_lt(value_compare_instants(at, (struct instant){0, 0}), 0);
    ck_assert_int_gt(value_compare_instants((struct instant){0, 1}, (struct instant){0, 0}), 0);
    ck_assert_int_eq(value_compare_instants(at, at), 0);
}
END_TEST

static void cell_is(const char *json, enum column_type type, const char *expected) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    struct cell cell = value_cell(value, type, &arena);
    ck_assert_int_eq(cell.kind, expected ? CELL_TEXT : CELL_NULL);
    ck_assert(!expected || slice_equal_text(cell.text, expected));
    json_decref(value);
    arena_clean_up(&arena);
}

START_TEST(test_json_values_become_cells) {
    cell_is("null", COLUMN_STRING, NULL);
    cell_is("\"a \\\"text\\\"\"", COLUMN_STRING, "a \"text\"");
    cell_is("\"\"", COLUMN_STRING, "");
    cell_is("9223372036854775807", COLUMN_LONG, "9223372036854775807");
    cell_is("200", COLUMN_DOUBLE, "200");
    cell_is("12345.5", COLUMN_DECIMAL, "12345.5");
    cell_is("\"123456789012345678.90\"", COLUMN_DECIMAL, "123456789012345678.90");
    cell_is("true", COLUMN_BOOLEAN, "true");
    cell_is("false", COLUMN_BOOLEAN, "false");
    cell_is("{\"b\": [1, null]}", COLUMN_JSON, "{\"b\":[1,null]}");
    cell_is("\"2024-01-01T00:00:00.50Z\"", COLUMN_UTC_DATETIME, "2024-01-01T00:00:00.500Z");
    cell_is("\"2024-01-01T00:00:00.50Z\"", COLUMN_STRING, "2024-01-01T00:00:00.50Z");
    cell_is("\"no time\"", COLUMN_UTC_DATETIME, "no time");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    tcase_add_test(tests, test_doubles_as_java_prints_them);
    tcase_add_test(tests, test_lesson_18_instants_as_java_prints_them);
    tcase_add_test(tests, test_a_millisecond_before);
    tcase_add_test(tests, test_json_values_become_cells);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
