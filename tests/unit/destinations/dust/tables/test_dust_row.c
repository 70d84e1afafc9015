#include "destinations/dust/tables/dust_row.h"
#include "support/suite.h"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_STRING, .primary_key = true},
    {.name = "Total", .type = COLUMN_LONG},
    {.name = "note", .type = COLUMN_STRING},
    {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
};
static const char *const names[] = {"id", "total", "note", "_fivetran_synced"};
static const struct dust_table places = {
    .table = {"s", "places", columns, 4}, .names = names, .id = "t"};

#define TEXT(text)                                                                                 \
    { CELL_TEXT, SLICE_LITERAL(text) }

static struct buf encoded(const struct cell *cells, struct dust_row_encoder *encoder) {
    struct buf body;
    struct status status = STATUS_INIT;
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells, .file = "f"};
    buf_init(&body, 10000);
    ck_assert_msg(dust_row_append(encoder, &record, &body, &status), "%s", status.message);
    return body;
}

START_TEST(a_record_becomes_a_row_with_the_texts_that_dust_would_lose) {
    const struct cell cells[] = {
        TEXT("k7"), TEXT("12"), {.kind = CELL_NULL}, TEXT("2026-01-02T03:04:05.678Z")};
    struct dust_row_encoder encoder;
    dust_row_encoder_init(&encoder, &places.table, names);
    struct buf body = encoded(cells, &encoder);
    ck_assert_str_eq(
        buf_cstr(&body),
        "{\"row_id\":\"k7\",\"value\":{\"id\":\"k7\",\"total\":12,\"note\":null,"
        "\"_fivetran_synced\":{\"type\":\"datetime\",\"epoch\":1767323045678},"
        "\"_fivetran_exact\":\"{\\\"_fivetran_synced\\\":\\\"2026-01-02T03:04:05.678Z\\\"}\"}}");
    ck_assert(encoder.has_exact);
    ck_assert_str_eq(buf_cstr(&encoder.id), "k7");
    buf_clean_up(&body);
    dust_row_encoder_clean_up(&encoder);
}
END_TEST

START_TEST(separators_count_outside_of_what_dust_quotes) {
    const struct cell cells[] = {TEXT("7"), TEXT("12"), TEXT("a;b;\tc"), TEXT("a;b,c")};
    struct dust_row_encoder encoder;
    dust_row_encoder_init(&encoder, &places.table, names);
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    struct buf body;
    struct status status = STATUS_INIT;
    buf_init(&body, 10000);
    ck_assert(dust_row_append(&encoder, &record, &body, &status)); /* no file: taken as it is */
    ck_assert_uint_eq(encoder.line.separators[0], 5); /* one in front of _fivetran_exact */
    ck_assert_uint_eq(encoder.line.separators[1], 2);
    ck_assert_uint_eq(encoder.line.separators[2], 1);
    buf_clean_up(&body);
    dust_row_encoder_clean_up(&encoder);
}
END_TEST

START_TEST(columns_with_values_that_dust_changes_are_told) {
    const struct cell cells[] = {TEXT("k7"), TEXT("12"), TEXT("007"), {.kind = CELL_NULL}};
    struct dust_row_encoder encoder;
    struct buf told;
    buf_init(&told, 100);
    dust_row_encoder_init(&encoder, &places.table, names);
    dust_row_encoder_tell(&encoder, &told);
    ck_assert_uint_eq(told.len, 0);
    for (int i = 0; i < 2; i++) {
        struct buf body = encoded(cells, &encoder);
        buf_clean_up(&body);
    }
    dust_row_encoder_tell(&encoder, &told);
    ck_assert_str_eq(buf_cstr(&told), "note:2");
    buf_clean_up(&told);
    dust_row_encoder_clean_up(&encoder);
}
END_TEST

START_TEST(a_value_that_its_type_forbids_leaves_the_body_as_it_was) {
    const struct cell cells[] = {
        TEXT("7"), TEXT("twelve"), {.kind = CELL_NULL}, {.kind = CELL_NULL}};
    struct dust_row_encoder encoder;
    struct buf body;
    struct status status = STATUS_INIT;
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells, .file = "f"};
    buf_init(&body, 1000);
    buf_append_text(&body, "before");
    dust_row_encoder_init(&encoder, &places.table, names);
    ck_assert(!dust_row_append(&encoder, &record, &body, &status));
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "Total"));
    ck_assert_ptr_null(strstr(status.message, "twelve"));
    ck_assert_str_eq(buf_cstr(&body), "before");
    buf_clean_up(&body);
    dust_row_encoder_clean_up(&encoder);
}
END_TEST

START_TEST(a_table_without_a_key_has_no_rows) {
    static const struct column loose[] = {{.name = "a", .type = COLUMN_STRING}};
    static const char *const loose_names[] = {"a"};
    static const struct table table = {"s", "loose", loose, 1};
    const struct cell cells[] = {TEXT("7")};
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    struct dust_row_encoder encoder;
    struct buf body;
    struct status status = STATUS_INIT;
    buf_init(&body, 1000);
    dust_row_encoder_init(&encoder, &table, loose_names);
    ck_assert(!dust_row_append(&encoder, &record, &body, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(status.message, "s.loose"));
    buf_clean_up(&body);
    dust_row_encoder_clean_up(&encoder);
}
END_TEST

static const struct {
    const char *value;
    const char *texts[4]; /* NULL: NULL */
} listed[] = {
    {"{}", {NULL, NULL, NULL, NULL}},
    {"{\"id\":7,\"total\":12,\"note\":\"x\",\"_fivetran_synced\":null}", {"7", "12", "x", NULL}},
    /* in any order, with columns that are not ours */
    {"{\"other\":1,\"note\":\"y\",\"id\":\"a\"}", {"a", NULL, "y", NULL}},
    /* the exact texts win; the nonce of a fence says nothing */
    {"{\"id\":7,\"note\":5,\"_fivetran_exact\":\"{\\\"id\\\":\\\"007\\\",\\\"~\\\":\\\"n\\\"}\"}",
     {"007", NULL, "5", NULL}},
    /* somebody has written into our column */
    {"{\"id\":7,\"_fivetran_exact\":\"{oops\"}", {"7", NULL, NULL, NULL}},
    {"{\"id\":7,\"_fivetran_exact\":\"[]\"}", {"7", NULL, NULL, NULL}},
    {"{\"id\":7,\"_fivetran_exact\":12}", {"7", NULL, NULL, NULL}},
};

START_TEST(a_listed_row_is_read_back) {
    struct dust_row_decoder decoder;
    struct status status = STATUS_INIT;
    ck_assert(dust_row_decoder_init(&decoder, &places, &status));
    for (int round = 0; round < 2; round++) {
        ck_assert(dust_row_read(&decoder, slice_of(listed[_i].value), &status));
        for (size_t i = 0; i < 4; i++) {
            const char *wanted = listed[_i].texts[i];
            ck_assert_int_eq(decoder.cells[i].kind, wanted ? CELL_TEXT : CELL_NULL);
            ck_assert(!wanted || slice_equal_text(decoder.cells[i].text, wanted));
        }
    }
    dust_row_decoder_clean_up(&decoder);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_row");
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, a_record_becomes_a_row_with_the_texts_that_dust_would_lose);
    tcase_add_test(tests, separators_count_outside_of_what_dust_quotes);
    tcase_add_test(tests, columns_with_values_that_dust_changes_are_told);
    tcase_add_test(tests, a_value_that_its_type_forbids_leaves_the_body_as_it_was);
    tcase_add_test(tests, a_table_without_a_key_has_no_rows);
    tcase_add_loop_test(tests, a_listed_row_is_read_back, 0, sizeof listed / sizeof listed[0]);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
