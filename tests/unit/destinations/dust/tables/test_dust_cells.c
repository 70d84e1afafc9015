#include "destinations/dust/tables/dust_cells.h"
#include "json/json_scan.h"
#include "support/suite.h"

static struct buf out;
static struct status status;
static struct dust_changes changes;

static void set_up(void) {
    buf_init(&out, 1 << 16);
    status = STATUS_INIT;
    changes = (struct dust_changes){0};
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static struct column column_of(enum column_type type) {
    return (struct column){.name = "c", .type = type};
}

static struct cell text_cell(struct slice text) {
    return (struct cell){CELL_TEXT, text};
}

/* --- append --- */

static const struct {
    enum column_type type;
    const char *text;
    const char *json;
} sent[] = {
    {COLUMN_BOOLEAN, "TRUE", "true"},
    {COLUMN_BOOLEAN, "false", "false"},
    {COLUMN_SHORT, "+7", "7"},
    {COLUMN_INT, "-007", "-7"},
    {COLUMN_LONG, "-0", "0"},
    {COLUMN_LONG, "9007199254740991", "9007199254740991"},
    {COLUMN_LONG, "-9007199254740991", "-9007199254740991"},
    {COLUMN_LONG, "9007199254740992", "\"9007199254740992\""},
    {COLUMN_LONG, "+0009007199254740993", "\"9007199254740993\""},
    {COLUMN_LONG, "-9223372036854775808", "\"-9223372036854775808\""},
    {COLUMN_DECIMAL, "1.50", "1.5"},
    {COLUMN_DECIMAL, "123456789.012345", "123456789.012345"},
    {COLUMN_DECIMAL, "123456789.0123450", "123456789.012345"},
    {COLUMN_DECIMAL, "1234567890.012345", "\"1234567890.012345\""},
    {COLUMN_DECIMAL, "1E+3", "1000"},
    {COLUMN_DECIMAL, "1E+19", "\"10000000000000000000\""},
    {COLUMN_DECIMAL, "1E+20", "100000000000000000000"},
    {COLUMN_DECIMAL, "-1E+19", "-10000000000000000000"},
    {COLUMN_DECIMAL, "1E+400", "\"1.0e400\""},
    {COLUMN_DECIMAL, "1E-400", "\"1.0e-400\""},
    {COLUMN_DECIMAL, "4.9E-324", "\"49.0e-325\""}, /* subnormal: fewer than 15 digits hold */
    {COLUMN_DECIMAL, "0E+9999", "0"},
    {COLUMN_DECIMAL, "12345678901234567890123456789012345678",
     "\"12345678901234567890123456789012345678\""},
    {COLUMN_DECIMAL, "1e99999999999999999999", "\"1e99999999999999999999\""},
    {COLUMN_DOUBLE, "1.0E10", "10000000000"},
    {COLUMN_DOUBLE, "0.30000000000000004", "0.30000000000000004"},
    {COLUMN_DOUBLE, "1.7976931348623157E308", "17976931348623157e292"},
    {COLUMN_DOUBLE, "4.9E-324", "49e-325"},
    {COLUMN_DOUBLE, "1E-400", "1e-400"},
    {COLUMN_DOUBLE, "1e-99999999999999999999", "\"1e-99999999999999999999\""},
    {COLUMN_DOUBLE, "9223372036854774784", "9223372036854774784"},
    {COLUMN_DOUBLE, "9.223372036854775807E18", "\"9223372036854775807\""},
    {COLUMN_DOUBLE, "9.3E18", "\"9300000000000000000\""},
    {COLUMN_DOUBLE, "1.8446744073709549E19", "\"18446744073709549000\""},
    {COLUMN_DOUBLE, "1.8446744073709552E19", "18446744073709552000"},
    {COLUMN_DOUBLE, "1e400", "\"1.0e400\""},
    {COLUMN_DOUBLE, "NaN", "null"},
    {COLUMN_DOUBLE, "-Infinity", "null"},
    {COLUMN_FLOAT, "3.4028237E+38", "340282370000000000000000000000000000000"},
    {COLUMN_FLOAT, "+Infinity", "null"},
    {COLUMN_NAIVE_DATE, "2007-12-03", "\"2007-12-03\""},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30.5", "\"2007-12-03T10:15:30.5\""},
    {COLUMN_NAIVE_DATETIME, "1965-12-03T10:15:30.5", "\"1965-12-03T10:15:30\""},
    {COLUMN_NAIVE_DATETIME, "1965-12-03 10:15:30.5", "\"1965-12-03 10:15:30\""},
    {COLUMN_UTC_DATETIME, "1970-01-01T00:00:00Z", "{\"type\":\"datetime\",\"epoch\":0}"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.123Z",
     "{\"type\":\"datetime\",\"epoch\":1196676930123}"},
    {COLUMN_UTC_DATETIME, "2007-12-03T11:15:30.120000+01:00",
     "{\"type\":\"datetime\",\"epoch\":1196676930120}"},
    {COLUMN_UTC_DATETIME, "9999-12-31T23:59:59.999Z",
     "{\"type\":\"datetime\",\"epoch\":253402300799999}"},
    {COLUMN_UTC_DATETIME, "2007-12-03T10:15:30.123456Z", "\"2007-12-03T10:15:30.123456Z\""},
    {COLUMN_UTC_DATETIME, "1969-12-31T23:59Z", "\"1969-12-31T23:59:00Z\""},
    {COLUMN_UTC_DATETIME, "1969-12-31T23:59:59.999Z", "\"1969-12-31T23:59:59Z\""},
    {COLUMN_UTC_DATETIME, "0001-01-01T00:00:00Z", "\"0001-01-01T00:00:00Z\""},
    {COLUMN_UTC_DATETIME, "0001-01-01T00:00:00.5+01:00", "\"0001-01-01T00:00:00+01:00\""},
    {COLUMN_NAIVE_TIME, "10:15:30", "\"T10:15:30\""},
    {COLUMN_NAIVE_TIME, "10:15", "\"T10:15\""},
    {COLUMN_NAIVE_TIME, "10:15:30.123", "\"T10:15:30.123\""},
    {COLUMN_BINARY, "AAE=", "\"AAE=\""},
    {COLUMN_XML, "<a b=\"c\"/>", "\"<a b=\\\"c\\\"/>\""},
    {COLUMN_STRING, "007", "\"007\""},
    {COLUMN_STRING, "", "\"\""},
    {COLUMN_STRING, " x ", "\" x \""},
    {COLUMN_STRING, "a\xFFz", "\"a\xEF\xBF\xBDz\""},
    {COLUMN_STRING, "1965-12-03 10:15:30.5", "\"1965-12-03 10:15:30\""},
    {COLUMN_JSON, "{\"a\": 1}", "\"{\\\"a\\\": 1}\""},
    {COLUMN_JSON, "12", "\"12\""},
    {COLUMN_UNSPECIFIED, "x", "\"x\""},
};

START_TEST(test_lesson_19_what_is_sent) {
    struct column column = column_of(sent[_i].type);
    struct cell cell = text_cell(slice_of(sent[_i].text));
    ck_assert(dust_cell_append(&out, &column, &cell, true, &changes, &status));
    ck_assert_str_eq(buf_cstr(&out), sent[_i].json);
    ck_assert(json_scan(buf_slice(&out), NULL));
    buf_reset(&out);
    ck_assert(dust_cell_append(&out, &column, &cell, false, NULL, &status));
    ck_assert_str_eq(buf_cstr(&out), sent[_i].json);
}
END_TEST

START_TEST(test_null) {
    const enum cell_kind kinds[] = {CELL_NULL, CELL_ABSENT, CELL_UNMODIFIED};
    for (int type = 0; type < COLUMN_TYPE_COUNT; type++) {
        struct column column = column_of((enum column_type)type);
        struct cell cell = {.kind = kinds[type % 3]};
        buf_reset(&out);
        ck_assert(dust_cell_append(&out, &column, &cell, true, &changes, &status));
        ck_assert_str_eq(buf_cstr(&out), "null");
    }
}
END_TEST

static const struct {
    enum column_type type;
    const char *text;
    const char *json;
} forbidden[] = {
    {COLUMN_BOOLEAN, "1", "\"1\""},
    {COLUMN_INT, "1.0", "\"1.0\""},
    {COLUMN_LONG, "9223372036854775808", "\"9223372036854775808\""},
    {COLUMN_DECIMAL, "NaN", "\"NaN\""},
    {COLUMN_DOUBLE, "inf", "\"inf\""},
    {COLUMN_DOUBLE, " 1e5", "\" 1e5\""},
    {COLUMN_NAIVE_DATE, "2007-12-03 10:15:30", "\"2007-12-03 10:15:30\""},
    {COLUMN_NAIVE_DATETIME, "\xFF", "\"\xEF\xBF\xBD\""},
    {COLUMN_UTC_DATETIME, "2007-12-03 10:15:30", "\"2007-12-03 10:15:30\""},
    {COLUMN_UTC_DATETIME, "1965-12-03 10:15:30.5", "\"1965-12-03 10:15:30\""},
    {COLUMN_NAIVE_TIME, "25:00", "\"25:00\""},
    {COLUMN_NAIVE_TIME, "T10:15", "\"T10:15\""},
};

START_TEST(test_text_that_its_type_forbids) {
    struct column column = column_of(forbidden[_i].type);
    struct cell cell = text_cell(slice_of(forbidden[_i].text));
    buf_append_char(&out, '#');
    ck_assert(!dust_cell_append(&out, &column, &cell, true, &changes, &status));
    ck_assert_str_eq(buf_cstr(&out), "#");
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "column \"c\" ("));
    ck_assert_ptr_null(strstr(status.message, forbidden[_i].text)); /* lesson 37 */
    buf_reset(&out);
    ck_assert(dust_cell_append(&out, &column, &cell, false, &changes, &status));
    ck_assert_str_eq(buf_cstr(&out), forbidden[_i].json);
    ck_assert(dust_cell_needs_exact(&(struct column){"c", column.type, true, false, 0, 0},
                                    slice_of(forbidden[_i].text)));
}
END_TEST

static void count(enum column_type type, const char *text) {
    struct column column = column_of(type);
    struct cell cell = text_cell(slice_of(text));
    dust_cell_append(&out, &column, &cell, false, &changes, &status);
}

START_TEST(test_changes_are_counted) {
    const enum column_type types[] = {COLUMN_STRING, COLUMN_JSON, COLUMN_XML, COLUMN_BINARY};
    for (size_t i = 0; i < 4; i++) {
        count(types[i], "007");
        count(types[i], "2007-12-03");
        count(types[i], "plain");
        count(types[i], " x");
        count(types[i], " ");
        count(types[i], "");
        count(types[i], "a\xFF");
    }
    ck_assert_uint_eq(changes.retyped, 8);
    ck_assert_uint_eq(changes.trimmed, 4);
    ck_assert_uint_eq(changes.emptied, 8);
    ck_assert_uint_eq(changes.repaired, 4);
    changes = (struct dust_changes){0};
    count(COLUMN_NAIVE_DATE, "2007-12-03");
    count(COLUMN_LONG, "9007199254740993");
    count(COLUMN_UTC_DATETIME, "2007-12-03T10:15:30Z");
    count(COLUMN_DOUBLE, "NaN");
    count(COLUMN_FLOAT, "Infinity");
    ck_assert_uint_eq(changes.not_finite, 2);
    ck_assert_uint_eq(changes.retyped + changes.trimmed + changes.emptied + changes.repaired, 0);
}
END_TEST

/* --- what survives --- */

static const struct {
    const char *name;
    enum column_type type;
    bool key;
    const char *text;
    bool needs_exact;
} exact[] = {
    {"id", COLUMN_LONG, true, "42", false},
    {"n", COLUMN_LONG, false, "9007199254740991", false},
    {"n", COLUMN_LONG, false, "9007199254740992", true},
    {"n", COLUMN_INT, false, "-9007199254740993", true},
    {"n", COLUMN_DECIMAL, false, "1.50", false},
    {"n", COLUMN_DECIMAL, false, "123456789012345.6", true},
    {"n", COLUMN_DECIMAL, false, "1E+19", false},
    {"n", COLUMN_DECIMAL, false, "1E+400", true},
    {"n", COLUMN_DECIMAL, false, "1E-400", true},
    {"n", COLUMN_DOUBLE, false, "NaN", false}, /* not needed again */
    {"n", COLUMN_DOUBLE, true, "NaN", true},
    {"n", COLUMN_DOUBLE, true, "0.30000000000000004", false},
    {"n", COLUMN_DOUBLE, true, "9.3E18", false},
    {"n", COLUMN_DOUBLE, true, "1e-99999999999999999999", true},
    {"b", COLUMN_BOOLEAN, true, "TRUE", false},
    {"d", COLUMN_NAIVE_DATE, true, "2007-12-03", false},
    {"d", COLUMN_NAIVE_TIME, true, "10:15:30.5", false},
    {"d", COLUMN_NAIVE_DATETIME, true, "2007-12-03T10:15:30", false},
    {"d", COLUMN_NAIVE_DATETIME, true, "2007-12-03T10:15:30.5", true},
    {"d", COLUMN_UTC_DATETIME, true, "2007-12-03T10:15:30Z", false},
    {"d", COLUMN_UTC_DATETIME, true, "2007-12-03T10:15:30.5Z", true},
    {"d", COLUMN_UTC_DATETIME, true, "0001-01-01T00:00:00+01:00", true},
    {"d", COLUMN_UTC_DATETIME, false, "2007-12-03T10:15:30.5Z", false},
    {"_fivetran_synced", COLUMN_UTC_DATETIME, false, "2007-12-03T10:15:30.5Z", true},
    {"_fivetran_start", COLUMN_UTC_DATETIME, false, "2007-12-03T10:15:30.5Z", true},
    {"_fivetran_end", COLUMN_UTC_DATETIME, false, "9999-12-31T23:59:59.999Z", true},
    {"_fivetran_end", COLUMN_UTC_DATETIME, false, "9999-12-31T23:59:59Z", false},
    {"_fivetran_id", COLUMN_STRING, false, "007", false},
    {"_fivetran_id", COLUMN_STRING, true, "007", true},
    {"s", COLUMN_STRING, true, "cus_007", false},
    {"s", COLUMN_STRING, true, "550e8400-e29b-41d4-a716-446655440000", false},
    {"s", COLUMN_STRING, true, "1e5", false},
    {"s", COLUMN_STRING, true, "", true},
    {"s", COLUMN_STRING, true, "x ", true},
    {"s", COLUMN_STRING, true, "t", true},
    {"s", COLUMN_STRING, true, "a\xFF", true},
    {"s", COLUMN_STRING, true, "2007-12-03", true},
    {"s", COLUMN_STRING, false, "2007-12-03", false},
    {"s", COLUMN_JSON, true, "{\"a\":1}", false},
    {"s", COLUMN_BINARY, true, "1234", true},
};

START_TEST(test_what_needs_to_be_kept_exactly) {
    const struct column column = {exact[_i].name, exact[_i].type, exact[_i].key, false, 0, 0};
    ck_assert_int_eq(dust_cell_needs_exact(&column, slice_of(exact[_i].text)),
                     exact[_i].needs_exact);
}
END_TEST

static const struct {
    const char *name;
    enum column_type type;
    bool key;
    const char *text;
    bool may_be_changed;
} changed[] = {
    {"s", COLUMN_STRING, false, "7", true},
    {"s", COLUMN_STRING, false, "true", true},
    {"s", COLUMN_STRING, false, "2007-12-03 00:00:00", true},
    {"s", COLUMN_STRING, false, "cus_007", false},
    {"s", COLUMN_STRING, true, "7", false},
    {"s", COLUMN_BINARY, false, "1234", true},
    {"s", COLUMN_JSON, false, "{\"a\":1}", false},
    {"i", COLUMN_INT, false, "7", false},
    {"d", COLUMN_DECIMAL, false, "7.5", false},
    {"d", COLUMN_NAIVE_DATE, false, "2007-12-03", false},
    {"t", COLUMN_NAIVE_DATETIME, false, "2007-12-03T10:15:30.5", false},
    {"t", COLUMN_UTC_DATETIME, false, "2007-12-03T10:15:30Z", true},
    {"t", COLUMN_UTC_DATETIME, true, "2007-12-03T10:15:30Z", false},
    {"_fivetran_start", COLUMN_UTC_DATETIME, false, "2007-12-03T10:15:30Z", false},
};

START_TEST(test_what_may_be_changed) {
    const struct column column = {changed[_i].name, changed[_i].type, changed[_i].key, false, 0, 0};
    ck_assert_int_eq(dust_cell_may_be_changed(&column, slice_of(changed[_i].text)),
                     changed[_i].may_be_changed);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_cells");
    TCase *tests = tcase_create("dust_cells");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_lesson_19_what_is_sent, 0, sizeof sent / sizeof sent[0]);
    tcase_add_test(tests, test_null);
    tcase_add_loop_test(tests, test_text_that_its_type_forbids, 0,
                        sizeof forbidden / sizeof forbidden[0]);
    tcase_add_test(tests, test_changes_are_counted);
    tcase_add_loop_test(tests, test_what_needs_to_be_kept_exactly, 0,
                        sizeof exact / sizeof exact[0]);
    tcase_add_loop_test(tests, test_what_may_be_changed, 0, sizeof changed / sizeof changed[0]);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
