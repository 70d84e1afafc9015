#include "destinations/cell_json.h"
#include "support/suite.h"

static struct buf out;
static struct encode_counts counts;
static struct status status;

static void set_up(void) {
    buf_init(&out, 1 << 16);
    counts = (struct encode_counts){0};
    status = STATUS_INIT;
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static bool append(enum column_type type, const char *text) {
    const struct column column = {.name = "price", .type = type};
    const struct cell cell = {CELL_TEXT, slice_of(text)};
    return cell_json_append(&out, &column, &cell, &counts, &status);
}

static const struct {
    enum column_type type;
    const char *text;
    const char *json;
} values[] = {
    {COLUMN_BOOLEAN, "TRUE", "true"},
    {COLUMN_BOOLEAN, "false", "false"},
    {COLUMN_SHORT, "-7", "-7"},
    {COLUMN_INT, "+5", "5"},
    {COLUMN_LONG, "9223372036854775807", "9223372036854775807"},
    {COLUMN_DECIMAL, "0.10000000000000000000000000001", "0.10000000000000000000000000001"},
    {COLUMN_DECIMAL, "1E+3", "1E+3"},
    {COLUMN_DECIMAL, ".50", "0.50"},
    {COLUMN_FLOAT, "3.4028237E+38", "3.4028237E+38"},
    {COLUMN_DOUBLE, "NaN", "null"},
    {COLUMN_DOUBLE, "-Infinity", "null"},
    {COLUMN_STRING, "007", "\"007\""},
    {COLUMN_STRING, "", "\"\""},
    {COLUMN_STRING, "a\"b\n", "\"a\\\"b\\n\""},
    {COLUMN_NAIVE_DATE, "2007-12-03", "\"2007-12-03\""},
    {COLUMN_NAIVE_TIME, "10:15", "\"10:15\""},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.1Z", "\"2007-12-03T10:15:30.1Z\""},
    {COLUMN_BINARY, "AAE=", "\"AAE=\""},
    {COLUMN_XML, "<a/>", "\"<a/>\""},
    {COLUMN_JSON, "{\"a\": [1.0, {}]}", "{\"a\": [1.0, {}]}"},
    {COLUMN_JSON, "12", "12"},
    {COLUMN_JSON, "not json", "\"not json\""},
};

START_TEST(test_values) {
    ck_assert(append(values[_i].type, values[_i].text));
    ck_assert_str_eq(buf_cstr(&out), values[_i].json);
    ck_assert_int_eq(status.code, STATUS_OK);
}
END_TEST

START_TEST(test_cells_without_a_text_are_null) {
    const struct column column = {.name = "c", .type = COLUMN_STRING};
    static const enum cell_kind kinds[] = {CELL_ABSENT, CELL_UNMODIFIED, CELL_NULL};
    for (int i = 0; i < 3; i++) {
        const struct cell cell = {.kind = kinds[i]};
        ck_assert(cell_json_append(&out, &column, &cell, &counts, &status));
    }
    ck_assert_str_eq(buf_cstr(&out), "nullnullnull");
}
END_TEST

START_TEST(test_values_that_their_type_forbids_are_named_by_their_column) {
    static const struct {
        enum column_type type;
        const char *text;
    } wrong[] = {{COLUMN_INT, "1.5x"},
                 {COLUMN_DECIMAL, "Infinity"},
                 {COLUMN_BOOLEAN, "yes"},
                 {COLUMN_LONG, ""},
                 {COLUMN_NAIVE_DATE, "3.12.07"}};
    buf_append_text(&out, "as before");
    ck_assert(!append(wrong[_i].type, wrong[_i].text));
    ck_assert_str_eq(buf_cstr(&out), "as before");
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "column \"price\" ("));
    ck_assert(!wrong[_i].text[0] || !strstr(status.message, wrong[_i].text));
}
END_TEST

START_TEST(test_changes_are_counted) {
    ck_assert(append(COLUMN_DOUBLE, "NaN"));
    ck_assert(append(COLUMN_FLOAT, "Infinity"));
    ck_assert(append(COLUMN_JSON, "{"));
    ck_assert(append(COLUMN_STRING, "a\xff\xfe"));
    ck_assert(append(COLUMN_JSON, "\"\xff\""));
    ck_assert_uint_eq(counts.not_finite, 2);
    ck_assert_uint_eq(counts.not_json, 2);
    ck_assert_uint_eq(counts.invalid_utf8, 3);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cell_json");
    TCase *tests = tcase_create("cell_json");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_values, 0, sizeof values / sizeof values[0]);
    tcase_add_test(tests, test_cells_without_a_text_are_null);
    tcase_add_loop_test(tests, test_values_that_their_type_forbids_are_named_by_their_column, 0, 5);
    tcase_add_test(tests, test_changes_are_counted);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
