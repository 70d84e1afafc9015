#include "json/json_indent.h"
#include "json/json_scan.h"
#include "support/suite.h"

enum { ROOM = 1 << 20 };

static const struct {
    const char *text;
    const char *laid_out;
} examples[] = {
    {"1", "1"},
    {" \"a\" ", "\"a\""},
    {"null", "null"},
    {"{}", "{}"},
    {"[ \n ]", "[]"},
    {"{\"a\":1}", "{\n  \"a\": 1\n}"},
    {"[1,2]", "[\n  1,\n  2\n]"},
    {" { \"a\" : [ 1 , { } ] , \"b\" : \"x\" } ",
     "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x\"\n}"},
    {"[[],[[]]]", "[\n  [],\n  [\n    []\n  ]\n]"},
    /* What stands in a string is no layout. */
    {"[\"{\\\"a\\\":[1,2]}  \\\\\",\"\"]", "[\n  \"{\\\"a\\\":[1,2]}  \\\\\",\n  \"\"\n]"},
    /* Numbers keep their digits. */
    {"[1E+3,-0.10,12345678901234567890]", "[\n  1E+3,\n  -0.10,\n  12345678901234567890\n]"},
    {"{\"\\u00e9\":true,\"é\":false}", "{\n  \"\\u00e9\": true,\n  \"é\": false\n}"},
};
enum { N_EXAMPLES = sizeof examples / sizeof examples[0] };

START_TEST(test_layout) {
    struct buf out;
    buf_init(&out, ROOM);
    ck_assert(json_scan(slice_of(examples[_i].text), NULL));
    json_indent_append(&out, slice_of(examples[_i].text), 0);
    ck_assert_str_eq(buf_cstr(&out), examples[_i].laid_out);
    ck_assert(json_scan(buf_slice(&out), NULL));
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_laying_out_twice_changes_nothing) {
    struct buf again;
    buf_init(&again, ROOM);
    json_indent_append(&again, slice_of(examples[_i].laid_out), 0);
    ck_assert_str_eq(buf_cstr(&again), examples[_i].laid_out);
    buf_clean_up(&again);
}
END_TEST

START_TEST(test_a_nested_value_is_indented_from_its_second_line) {
    struct buf out;
    buf_init(&out, ROOM);
    buf_append_text(&out, "{");
    json_indent_line(&out, 1);
    buf_append_text(&out, "\"a\": ");
    json_indent_append(&out, SLICE_LITERAL("[{\"b\":[]}]"), 1);
    json_indent_line(&out, 0);
    buf_append_text(&out, "}");
    ck_assert_str_eq(buf_cstr(&out), "{\n  \"a\": [\n    {\n      \"b\": []\n    }\n  ]\n}");
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_deep_values) {
    struct buf deep;
    struct buf out;
    struct buf back;
    buf_init(&deep, ROOM);
    buf_init(&out, ROOM);
    buf_init(&back, ROOM);
    for (int i = 0; i < JSON_MAX_DEPTH; i++) {
        buf_append_text(&deep, i < JSON_MAX_DEPTH - 1 ? "[1," : "[");
    }
    for (int i = 0; i < JSON_MAX_DEPTH; i++) {
        buf_append_char(&deep, ']');
    }
    ck_assert(json_scan(buf_slice(&deep), NULL));
    json_indent_append(&out, buf_slice(&deep), 0);
    ck_assert(json_scan(buf_slice(&out), NULL));
    for (size_t i = 0; i < out.len; i++) {
        if (out.data[i] != ' ' && out.data[i] != '\n') {
            buf_append_char(&back, out.data[i]);
        }
    }
    ck_assert(slice_equal(buf_slice(&back), buf_slice(&deep)));
    buf_clean_up(&deep);
    buf_clean_up(&out);
    buf_clean_up(&back);
}
END_TEST

START_TEST(test_a_layout_that_does_not_fit_fails) {
    struct buf out;
    buf_init(&out, 10);
    json_indent_append(&out, SLICE_LITERAL("{\"a\":[1,2,3]}"), 0);
    ck_assert(out.failed);
    buf_clean_up(&out);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_indent");
    TCase *tests = tcase_create("json_indent");
    tcase_add_loop_test(tests, test_layout, 0, N_EXAMPLES);
    tcase_add_loop_test(tests, test_laying_out_twice_changes_nothing, 0, N_EXAMPLES);
    tcase_add_test(tests, test_a_nested_value_is_indented_from_its_second_line);
    tcase_add_test(tests, test_deep_values);
    tcase_add_test(tests, test_a_layout_that_does_not_fit_fails);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
