#include "destinations/dust/tables/dust_json_row.h"
#include "dust_stream_fixture.h"
#include "support/suite.h"

static const char *const id_path[] = {"id"};
static const struct key_path id_key[] = {{id_path, 1}};
static const struct scripted_answer lines[] = {{GET_STREAM, 200, STREAM_ANSWER("")}};

static struct fixture f;
static struct dust_stream_table there;
static struct dust_json_row_encoder encoder;
static struct stream_mode stream;
static struct buf body;

static void open_encoder(enum write_mode mode, bool with_key) {
    SET_UP(&f, lines);
    stream = (struct stream_mode){.mode = mode, .primary_key = id_key, .n_primary_key = with_key};
    buf_init(&body, 1 << 20);
    ck_assert(load_stream(&f, &there));
    ck_assert(dust_json_row_encoder_init(&encoder, &there, &users, &stream, &f.status));
}

static void close_encoder(void) {
    dust_json_row_encoder_clean_up(&encoder);
    dust_stream_table_clean_up(&there);
    buf_clean_up(&body);
    tear_down(&f);
}

static const char *encode_at(const char *json, int64_t emitted_at_ms) {
    const struct record record = {
        .operation = RECORD_UPSERT, .json = slice_of(json), .emitted_at_ms = emitted_at_ms};
    buf_reset(&body);
    ck_assert_msg(dust_json_row_append(&encoder, &record, &body, &f.status), "%s",
                  f.status.message);
    return buf_cstr(&body);
}

static const char *encode(const char *json) {
    return encode_at(json, 1000);
}

static const struct {
    const char *json, *value;
} values[] = {
    {"1", "1"},
    {"-0", "0"},
    {"1.0", "1"},
    {"1E3", "1000"},
    {"0.10", "0.1"},
    {"9007199254740991", "9007199254740991"},
    {"9007199254740993", "\"9007199254740993\""},
    {"18446744073709551615", "\"18446744073709551615\""},
    {"0.30000000000000004", "\"0.30000000000000004\""},
    {"true", "true"},
    {"false", "false"},
    {"null", "null"},
    {"\"\"", "\"\""},
    {"\"a\\u00e9\\/\\n\"", "\"aé/\\n\""},
    {"\"007\"", "\"007\""},
    {"[ 1.0 , \"\\u00e9\" ]", "\"[ 1.0 , \\\"\\\\u00e9\\\" ]\""},
    {"{}", "\"{}\""},
    {"\"1969-12-31T23:59:59.123Z\"", "\"1969-12-31T23:59:59Z\""},
};

START_TEST(a_value_becomes_a_cell) {
    char json[200];
    char wanted[200];
    open_encoder(WRITE_APPEND_DEDUP, true);
    snprintf(json, sizeof json, "{\"id\":7,\"Value\":%s}", values[_i].json);
    snprintf(wanted, sizeof wanted, "{\"row_id\":\"7\",\"value\":{\"id\":7,\"value\":%s}}",
             values[_i].value);
    ck_assert_str_eq(encode(json), wanted);
    close_encoder();
}
END_TEST

START_TEST(columns_stand_in_the_order_of_the_table_and_are_left_out_where_missing) {
    open_encoder(WRITE_APPEND_DEDUP, true);
    encode("{\"id\":1,\"a\":1,\"b\":2}");
    ck_assert_str_eq(encode("{\"c\":3,\"b\":2,\"id\":1}"),
                     "{\"row_id\":\"1\",\"value\":{\"id\":1,\"b\":2,\"c\":3}}");
    ck_assert_str_eq(encode("{\"b\":1,\"id\":2,\"b\":\"last\"}"),
                     "{\"row_id\":\"2\",\"value\":{\"id\":2,\"b\":\"last\"}}");
    ck_assert_uint_eq(dust_stream_table_version(&there), 2);
    close_encoder();
}
END_TEST

/* The length of an id that is `start` and 16 hex digits. */
static void assert_id(const char *start) {
    const char *id = buf_cstr(&encoder.id);
    ck_assert_msg(strncmp(id, start, strlen(start)) == 0, "%s", id);
    ck_assert_uint_eq(strlen(id), strlen(start) + 16);
    ck_assert_uint_eq(strspn(id + strlen(start), "0123456789abcdef"), 16);
}

START_TEST(appended_records_are_told_apart_by_time_and_content) {
    char first[200];
    open_encoder(_i ? WRITE_OVERWRITE : WRITE_APPEND, true);
    snprintf(first, sizeof first, "%s", encode("{\"id\":1,\"a\":1}"));
    assert_id("1-");
    ck_assert_str_eq(encode("{\"id\":1,\"a\":1}"), first);
    ck_assert_str_ne(encode_at("{\"id\":1,\"a\":1}", 1001), first);
    ck_assert_str_ne(encode_at("{\"id\":1,\"a\":1}", EMITTED_AT_UNKNOWN), first);
    ck_assert_str_ne(encode("{\"id\":1,\"a\":2}"), first);
    ck_assert_str_ne(encode("{\"id\":1, \"a\":1}"), first);
    close_encoder();
}
END_TEST

START_TEST(without_a_key_the_stream_names_the_rows) {
    open_encoder(WRITE_APPEND, false);
    encode("{\"id\":1}");
    assert_id("users-");
    close_encoder();
}
END_TEST

START_TEST(a_row_is_measured_as_a_line_and_its_changes_counted) {
    open_encoder(WRITE_APPEND_DEDUP, true);
    encode("{\"id\":1,\"a\":\"x;y\\tz\",\"b\":\"1;2,3\",\"c\":\"t\",\"d\":null}");
    ck_assert_uint_eq(encoder.line.separators[0], 4); /* not of what is null */
    ck_assert_uint_eq(encoder.line.separators[1], 1);
    ck_assert_uint_eq(encoder.line.separators[2], 1);
    ck_assert_uint_eq(encoder.changes.retyped, 1);
    ck_assert_uint_eq(encoder.line.bytes, 2 + 2 + 6 + 8 + 2 + 1);
    close_encoder();
}
END_TEST

START_TEST(a_record_that_cannot_be_kept_leaves_the_body_as_it_was) {
    const struct record record = {.json = SLICE_LITERAL("{\"id\":1,\"a\\u0000\":1}")};
    open_encoder(WRITE_APPEND_DEDUP, true);
    buf_append_text(&body, "before");
    ck_assert(!dust_json_row_append(&encoder, &record, &body, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_str_eq(buf_cstr(&body), "before");
    close_encoder();
}
END_TEST

START_TEST(a_body_that_is_too_small_fails) {
    const struct record record = {.json = SLICE_LITERAL("{\"id\":1,\"a\":\"long enough\"}")};
    open_encoder(WRITE_APPEND_DEDUP, true);
    buf_clean_up(&body);
    buf_init(&body, 40);
    ck_assert(dust_json_row_append(&encoder, &record, &body, &f.status));
    ck_assert(body.failed);
    close_encoder();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_json_row");
    TCase *tests = tcase_create("rows");
    tcase_add_loop_test(tests, a_value_becomes_a_cell, 0, sizeof values / sizeof values[0]);
    tcase_add_test(tests, columns_stand_in_the_order_of_the_table_and_are_left_out_where_missing);
    tcase_add_loop_test(tests, appended_records_are_told_apart_by_time_and_content, 0, 2);
    tcase_add_test(tests, without_a_key_the_stream_names_the_rows);
    tcase_add_test(tests, a_row_is_measured_as_a_line_and_its_changes_counted);
    tcase_add_test(tests, a_record_that_cannot_be_kept_leaves_the_body_as_it_was);
    tcase_add_test(tests, a_body_that_is_too_small_fails);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
