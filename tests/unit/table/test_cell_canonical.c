#include "support/suite.h"
#include "table/cell_canonical.h"

static struct buf out;

static void set_up(void) {
    buf_init(&out, 4096);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static const struct {
    enum column_type type;
    const char *text;
    const char *canonical;
} values[] = {
    {COLUMN_BOOLEAN, "TRUE", "true"},
    {COLUMN_BOOLEAN, "False", "false"},
    {COLUMN_BOOLEAN, "t", "t"}, /* its type forbids it */
    {COLUMN_SHORT, "+5", "5"},
    {COLUMN_INT, "-007", "-7"},
    {COLUMN_LONG, "-0", "0"},
    {COLUMN_LONG, "9223372036854775807", "9223372036854775807"},
    {COLUMN_LONG, "-9223372036854775808", "-9223372036854775808"},
    {COLUMN_LONG, "9223372036854775808", "9223372036854775808"},
    {COLUMN_LONG, "+1.0", "+1.0"},
    {COLUMN_DECIMAL, "1.50", "1.5"},
    {COLUMN_DECIMAL, "+1E+3", "1000"},
    {COLUMN_DECIMAL, "-0.000", "0"},
    {COLUMN_DECIMAL, "12345678901234567890.1234567890", "12345678901234567890.123456789"},
    {COLUMN_DECIMAL, "1e9999999999999999999", "1e9999999999999999999"},
    {COLUMN_DECIMAL, "NaN", "NaN"},
    {COLUMN_DOUBLE, "1.0E10", "10000000000"},
    {COLUMN_DOUBLE, "0.1", "0.1"},
    {COLUMN_DOUBLE, "0.1000000000000000055511151231257827", "0.1"},
    {COLUMN_DOUBLE, "0.30000000000000004", "0.30000000000000004"},
    {COLUMN_DOUBLE, "0.3000000000000000444", "0.30000000000000004"},
    {COLUMN_DOUBLE, "9007199254740993", "9007199254740992"},
    {COLUMN_DOUBLE, "4.9E-324", "5e-324"},
    {COLUMN_DOUBLE, "5e-324", "5e-324"},
    {COLUMN_DOUBLE, "1.7976931348623157E308", "17976931348623157e292"},
    {COLUMN_DOUBLE, "-0.0", "0"},
    {COLUMN_DOUBLE, "1e-400", "0"},
    {COLUMN_DOUBLE, "1e400", "1e400"},
    {COLUMN_DOUBLE, "+Infinity", "Infinity"},
    {COLUMN_DOUBLE, "-Infinity", "-Infinity"},
    {COLUMN_DOUBLE, "NaN", "NaN"},
    {COLUMN_FLOAT, "3.4028237E+38", "340282370000000000000000000000000000000"},
    {COLUMN_FLOAT, "+Infinity", "Infinity"},
    {COLUMN_STRING, "+Infinity", "+Infinity"},
    {COLUMN_NAIVE_DATE, "2007-12-03", "2007-12-03"},
    {COLUMN_NAIVE_DATE, "0001-01-01", "0001-01-01"},
    {COLUMN_NAIVE_DATE, "2007-12-03T00:00:00", "2007-12-03T00:00:00"},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30", "2007-12-03T10:15:30"},
    {COLUMN_NAIVE_DATETIME, "2007-12-03 10:15", "2007-12-03T10:15:00"},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30.120", "2007-12-03T10:15:30.12"},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30.000", "2007-12-03T10:15:30"},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30Z", "2007-12-03T10:15:30Z"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.100Z", "2007-12-03T10:15:30.1Z"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.000000001Z", "2007-12-03T10:15:30.000000001Z"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30+01:00", "2007-12-03T09:15:30Z"},
    {COLUMN_UTC_DATETIME, "2008-01-01T00:15-0030", "2008-01-01T00:45:00Z"},
    {COLUMN_UTC_DATETIME, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
    {COLUMN_UTC_DATETIME, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    {COLUMN_UTC_DATETIME, "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    {COLUMN_UTC_DATETIME, "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"},
    {COLUMN_UTC_DATETIME, "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-01:00"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30", "2007-12-03T10:15:30"},
    {COLUMN_NAIVE_TIME, "10:15", "10:15:00"},
    {COLUMN_NAIVE_TIME, "00:00:00.0", "00:00:00"},
    {COLUMN_NAIVE_TIME, "23:59:59.123456780", "23:59:59.12345678"},
    {COLUMN_NAIVE_TIME, "T10:15", "T10:15"},
    {COLUMN_NAIVE_TIME, "", ""},
    {COLUMN_STRING, "+1.50", "+1.50"},
    {COLUMN_JSON, "{\"a\": 1.0}", "{\"a\": 1.0}"},
    {COLUMN_XML, "<a/> ", "<a/> "},
    {COLUMN_BINARY, "AAE=", "AAE="},
    {COLUMN_UNSPECIFIED, "TRUE", "TRUE"},
};

START_TEST(test_canonical) {
    cell_canonical_append(&out, values[_i].type, slice_of(values[_i].text));
    ck_assert_str_eq(buf_cstr(&out), values[_i].canonical);
    buf_reset(&out);
    cell_canonical_append(&out, values[_i].type, slice_of(values[_i].canonical)); /* it stays */
    ck_assert_str_eq(buf_cstr(&out), values[_i].canonical);
}
END_TEST

START_TEST(test_instants) {
    struct instant instant = {1196676930, 123000000};
    ck_assert(instant_append(&out, COLUMN_NAIVE_DATE, instant));
    buf_append_char(&out, ' ');
    ck_assert(instant_append(&out, COLUMN_NAIVE_DATETIME, instant));
    buf_append_char(&out, ' ');
    ck_assert(instant_append(&out, COLUMN_UTC_DATETIME, instant));
    ck_assert_str_eq(buf_cstr(&out), "2007-12-03 2007-12-03T10:15:30.123 2007-12-03T10:15:30.123Z");
    size_t len = out.len;
    ck_assert(!instant_append(&out, COLUMN_NAIVE_DATE, (struct instant){-62135596801, 0}));
    ck_assert(!instant_append(&out, COLUMN_NAIVE_DATE, (struct instant){253402300800, 0}));
    ck_assert(!instant_append(&out, COLUMN_NAIVE_DATE, (struct instant){INT64_MIN, 0}));
    ck_assert(!instant_append(&out, COLUMN_NAIVE_DATE, (struct instant){INT64_MAX, 0}));
    ck_assert_uint_eq(out.len, len);
}
END_TEST

static struct cell text_cell(const char *text) {
    return text ? (struct cell){CELL_TEXT, slice_of(text)} : (struct cell){.kind = CELL_NULL};
}

static bool equal(enum column_type type, const char *a, const char *b) {
    struct cell left = text_cell(a);
    struct cell right = text_cell(b);
    bool result = cell_canonical_equal(&out, type, &left, &right);
    ck_assert(cell_canonical_equal(&out, type, &right, &left) == result);
    return result;
}

START_TEST(test_equal) {
    ck_assert(equal(COLUMN_DECIMAL, "1.5", "+1.50"));
    ck_assert(!equal(COLUMN_STRING, "1.5", "+1.50"));
    ck_assert(!equal(COLUMN_DECIMAL, "1.5", "1.51"));
    ck_assert(!equal(COLUMN_DECIMAL, "1.5", "2.5"));
    ck_assert(equal(COLUMN_UTC_DATETIME, "2007-12-03T10:15:30Z", "2007-12-03T11:15:30.0+01:00"));
    ck_assert(equal(COLUMN_STRING, NULL, NULL));
    ck_assert(!equal(COLUMN_STRING, NULL, ""));
    ck_assert(equal(COLUMN_STRING, "", ""));
    ck_assert(!equal(COLUMN_LONG, NULL, "0"));
    struct cell absent = {.kind = CELL_ABSENT};
    struct cell null = {.kind = CELL_NULL};
    ck_assert(cell_canonical_equal(&out, COLUMN_LONG, &absent, &null));
}
END_TEST

START_TEST(test_a_scratch_that_is_too_small_makes_no_two_values_one) {
    struct buf small;
    buf_init(&small, 4);
    struct cell a = text_cell("100000");
    struct cell b = text_cell("200000");
    ck_assert(!cell_canonical_equal(&small, COLUMN_LONG, &a, &b));
    ck_assert(cell_canonical_equal(&small, COLUMN_LONG, &a, &a));
    buf_clean_up(&small);
}
END_TEST

static const struct column columns[] = {
    {.name = "name", .type = COLUMN_STRING, .primary_key = true},
    {.name = "amount", .type = COLUMN_DECIMAL},
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "_fivetran_start", .type = COLUMN_UTC_DATETIME, .primary_key = true},
};
static const struct table table = {"s", "t", columns, 4};

static struct slice key(struct buf *to, const char *name, const char *id, const char *without) {
    const struct cell cells[] = {text_cell(name), text_cell("5"), text_cell(id),
                                 text_cell("2007-12-03T10:15:30.100Z")};
    buf_reset(to);
    row_key_append(to, &table, cells, without);
    return buf_slice(to);
}

START_TEST(test_keys) {
    struct buf other;
    buf_init(&other, 4096);
    struct slice expected = SLICE_LITERAL("\0\0\0\0\0\0\0\x16"
                                          "2007-12-03T10:15:30.1Z"
                                          "\0\0\0\0\0\0\0\x01"
                                          "7"
                                          "\0\0\0\0\0\0\0\x01"
                                          "x");
    ck_assert(slice_equal(key(&out, "x", "+7", NULL), expected));
    expected = slice_make(expected.data + 30, expected.len - 30);
    ck_assert(slice_equal(key(&out, "x", "7", "_fivetran_start"), expected));
    ck_assert(!slice_equal(key(&out, "", "7", NULL), key(&other, NULL, "7", NULL)));
    ck_assert(!slice_equal(key(&out, "7", "1", NULL), key(&other, "1", "7", NULL)));
    buf_clean_up(&other);
}
END_TEST

START_TEST(test_keys_do_not_depend_on_the_order_of_columns) {
    const struct column turned[] = {columns[3], columns[2], columns[0]};
    const struct table turned_table = {"s", "t", turned, 3};
    const struct cell cells[] = {text_cell("2007-12-03T10:15:30.1Z"), text_cell("7"),
                                 text_cell("x")};
    struct buf other;
    buf_init(&other, 4096);
    row_key_append(&other, &turned_table, cells, NULL);
    ck_assert(slice_equal(key(&out, "x", "7", NULL), buf_slice(&other)));
    buf_clean_up(&other);
}
END_TEST

START_TEST(test_a_key_that_does_not_fit_fails_the_buffer) {
    struct buf small;
    for (size_t max = 0; max < 40; max++) {
        buf_init(&small, max);
        const struct cell cells[] = {text_cell("x"), text_cell("5"), text_cell("7"),
                                     text_cell("2007-12-03T10:15:30.100Z")};
        row_key_append(&small, &table, cells, NULL);
        ck_assert(small.failed);
        buf_clean_up(&small);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cell_canonical");
    TCase *tests = tcase_create("cell_canonical");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_canonical, 0, sizeof values / sizeof values[0]);
    tcase_add_test(tests, test_instants);
    tcase_add_test(tests, test_equal);
    tcase_add_test(tests, test_a_scratch_that_is_too_small_makes_no_two_values_one);
    tcase_add_test(tests, test_keys);
    tcase_add_test(tests, test_keys_do_not_depend_on_the_order_of_columns);
    tcase_add_test(tests, test_a_key_that_does_not_fit_fails_the_buffer);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
