#include "destinations/dust/tables/dust_cells.h"
#include "json/json_scan.h"
#include "support/suite.h"
#include "table/cell_canonical.h"
#include "unit/destinations/dust/dust_model.h"

static struct buf out;
static struct status status;

static void set_up(void) {
    buf_init(&out, 1 << 16);
    status = STATUS_INIT;
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static struct column column_of(enum column_type type) {
    return (struct column){.name = "c", .type = type};
}

static const struct {
    enum column_type type;
    const char *json;
    const char *text;
} reads[] = {
    {COLUMN_BOOLEAN, "true", "true"},
    {COLUMN_BOOLEAN, "1", "1"},
    {COLUMN_BOOLEAN, "\"yes\"", "yes"},
    {COLUMN_LONG, "42", "42"},
    {COLUMN_LONG, "1.5", "1.5"},
    {COLUMN_LONG, "9007199254740992", "9007199254740992"},
    {COLUMN_LONG, "1e+21", "1000000000000000000000"},
    {COLUMN_LONG, "false", "false"},
    {COLUMN_DECIMAL, "0.1", "0.1"},
    {COLUMN_DECIMAL, "1e-7", "0.0000001"},
    {COLUMN_DECIMAL, "\"1e5\"", " 1e5"},
    {COLUMN_DOUBLE, "1e+21", "1000000000000000000000"},
    {COLUMN_DOUBLE, "-1.5e+300", "-15.0e299"},
    {COLUMN_DOUBLE, "\"NaN\"", " NaN"},
    {COLUMN_STRING, "7", "7"},
    {COLUMN_STRING, "1e+100", "1.0e100"},
    {COLUMN_STRING, "\"a\\n\\u00e9\\ud83d\"", "a\n\xC3\xA9\xEF\xBF\xBD"},
    {COLUMN_STRING, "true", "true"},
    {COLUMN_STRING,
     "{\"type\":\"datetime\",\"epoch\":1614643200000,\"string_value\":\"March 2, 2021\"}",
     "March 2, 2021"},
    {COLUMN_STRING, "{\"type\":\"datetime\",\"epoch\":1614643200000}", "2021-03-02 00:00:00"},
    {COLUMN_STRING, "{\"type\":\"other\"}", "{\"type\":\"other\"}"},
    {COLUMN_NAIVE_DATE,
     "{\"type\":\"datetime\",\"epoch\":1196640000000,\"string_value\":\"2007-12-03 00:00:00\"}",
     "2007-12-03"},
    {COLUMN_NAIVE_DATE,
     "{\"type\":\"datetime\",\"epoch\":-86400000,\"string_value\":\"1969-12-31 00:00:00\"}",
     "1969-12-31"},
    {COLUMN_NAIVE_DATE,
     "{\"type\":\"datetime\",\"epoch\":1196676930000,\"string_value\":\"2007-12-03 10:15:30\"}",
     "2007-12-03 10:15:30"},
    {COLUMN_NAIVE_DATETIME,
     "{\"type\":\"datetime\",\"epoch\":1196676930500,\"string_value\":\"2007-12-03 10:15:30.5\"}",
     "2007-12-03 10:15:30.5"},
    {COLUMN_NAIVE_DATETIME, "\"2007-12-03T10:15:30.5\"", "2007-12-03T10:15:30.5"},
    {COLUMN_UTC_DATETIME,
     "{\"string_value\":\"2007-12-03 10:15:30\",\"epoch\":1196676930000,\"type\":\"datetime\"}",
     "2007-12-03T10:15:30Z"},
    {COLUMN_UTC_DATETIME, "{\"type\":\"datetime\",\"epoch\":1196676930123}",
     "2007-12-03T10:15:30.123Z"},
    {COLUMN_UTC_DATETIME, "{\"type\":\"datetime\",\"epoch\":-1}", "1969-12-31T23:59:59Z"},
    {COLUMN_UTC_DATETIME,
     "{\"type\":\"datetime\",\"epoch\":-62167222800000,\"string_value\":\"0000-12-31 23:00:00\"}",
     "0000-12-31 23:00:00"},
    {COLUMN_UTC_DATETIME, "\"2007-12-03T10:15Z\"", " 2007-12-03T10:15Z"},
    {COLUMN_NAIVE_TIME, "\"T10:15:30\"", "10:15:30"},
    {COLUMN_NAIVE_TIME, "\"10:15:30.5\"", " 10:15:30.5"},
    {COLUMN_NAIVE_TIME, "\"Tea\"", "Tea"},
    {COLUMN_NAIVE_TIME,
     "{\"type\":\"datetime\",\"epoch\":1196676930000,\"string_value\":\"10:15:30\"}", " 10:15:30"},
};

START_TEST(test_what_is_read) {
    struct column column = column_of(reads[_i].type);
    ck_assert(dust_cell_read(&out, &column, slice_of(reads[_i].json)));
    ck_assert_str_eq(buf_cstr(&out), reads[_i].text);
}
END_TEST

START_TEST(test_null_is_read_as_null) {
    for (int type = 0; type < COLUMN_TYPE_COUNT; type++) {
        struct column column = column_of((enum column_type)type);
        ck_assert(!dust_cell_read(&out, &column, SLICE_LITERAL("null")));
        ck_assert_uint_eq(out.len, 0);
    }
}
END_TEST

/* --- the round trip --- */

/* What Dust holds after a cell of that text was posted, and merged. */
static void post(const struct column *column, struct slice text, bool naive_is_date, bool merged,
                 char csv[MODEL_BYTES]) {
    struct buf json;
    struct cell cell = {CELL_TEXT, text};
    buf_init(&json, MODEL_BYTES);
    ck_assert(dust_cell_append(&json, column, &cell, false, NULL, &status));
    ck_assert_msg(json_scan(buf_slice(&json), NULL), "%s", buf_cstr(&json));
    model_post(buf_slice(&json), csv);
    if (merged) {
        model_merge(csv, naive_is_date);
    }
    buf_clean_up(&json);
}

/* GET rows, and our reading of it; false: NULL. */
static bool get(const struct column *column, const char *csv, bool naive_is_date,
                struct buf *text) {
    struct buf json;
    struct shown shown = model_read(csv, naive_is_date);
    buf_init(&json, 4 * MODEL_BYTES);
    buf_reset(text);
    buf_append_char(text, '#'); /* what stands there already is left alone */
    model_get(&shown, &json);
    bool there = dust_cell_read(text, column, buf_slice(&json));
    ck_assert(!text->failed && text->data[0] == '#');
    ck_assert(there == (shown.kind != SHOWN_NULL));
    ck_assert(there || text->len == 1);
    memmove(text->data, text->data + 1, text->len - 1);
    buf_truncate(text, text->len - 1);
    buf_clean_up(&json);
    return there;
}

static void shown_after_merge(const char *csv, bool naive_is_date, struct buf *json) {
    char merged[MODEL_BYTES];
    snprintf(merged, sizeof merged, "%s", csv);
    model_merge(merged, naive_is_date);
    struct shown shown = model_read(merged, naive_is_date);
    buf_reset(json);
    model_get(&shown, json);
}

/* Reads the cell whose text in the CSV this is and writes it back: shown as it was? */
static void assert_written_back(const struct column *column, const char *csv, bool naive_is_date) {
    struct buf text, before, after;
    char again[MODEL_BYTES] = "";
    buf_init(&text, MODEL_BYTES);
    buf_init(&before, 4 * MODEL_BYTES);
    buf_init(&after, 4 * MODEL_BYTES);
    if (get(column, csv, naive_is_date, &text)) {
        post(column, buf_slice(&text), naive_is_date, false, again);
    }
    shown_after_merge(csv, naive_is_date, &before);
    shown_after_merge(again, naive_is_date, &after);
    ck_assert_msg(slice_equal(buf_slice(&before), buf_slice(&after)),
                  "%s: \"%s\" shown as %s, read as \"%s\", written as \"%s\", shown as %s",
                  column_type_name(column->type), csv, buf_cstr(&before), buf_cstr(&text), again,
                  buf_cstr(&after));
    buf_clean_up(&text);
    buf_clean_up(&before);
    buf_clean_up(&after);
}

/* Cells as they can stand in Dust's CSV, of every kind, whoever wrote them. */
static const char *const stored[] = {
    "",
    "true",
    "FALSE",
    "t",
    "0",
    "7",
    "007",
    "-7",
    "1.5",
    "-0.0",
    ".5",
    "320000.0",
    "0.0000001",
    "1.5e-9",
    "5.0e-324",
    "1.0e21",
    "-1.0e300",
    "1.7976931348623157e308",
    "1.0e400",
    "1e5",
    "1e+21",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "9300000000000000000",
    "18446744073709551615",
    "18446744073709551616",
    "12345678901234567890",
    "123456789.12345678901",
    "NaN",
    "Infinity",
    "-Infinity",
    "inf",
    "hello",
    " padded ",
    "\xC2\xA0x\xE2\x80\x83",
    "1,5",
    "T10:15:30",
    "T10:15",
    "T25:15",
    "Thello",
    "T",
    "10:15",
    "10:15:30",
    "10:15:30.5",
    "2007-12-03",
    "2007-12-03 00:00:00",
    "2007-12-03 10:15:30",
    "2007-12-03 10:15",
    "2007-12-03T10:15:30",
    "2007-12-03T10:15:30.5",
    "2007-12-03T10:15Z",
    "2007-12-03T10:15:30Z",
    "2007-12-03T10:15:30.123Z",
    "2007-12-03T10:15:30+01:00",
    "1969-12-31 23:59:59",
    "1969-12-31",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "March 2, 2021",
    "{\"a\":\"\\u0000\"}",
    "<a/>",
    "a \"b\"\n\t\\",
    "\xF0\x9F\x98\x80",
};

START_TEST(test_every_kind_of_cell_in_every_type_of_column_is_written_back) {
    struct column column = column_of((enum column_type)_i);
    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        assert_written_back(&column, stored[i], false);
        assert_written_back(&column, stored[i], true);
    }
}
END_TEST

/* --- random cells --- */

static unsigned seed;

static unsigned below(unsigned bound) {
    return (unsigned)rand_r(&seed) % bound;
}

static void add_digits(struct buf *text, unsigned max) {
    for (unsigned n = 1 + below(max); n; n--) {
        buf_append_char(text, (char)('0' + below(10)));
    }
}

static void make_number(struct buf *text) {
    buf_append_text(text, (const char *const[]){"", "", "-", "+"}[below(4)]);
    add_digits(text, 20);
    if (below(2)) {
        buf_append_char(text, '.');
        add_digits(text, 20);
    }
    if (below(4) == 0) {
        buf_printf(text, "%s%d", (const char *const[]){"e", "E+", "E-"}[below(3)],
                   (int)below(below(2) ? 30 : 330));
    }
}

static void make_time(struct buf *text, bool date, bool time, const char *zone) {
    if (date) {
        buf_printf(text, "%04u-%02u-%02u", below(2) ? 1965 + below(10) : 1 + below(9999),
                   1 + below(12), 1 + below(28));
    }
    if (date && time) {
        buf_append_char(text, "TTT "[below(4)]);
    }
    if (time) {
        buf_printf(text, "%02u:%02u", below(24), below(60));
        if (below(4)) {
            buf_printf(text, ":%02u", below(60));
            if (below(2)) {
                buf_append_char(text, '.');
                add_digits(text, 9);
            }
        }
    }
    buf_append_text(text, zone);
}

static void make_words(struct buf *text) {
    static const char *const pieces[] = {"a",  "1",  "true", "T",        " ",        "-",
                                         ".",  "e5", ":",    "\xC3\xA9", "\xC2\xA0", "\xFF",
                                         "\"", "\\", "\n",   "NaN",      "{}",       ",;"};
    for (unsigned n = below(5); n; n--) {
        buf_append_text(text, pieces[below(sizeof pieces / sizeof pieces[0])]);
    }
}

/* A text as a batch file could hold it under the type, or now and then under any other. */
static void make_text(struct buf *text, enum column_type type) {
    static const char *const zones[] = {"Z", "Z", "+01:00", "-18:00"};
    if (below(8) == 0) {
        type = (enum column_type)below(COLUMN_TYPE_COUNT);
    }
    switch (type) {
    case COLUMN_BOOLEAN:
        buf_append_text(text, (const char *const[]){"true", "FALSE", "tRue"}[below(3)]);
        break;
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
        buf_append_text(text, (const char *const[]){"", "", "-", "+"}[below(4)]);
        add_digits(text, 18);
        break;
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        make_number(text);
        break;
    case COLUMN_NAIVE_DATE:
        make_time(text, true, false, "");
        break;
    case COLUMN_NAIVE_DATETIME:
        make_time(text, true, true, "");
        break;
    case COLUMN_UTC_DATETIME:
        make_time(text, true, true, zones[below(4)]);
        break;
    case COLUMN_NAIVE_TIME:
        make_time(text, false, true, "");
        break;
    default:
        make_words(text);
    }
}

/* The value that is read is the one that was written, wherever dust_cell_needs_exact says so. */
static void assert_exact(const struct column *column, struct slice text, struct slice read) {
    struct buf before, after;
    buf_init(&before, MODEL_BYTES);
    buf_init(&after, MODEL_BYTES);
    cell_canonical_append(&before, column->type, text);
    cell_canonical_append(&after, column->type, read);
    ck_assert_msg(slice_equal(buf_slice(&before), buf_slice(&after)), "%s: %s, read back as %s",
                  column_type_name(column->type), buf_cstr(&before), buf_cstr(&after));
    buf_clean_up(&before);
    buf_clean_up(&after);
}

START_TEST(test_random_cells) {
    struct column column = column_of((enum column_type)_i);
    struct buf text, read;
    char csv[MODEL_BYTES];
    unsigned n_exact = 0;
    buf_init(&text, MODEL_BYTES);
    buf_init(&read, MODEL_BYTES);
    column.primary_key = true;
    seed = 1 + (unsigned)_i;
    for (int i = 0; i < 1500; i++) {
        bool naive_is_date = i % 2;
        buf_reset(&text);
        make_text(&text, column.type);
        post(&column, buf_slice(&text), naive_is_date, i % 4 / 2, csv);
        bool there = get(&column, csv, naive_is_date, &read);
        if (!dust_cell_needs_exact(&column, buf_slice(&text))) {
            ck_assert_msg(there, "%s", buf_cstr(&text));
            assert_exact(&column, buf_slice(&text), buf_slice(&read));
            n_exact++;
        }
        assert_written_back(&column, csv, naive_is_date);
    }
    ck_assert_uint_gt(n_exact, 100);
    buf_clean_up(&text);
    buf_clean_up(&read);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_cell_read");
    TCase *tests = tcase_create("dust_cell_read");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_what_is_read, 0, sizeof reads / sizeof reads[0]);
    tcase_add_test(tests, test_null_is_read_as_null);
    tcase_add_loop_test(tests, test_every_kind_of_cell_in_every_type_of_column_is_written_back, 0,
                        COLUMN_TYPE_COUNT);
    tcase_add_loop_test(tests, test_random_cells, 0, COLUMN_TYPE_COUNT);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
