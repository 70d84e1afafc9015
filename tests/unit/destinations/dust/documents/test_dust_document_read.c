#include "destinations/dust/documents/dust_document.h"
#include "destinations/dust/documents/dust_document_read.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#define TEXT(value)                                                                                \
    {                                                                                              \
        .kind = CELL_TEXT, .text = {(value), sizeof(value) - 1 }                                   \
    }
#define NONE                                                                                       \
    { .kind = CELL_NULL }

enum { N = 9, ROOM = 1 << 20 };

static const struct column columns[N] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "d", .type = COLUMN_DECIMAL},
    {.name = "f", .type = COLUMN_DOUBLE},
    {.name = "s", .type = COLUMN_STRING},
    {.name = "a \"quoted\" é", .type = COLUMN_STRING},
    {.name = "j", .type = COLUMN_JSON},
    {.name = "b", .type = COLUMN_BOOLEAN},
    {.name = "u", .type = COLUMN_UTC_DATETIME},
    {.name = "e", .type = COLUMN_STRING},
};
static const struct table table = {"s", "t", columns, N};

static bool read_text(const char *text, struct cell cells[N], struct buf *values) {
    return dust_document_cells(&table, slice_of(text), values, cells);
}

START_TEST(test_what_is_read_writes_the_same_text) {
    const struct cell written[N] = {TEXT("9223372036854775807"),
                                    TEXT("12345678901234567890.10"),
                                    TEXT("1.0E10"),
                                    TEXT("a\"\\\n\té😀\x01"),
                                    TEXT("x"),
                                    TEXT("{\"k\": [1.0,{}]}"),
                                    TEXT("TRUE"),
                                    TEXT("2024-01-01T00:00:00.1Z"),
                                    TEXT("")};
    struct encode_counts counts = {0};
    struct status status = STATUS_INIT;
    struct buf text, again, values;
    struct cell cells[N];
    buf_init(&text, ROOM);
    buf_init(&again, ROOM);
    buf_init(&values, ROOM);
    ck_assert(dust_document_text_append(&text, &table, written, &counts, &status));
    ck_assert(dust_document_cells(&table, buf_slice(&text), &values, cells));
    static const char *const expected[N] = {"9223372036854775807",
                                            "12345678901234567890.10",
                                            "1.0E10",
                                            "a\"\\\n\té😀\x01",
                                            "x",
                                            NULL,
                                            "true",
                                            "2024-01-01T00:00:00.1Z",
                                            ""};
    for (size_t i = 0; i < N; i++) {
        ck_assert_int_eq(cells[i].kind, CELL_TEXT);
        ck_assert(!expected[i] || slice_equal_text(cells[i].text, expected[i]));
    }
    ck_assert(dust_document_text_append(&again, &table, cells, &counts, &status));
    ck_assert_str_eq(buf_cstr(&again), buf_cstr(&text));
    buf_clean_up(&text);
    buf_clean_up(&again);
    buf_clean_up(&values);
}
END_TEST

START_TEST(test_members_may_stand_anywhere_or_be_missing) {
    struct buf values;
    struct cell cells[N];
    buf_init(&values, ROOM);
    ck_assert(read_text(" {\"e\":\"first\",\"other\":[1,2],\"b\":null,\"id\":1,\"\\u0073\":\"esc\","
                        "\"e\":\"last\"} ",
                        cells, &values));
    ck_assert(slice_equal_text(cells[0].text, "1"));
    ck_assert(slice_equal_text(cells[3].text, "esc"));
    ck_assert(slice_equal_text(cells[8].text, "last"));
    ck_assert_int_eq(cells[6].kind, CELL_NULL);
    ck_assert_int_eq(cells[1].kind, CELL_NULL);
    ck_assert(read_text("{}", cells, &values));
    ck_assert_int_eq(cells[0].kind, CELL_NULL);
    buf_clean_up(&values);
}
END_TEST

/* A column whose type has changed since: its text is what stands there. */
START_TEST(test_values_of_another_kind_are_taken_as_their_text) {
    struct buf values;
    struct cell cells[N];
    buf_init(&values, ROOM);
    ck_assert(
        read_text("{\"s\":42,\"id\":\"seven\",\"e\":{\"a\":1},\"j\":\"text\"}", cells, &values));
    ck_assert(slice_equal_text(cells[3].text, "42"));
    ck_assert(slice_equal_text(cells[0].text, "seven"));
    ck_assert(slice_equal_text(cells[8].text, "{\"a\":1}"));
    ck_assert(slice_equal_text(cells[5].text, "\"text\""));
    buf_clean_up(&values);
}
END_TEST

START_TEST(test_what_is_no_record_is_refused) {
    static const char *const texts[] = {"", " ", "hello", "[1]", "\"x\"", "{", "{\"id\":1}x"};
    struct buf values;
    struct cell cells[N];
    buf_init(&values, ROOM);
    ck_assert(!read_text(texts[_i], cells, &values));
    buf_clean_up(&values);
}
END_TEST

/* --- through the API --- */

#define MISSING                                                                                    \
    "{\"error\":{\"type\":\"data_source_error\",\"message\":\"m\",\"data_source_error\":{"         \
    "\"code\":\"data_source_document_not_found\",\"message\":\"m\"}}}"

START_TEST(test_documents_are_read_one_after_another) {
    static const struct scripted_answer script[] = {
        {"GET " SOURCE "/documents/s__t-1 ", 200,
         "{\"document\":{\"chunks\":[{\"text\":\"c\"}],\"text\":\"{\\\"id\\\":1,\\\"e\\\":"
         "\\\"x\\\"}\"}}"},
        {"GET " SOURCE "/documents/s__t-2 ", 400, MISSING},
        {"GET " SOURCE "/documents/s__t-3 ", 200, "{\"document\":{\"text\":\"{\\\"id\\\":3}\"}}"}};
    struct fixture f;
    struct dust_document_reader reader;
    bool there = false;
    SET_UP(&f, script);
    ck_assert(dust_document_reader_init(&reader, &f.api, &table));
    ck_assert(dust_document_read(&reader, SLICE_LITERAL("s__t-1"), &there, &f.status));
    ck_assert(there);
    ck_assert(slice_equal_text(reader.cells[8].text, "x"));
    ck_assert(dust_document_read(&reader, SLICE_LITERAL("s__t-2"), &there, &f.status));
    ck_assert(!there);
    ck_assert_int_eq(f.status.code, STATUS_OK);
    ck_assert(dust_document_read(&reader, SLICE_LITERAL("s__t-3"), &there, &f.status));
    ck_assert(there);
    ck_assert(slice_equal_text(reader.cells[0].text, "3"));
    ck_assert_int_eq(reader.cells[8].kind, CELL_NULL);
    dust_document_reader_clean_up(&reader);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_document_that_was_changed_is_a_task) {
    static const char *const answers[] = {"{\"document\":{\"text\":\"hello\"}}",
                                          "{\"document\":{\"text\":null}}", "{\"document\":{}}",
                                          "{}"};
    const struct scripted_answer script[] = {{"GET ", 200, answers[_i]}};
    struct fixture f;
    struct dust_document_reader reader;
    bool there = false;
    SET_UP(&f, script);
    ck_assert(dust_document_reader_init(&reader, &f.api, &table));
    ck_assert(!dust_document_read(&reader, SLICE_LITERAL("s__t-1"), &there, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "Table s.t");
    ck_assert_says(f.status.message, "s__t-1");
    dust_document_reader_clean_up(&reader);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_failure_is_no_missing_document) {
    static const struct scripted_answer script[] = {
        {"GET ", 400, DUST_ERROR("data_source_error", "There was an error")}};
    struct fixture f;
    struct dust_document_reader reader;
    bool there = true;
    SET_UP(&f, script);
    ck_assert(dust_document_reader_init(&reader, &f.api, &table));
    ck_assert(!dust_document_read(&reader, SLICE_LITERAL("a"), &there, &f.status));
    ck_assert_says(f.status.message, "There was an error");
    dust_document_reader_clean_up(&reader);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_read");
    TCase *tests = tcase_create("read");
    tcase_add_test(tests, test_what_is_read_writes_the_same_text);
    tcase_add_test(tests, test_members_may_stand_anywhere_or_be_missing);
    tcase_add_test(tests, test_values_of_another_kind_are_taken_as_their_text);
    tcase_add_loop_test(tests, test_what_is_no_record_is_refused, 0, 7);
    tcase_add_test(tests, test_documents_are_read_one_after_another);
    tcase_add_loop_test(tests, test_a_document_that_was_changed_is_a_task, 0, 4);
    tcase_add_test(tests, test_a_failure_is_no_missing_document);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
