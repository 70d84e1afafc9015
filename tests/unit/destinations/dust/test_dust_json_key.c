#include "destinations/dust/dust_ids.h"
#include "destinations/dust/dust_json_key.h"
#include "support/suite.h"

static const char *const id_path[] = {"id"};
static const char *const nested_path[] = {"meta", "region", "code"};
static const struct key_path paths[] = {{nested_path, 3}, {id_path, 1}};
static const struct table users = {"shop", "users", NULL, 0};

static struct dust_json_key key;
static struct buf out;

static void open_key(const struct key_path *key_paths, size_t n) {
    const struct stream_mode stream = {.primary_key = key_paths, .n_primary_key = n};
    struct status status = STATUS_INIT;
    ck_assert(dust_json_key_init(&key, &users, &stream, &status));
    buf_init(&out, 1000);
}

static void close_key(void) {
    dust_json_key_clean_up(&key);
    buf_clean_up(&out);
}

static const struct {
    const char *json;
    enum cell_kind kind;
    const char *text;
    enum column_type type;
} values[] = {
    {"{\"id\":42}", CELL_TEXT, "42", COLUMN_DECIMAL},
    {"{\"id\":-1.50}", CELL_TEXT, "-1.50", COLUMN_DECIMAL},
    {"{ \"id\" : \"a b\" }", CELL_TEXT, "a b", COLUMN_STRING},
    {"{\"id\":\"\\u0041\\n\"}", CELL_TEXT, "A\n", COLUMN_STRING},
    {"{\"\\u0069d\":1,\"id\":2}", CELL_TEXT, "2", COLUMN_DECIMAL},
    {"{\"id\":\"\"}", CELL_TEXT, "", COLUMN_STRING},
    {"{\"id\":true}", CELL_TEXT, "true", COLUMN_STRING},
    {"{\"id\":{\"a\":1}}", CELL_TEXT, "{\"a\":1}", COLUMN_STRING},
    {"{\"id\":[1]}", CELL_TEXT, "[1]", COLUMN_STRING},
    {"{\"id\":null}", CELL_NULL, NULL, COLUMN_STRING},
    {"{\"other\":1}", CELL_NULL, NULL, COLUMN_STRING},
    {"{}", CELL_NULL, NULL, COLUMN_STRING},
};

START_TEST(a_value_becomes_a_cell) {
    open_key(&paths[1], 1);
    dust_json_key_read(&key, slice_of(values[_i].json));
    ck_assert_int_eq(key.cells[0].kind, values[_i].kind);
    if (values[_i].text) {
        ck_assert(slice_equal_text(key.cells[0].text, values[_i].text));
        ck_assert_int_eq(key.columns[0].type, values[_i].type);
    }
    close_key();
}
END_TEST

static const char *row_id(const char *json) {
    dust_json_key_read(&key, slice_of(json));
    buf_reset(&out);
    ck_assert(dust_row_id_append(&out, &key.table, key.cells, NULL));
    return buf_cstr(&out);
}

START_TEST(paths_lead_into_objects_and_keep_their_order) {
    open_key(paths, 2);
    ck_assert_str_eq(row_id("{\"id\":7,\"meta\":{\"region\":{\"code\":\"eu\"},\"id\":8}}"), "eu-7");
    dust_json_key_read(&key, SLICE_LITERAL("{\"id\":7,\"meta\":{\"region\":\"code\"}}"));
    ck_assert_int_eq(key.cells[0].kind, CELL_NULL);
    ck_assert_int_eq(key.cells[1].kind, CELL_TEXT);
    close_key();
}
END_TEST

START_TEST(a_number_and_its_digits_as_text_are_one_key) {
    char first[100];
    open_key(&paths[1], 1);
    snprintf(first, sizeof first, "%s", row_id("{\"id\":7}"));
    ck_assert_str_eq(row_id("{\"id\":7.0}"), first);
    ck_assert_str_eq(row_id("{\"id\":\"7\"}"), first);
    ck_assert_str_ne(row_id("{\"id\":\"07\"}"), first);
    close_key();
}
END_TEST

START_TEST(two_texts_with_escapes_do_not_get_in_each_other_s_way) {
    open_key(paths, 2);
    for (size_t i = 0; i < 3; i++) {
        dust_json_key_read(&key,
                           SLICE_LITERAL("{\"meta\":{\"region\":{\"code\":\"\\u0061\\u0062\"}},"
                                         "\"id\":\"\\u0063\\u0064\\u0065\"}"));
        ck_assert(slice_equal_text(key.cells[0].text, "ab"));
        ck_assert(slice_equal_text(key.cells[1].text, "cde"));
    }
    close_key();
}
END_TEST

START_TEST(a_stream_without_a_key_has_no_cells) {
    open_key(NULL, 0);
    dust_json_key_read(&key, SLICE_LITERAL("{\"id\":7}"));
    ck_assert(!dust_row_id_append(&out, &key.table, key.cells, NULL));
    close_key();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_json_key");
    TCase *tests = tcase_create("keys");
    tcase_add_loop_test(tests, a_value_becomes_a_cell, 0, sizeof values / sizeof values[0]);
    tcase_add_test(tests, paths_lead_into_objects_and_keep_their_order);
    tcase_add_test(tests, a_number_and_its_digits_as_text_are_one_key);
    tcase_add_test(tests, two_texts_with_escapes_do_not_get_in_each_other_s_way);
    tcase_add_test(tests, a_stream_without_a_key_has_no_cells);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
