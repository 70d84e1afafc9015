#include "destinations/biggeo/biggeo_record.h"
#include "support/suite.h"

enum { MAX_OUT = 1 << 20 };

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "v", .type = COLUMN_STRING},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
    {.name = "_fivetran_deleted", .type = COLUMN_BOOLEAN},
};
static const struct table table = {"s", "t", columns, 4};

#define TEXT(value)                                                                                \
    {                                                                                              \
        .kind = CELL_TEXT, .text = {(value), sizeof(value) - 1 }                                   \
    }
#define OPENING "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s__t\",\"data\":{"

/* Encodes one record of a table; the text is static. */
static const char *encode(const struct table *of, const struct record *record,
                          struct encode_counts *counts, struct status *status) {
    static struct buf out;
    struct biggeo_encoder encoder;
    buf_clean_up(&out);
    buf_init(&out, MAX_OUT);
    ck_assert(biggeo_encoder_init(&encoder, of, SLICE_LITERAL("s__t")));
    bool ok = biggeo_encoder_append(&encoder, record, 77, 1234, &out, status);
    ck_assert_int_eq(ok, status->code == STATUS_OK);
    ck_assert(ok || out.len == 0);
    if (counts) {
        *counts = encoder.counts;
    }
    biggeo_encoder_clean_up(&encoder);
    return buf_cstr(&out);
}

static const char *encode_cells(enum record_operation operation, const struct cell *cells) {
    struct status status = STATUS_INIT;
    const struct record record = {.operation = operation, .cells = cells};
    return encode(&table, &record, NULL, &status);
}

START_TEST(test_upsert_sends_every_column_and_its_operation) {
    const struct cell cells[] = {TEXT("7"), TEXT("a\"b"), TEXT("2024-01-02T03:04:05.678Z"),
                                 TEXT("false")};
    ck_assert_str_eq(encode_cells(RECORD_UPSERT, cells),
                     OPENING "\"id\":7,\"v\":\"a\\\"b\","
                             "\"_fivetran_synced\":\"2024-01-02T03:04:05.678Z\","
                             "\"_fivetran_deleted\":false,\"_fivetran_op\":\"upsert\","
                             "\"_fivetran_op_at\":77},\"emitted_at\":1704164645678}}");
}
END_TEST

START_TEST(test_upsert_without_synced_is_emitted_now) {
    const struct cell cells[] = {TEXT("7"), {.kind = CELL_NULL}, {.kind = CELL_NULL}, {0}};
    ck_assert_str_eq(encode_cells(RECORD_UPSERT, cells),
                     OPENING "\"id\":7,\"v\":null,\"_fivetran_synced\":null,"
                             "\"_fivetran_deleted\":null,\"_fivetran_op\":\"upsert\","
                             "\"_fivetran_op_at\":77},\"emitted_at\":1234}}");
}
END_TEST

START_TEST(test_update_sends_key_and_changes_and_names_them) {
    const struct cell cells[] = {
        TEXT("7"), {.kind = CELL_NULL}, TEXT("1970-01-01T00:00:01Z"), {.kind = CELL_UNMODIFIED}};
    ck_assert_str_eq(encode_cells(RECORD_UPDATE, cells),
                     OPENING "\"id\":7,\"v\":null,\"_fivetran_synced\":\"1970-01-01T00:00:01Z\","
                             "\"_fivetran_changed\":[\"v\",\"_fivetran_synced\"],"
                             "\"_fivetran_op\":\"update\",\"_fivetran_op_at\":77},"
                             "\"emitted_at\":1000}}");
}
END_TEST

START_TEST(test_update_of_nothing_has_an_empty_list) {
    const struct cell cells[] = {
        TEXT("7"), {.kind = CELL_UNMODIFIED}, {.kind = CELL_UNMODIFIED}, {.kind = CELL_UNMODIFIED}};
    ck_assert_ptr_nonnull(strstr(encode_cells(RECORD_UPDATE, cells), "\"_fivetran_changed\":[],"));
}
END_TEST

START_TEST(test_lesson_22_delete_sends_key_and_synced_only) {
    const struct cell cells[] = {
        TEXT("7"), {.kind = CELL_NULL}, TEXT("1970-01-01T00:00:01Z"), {.kind = CELL_NULL}};
    ck_assert_str_eq(encode_cells(RECORD_DELETE, cells),
                     OPENING "\"id\":7,\"_fivetran_synced\":\"1970-01-01T00:00:01Z\","
                             "\"_fivetran_deleted\":true,\"_fivetran_op\":\"delete\","
                             "\"_fivetran_op_at\":77},\"emitted_at\":1000}}");
}
END_TEST

START_TEST(test_delete_never_names_the_deleted_column_twice) {
    const struct cell cells[] = {TEXT("7"), {0}, {0}, TEXT("true")};
    const char *text = encode_cells(RECORD_DELETE, cells);
    const char *first = strstr(text, "_fivetran_deleted");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(strstr(first + 1, "_fivetran_deleted"));
}
END_TEST

START_TEST(test_truncate_markers) {
    const struct table bare = {"s", "t", NULL, 0};
    const struct truncate hard = {.before_us = 5000, .synced_column = "_fivetran_synced"};
    const struct truncate soft = {5000, "_fivetran_synced", "_fivetran_deleted"};
    struct status status = STATUS_INIT;
    struct record record = {.operation = RECORD_TRUNCATE, .truncate = &hard};
    ck_assert_str_eq(encode(&bare, &record, NULL, &status),
                     OPENING "\"_fivetran_truncate_before\":5000,"
                             "\"_fivetran_synced_column\":\"_fivetran_synced\","
                             "\"_fivetran_op\":\"truncate\",\"_fivetran_op_at\":77},"
                             "\"emitted_at\":1234}}");
    record = (struct record){.operation = RECORD_SOFT_TRUNCATE, .truncate = &soft};
    const char *text = encode(&bare, &record, NULL, &status);
    ck_assert_ptr_nonnull(strstr(text, "\"_fivetran_deleted_column\":\"_fivetran_deleted\","));
    ck_assert_ptr_nonnull(strstr(text, "\"_fivetran_op\":\"soft_truncate\""));
}
END_TEST

/* The table of types (architecture): what a cell of each becomes. NULL: an error. */
static const struct {
    enum column_type type;
    const char *text;
    const char *json;
} values[] = {
    {COLUMN_BOOLEAN, "true", "true"},
    {COLUMN_BOOLEAN, "FALSE", "false"},
    {COLUMN_BOOLEAN, "yes", NULL},
    {COLUMN_SHORT, "-32768", "-32768"},
    {COLUMN_INT, "+5", "5"},
    {COLUMN_LONG, "9223372036854775807", "9223372036854775807"},
    {COLUMN_LONG, "007", "7"},
    {COLUMN_INT, "1.5", NULL},
    {COLUMN_INT, "", NULL},
    {COLUMN_DECIMAL, "12345678901234567890123456789012345678", /* lesson 19: never a double */
     "12345678901234567890123456789012345678"},
    {COLUMN_DECIMAL, "1E+3", "1E+3"},
    {COLUMN_DECIMAL, ".5", "0.5"},
    {COLUMN_DECIMAL, "1.", "1"},
    {COLUMN_DECIMAL, "NaN", NULL},
    {COLUMN_FLOAT, "3.4028237E+38", "3.4028237E+38"},
    {COLUMN_DOUBLE, "1.0E10", "1.0E10"},
    {COLUMN_DOUBLE, "NaN", "null"},
    {COLUMN_DOUBLE, "-Infinity", "null"},
    {COLUMN_DOUBLE, "abc", NULL},
    {COLUMN_NAIVE_DATE, "0001-01-01", "\"0001-01-01\""},
    {COLUMN_NAIVE_DATE, "2023-02-29", NULL},
    {COLUMN_NAIVE_TIME, "10:15", "\"10:15\""},
    {COLUMN_NAIVE_DATETIME, "2007-12-03T10:15:30", "\"2007-12-03T10:15:30\""},
    {COLUMN_UTC_DATETIME, "9999-12-31T23:59:59.999999999Z", "\"9999-12-31T23:59:59.999999999Z\""},
    {COLUMN_UTC_DATETIME, "yesterday", NULL},
    {COLUMN_BINARY, "[B@7d4991ad", "\"[B@7d4991ad\""},
    {COLUMN_XML, "<a>\n</a>", "\"<a>\\n</a>\""},
    {COLUMN_STRING, "", "\"\""},
    {COLUMN_STRING, "null", "\"null\""},
    {COLUMN_JSON, "{\"type\":\"Point\",\"coordinates\":[1.10,2]}",
     "{\"type\":\"Point\",\"coordinates\":[1.10,2]}"},
    {COLUMN_JSON, "[1, 1e400]", "[1, 1e400]"},
    {COLUMN_JSON, "12345678901234567890", "12345678901234567890"},
    {COLUMN_JSON, "{broken", "\"{broken\""},
};

START_TEST(test_values_by_type) {
    const struct column column = {.name = "c", .type = values[_i].type};
    const struct table of = {"s", "t", &column, 1};
    const struct cell cell = {CELL_TEXT, slice_of(values[_i].text)};
    const struct record record = {.operation = RECORD_UPSERT, .cells = &cell};
    struct status status = STATUS_INIT;
    const char *text = encode(&of, &record, NULL, &status);
    if (!values[_i].json) {
        ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
        ck_assert_ptr_nonnull(strstr(status.message, "\"c\""));
        ck_assert_ptr_nonnull(strstr(status.message, column_type_name(values[_i].type)));
        if (values[_i].text[0]) {
            ck_assert_ptr_null(strstr(status.message, values[_i].text)); /* never the value */
        }
        return;
    }
    char expected[512];
    snprintf(expected, sizeof expected, OPENING "\"c\":%s,\"_fivetran_op\"", values[_i].json);
    ck_assert_msg(strncmp(text, expected, strlen(expected)) == 0, "%s", text);
}
END_TEST

START_TEST(test_what_was_changed_is_counted) {
    static const struct column counted[] = {{.name = "d", .type = COLUMN_DOUBLE},
                                            {.name = "s", .type = COLUMN_STRING},
                                            {.name = "j", .type = COLUMN_JSON}};
    const struct table of = {"s", "t", counted, 3};
    const struct cell cells[] = {TEXT("NaN"), TEXT("a\xFFz\xC3"), TEXT("{")};
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    struct encode_counts counts;
    struct status status = STATUS_INIT;
    const char *text = encode(&of, &record, &counts, &status);
    ck_assert_uint_eq(counts.not_finite, 1);
    ck_assert_uint_eq(counts.invalid_utf8, 2);
    ck_assert_uint_eq(counts.not_json, 1);
    ck_assert_ptr_nonnull(strstr(text, "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\""));
}
END_TEST

START_TEST(test_lesson_18_emitted_at_of_old_years) {
    const struct cell cells[] = {
        TEXT("7"), {.kind = CELL_NULL}, TEXT("0001-01-01T00:00:00Z"), {.kind = CELL_NULL}};
    ck_assert_ptr_nonnull(
        strstr(encode_cells(RECORD_UPSERT, cells), "\"emitted_at\":-62135596800000}}"));
}
END_TEST

START_TEST(test_emitted_at_follows_each_record) {
    const struct cell first[] = {TEXT("1"), {0}, TEXT("1970-01-01T00:00:01Z"), {0}};
    const struct cell second[] = {TEXT("2"), {0}, TEXT("1970-01-01T00:00:02Z"), {0}};
    const struct cell third[] = {TEXT("3"), {0}, {.kind = CELL_NULL}, {0}};
    const struct cell *cells[] = {first, first, second, third, first};
    const char *expected[] = {"emitted_at\":1000}", "emitted_at\":1000}", "emitted_at\":2000}",
                              "emitted_at\":1234}", "emitted_at\":1000}"};
    struct biggeo_encoder encoder;
    ck_assert(biggeo_encoder_init(&encoder, &table, SLICE_LITERAL("s__t")));
    for (size_t i = 0; i < 5; i++) {
        struct status status = STATUS_INIT;
        struct buf out;
        buf_init(&out, MAX_OUT);
        const struct record record = {.operation = RECORD_UPSERT, .cells = cells[i]};
        ck_assert(biggeo_encoder_append(&encoder, &record, 1, 1234, &out, &status));
        ck_assert_msg(strstr(buf_cstr(&out), expected[i]) != NULL, "%s", buf_cstr(&out));
        buf_clean_up(&out);
    }
    biggeo_encoder_clean_up(&encoder);
}
END_TEST

START_TEST(test_a_record_that_came_as_json_is_passed_on_as_it_came) {
    struct status status = STATUS_INIT;
    struct record record = {.operation = RECORD_UPSERT,
                            .json = SLICE_LITERAL("{ \"n\":1.50,\"n\":2 }"),
                            .emitted_at_ms = -7};
    ck_assert_str_eq(encode(&table, &record, NULL, &status),
                     "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s__t\",\"data\":"
                     "{ \"n\":1.50,\"n\":2 },\"emitted_at\":-7}}");
    record.emitted_at_ms = EMITTED_AT_UNKNOWN;
    ck_assert_ptr_nonnull(strstr(encode(&table, &record, NULL, &status), ",\"emitted_at\":1234}}"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_record");
    TCase *tests = tcase_create("record");
    tcase_add_test(tests, test_upsert_sends_every_column_and_its_operation);
    tcase_add_test(tests, test_upsert_without_synced_is_emitted_now);
    tcase_add_test(tests, test_update_sends_key_and_changes_and_names_them);
    tcase_add_test(tests, test_update_of_nothing_has_an_empty_list);
    tcase_add_test(tests, test_lesson_22_delete_sends_key_and_synced_only);
    tcase_add_test(tests, test_delete_never_names_the_deleted_column_twice);
    tcase_add_test(tests, test_truncate_markers);
    tcase_add_loop_test(tests, test_values_by_type, 0, sizeof values / sizeof values[0]);
    tcase_add_test(tests, test_what_was_changed_is_counted);
    tcase_add_test(tests, test_lesson_18_emitted_at_of_old_years);
    tcase_add_test(tests, test_emitted_at_follows_each_record);
    tcase_add_test(tests, test_a_record_that_came_as_json_is_passed_on_as_it_came);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
