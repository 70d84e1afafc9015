#include "json/json_scan.h"
#include "json/json_walk.h"
#include "json/json_writer.h"
#include "support/suite.h"

static struct buf out;

static void set_up(void) {
    buf_init(&out, 1 << 16);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

/* The walk over text, one level: `key=value;` or `value;` for each. */
static const char *walked(const char *text) {
    struct json_walk walk;
    struct slice key;
    struct slice value;
    buf_reset(&out);
    json_walk_start(&walk, slice_of(text));
    while (json_walk_member(&walk, &key, &value)) {
        buf_printf(&out, "%.*s=%.*s;", SLICE_ARG(key), SLICE_ARG(value));
    }
    ck_assert(!json_walk_member(&walk, &key, &value)); /* stays at the end */
    json_walk_start(&walk, slice_of(text));
    while (json_walk_element(&walk, &value)) {
        buf_printf(&out, "%.*s;", SLICE_ARG(value));
    }
    ck_assert(!json_walk_element(&walk, &value));
    return buf_cstr(&out);
}

static const struct {
    const char *text;
    const char *walked;
} walks[] = {
    {"{}", ""},
    {"[]", ""},
    {" \t\r\n[ ] ", ""},
    {"{\"a\":1}", "\"a\"=1;"},
    {"{\"a\":1,\"b\":\"x\"}", "\"a\"=1;\"b\"=\"x\";"},
    {" { \"a\" : 1 , \"b\"\n:\ttrue } ", "\"a\"=1;\"b\"=true;"},
    {"[1,-2.50e+3,null , false]", "1;-2.50e+3;null;false;"},
    {"[12345678901234567890123]", "12345678901234567890123;"},
    {"[[1,[2]],{\"a\":{\"b\":[3]}} ]", "[1,[2]];{\"a\":{\"b\":[3]}};"},
    {"{\"a\":[{}],\"b\":{\"c\":[]}}", "\"a\"=[{}];\"b\"={\"c\":[]};"},
    {"[\"a,b]\",\"\\\"]\",\"\\\\\",\"}\"]", "\"a,b]\";\"\\\"]\";\"\\\\\";\"}\";"},
    {"[[\"]\\\"\"],{\"}\":\"{\"}]", "[\"]\\\"\"];{\"}\":\"{\"};"},
    {"{\"\":\"\"}", "\"\"=\"\";"},
    {"[\"\xC3\xA9 long enough for words of eight\"]",
     "\"\xC3\xA9 long enough for words of eight\";"},
    {"1", ""},
    {"\"[1]\"", ""},
    {"", ""},
};

START_TEST(test_walks) {
    if (walks[_i].text[0]) {
        ck_assert(json_scan(slice_of(walks[_i].text), NULL));
    }
    ck_assert_str_eq(walked(walks[_i].text), walks[_i].walked);
}
END_TEST

START_TEST(test_start_says_whether_there_is_something_to_walk) {
    struct json_walk walk;
    ck_assert(json_walk_start(&walk, SLICE_LITERAL(" []")));
    ck_assert(json_walk_start(&walk, SLICE_LITERAL("{}")));
    ck_assert(!json_walk_start(&walk, SLICE_LITERAL("null")));
    ck_assert(!json_walk_start(&walk, SLICE_LITERAL("\"{}\"")));
    ck_assert(!json_walk_start(&walk, SLICE_LITERAL("")));
}
END_TEST

START_TEST(test_walks_can_nest) {
    struct slice rows;
    struct slice row;
    struct slice id;
    ck_assert(json_walk_find(SLICE_LITERAL("{\"total\":2,\"rows\":[{\"row_id\":\"1\"},"
                                           "{\"value\":{\"row_id\":0},\"row_id\":\"2\"}]}"),
                             SLICE_LITERAL("rows"), &rows));
    struct json_walk walk;
    ck_assert(json_walk_start(&walk, rows));
    for (int i = 1; json_walk_element(&walk, &row); i++) {
        ck_assert(json_walk_find(row, SLICE_LITERAL("row_id"), &id));
        ck_assert_int_eq(id.data[1], '0' + i);
        ck_assert_uint_eq(id.len, 3);
    }
}
END_TEST

START_TEST(test_find) {
    struct slice value = SLICE_LITERAL("untouched");
    struct slice object = SLICE_LITERAL("{\"a\":1,\"\\u0062\":2,\"a\":3,\"c\":{\"d\":4}}");
    ck_assert(json_walk_find(object, SLICE_LITERAL("b"), &value));
    ck_assert(slice_equal_text(value, "2"));
    ck_assert(json_walk_find(object, SLICE_LITERAL("a"), &value)); /* the last counts */
    ck_assert(slice_equal_text(value, "3"));
    ck_assert(!json_walk_find(object, SLICE_LITERAL("d"), &value));
    ck_assert(!json_walk_find(object, SLICE_LITERAL(""), &value));
    ck_assert(!json_walk_find(SLICE_LITERAL("[\"a\",1]"), SLICE_LITERAL("a"), &value));
    ck_assert(!json_walk_find(SLICE_LITERAL("\"a\""), SLICE_LITERAL("a"), &value));
    ck_assert(slice_equal_text(value, "3"));
}
END_TEST

static const struct {
    const char *string;
    const char *says;
} strings[] = {
    {"\"\"", ""},
    {"\"plain\"", "plain"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
    {"\"a\\u0041\\u00e9\\u20AC\"", "aA\xC3\xA9\xE2\x82\xAC"},
    {"\"\\ud83d\\ude00!\"", "\xF0\x9F\x98\x80!"},
    {"\"\\uDBFF\\uDFFF\"", "\xF4\x8F\xBF\xBF"},
    {"\"\\uD800\\uDC00\"", "\xF0\x90\x80\x80"},
    {"\"\\ud83d\"", "\xEF\xBF\xBD"},
    {"\"\\ud83dx\"", "\xEF\xBF\xBDx"},
    {"\"\\ude00\\ud83d\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
    {"\"\\ud83d\\n\"", "\xEF\xBF\xBD\n"},
    {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
    {"\"\xC3\xA9\\\\n\"", "\xC3\xA9\\n"},
};

START_TEST(test_strings) {
    struct slice string = slice_of(strings[_i].string);
    struct slice says = slice_of(strings[_i].says);
    ck_assert(json_scan(string, NULL));
    json_string_append(&out, string);
    ck_assert_str_eq(buf_cstr(&out), strings[_i].says);
    ck_assert(json_string_equal(string, says));
    buf_append_char(&out, 'x');
    ck_assert(!json_string_equal(string, buf_slice(&out))); /* one more */
    ck_assert(says.len == 0 || !json_string_equal(string, slice_make(says.data, says.len - 1)));
    ck_assert(says.len == 0 || !json_string_equal(string, slice_make(says.data + 1, says.len - 1)));
}
END_TEST

START_TEST(test_a_nul_is_a_character) {
    struct slice string = SLICE_LITERAL("\"a\\u0000b\"");
    json_string_append(&out, string);
    ck_assert(slice_equal(buf_slice(&out), SLICE_LITERAL("a\0b")));
    ck_assert(json_string_equal(string, SLICE_LITERAL("a\0b")));
    ck_assert(!json_string_equal(string, SLICE_LITERAL("a")));
}
END_TEST

START_TEST(test_what_the_writer_writes_is_read_back) {
    struct buf json;
    char text[256];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)(i & 0x7F);
    }
    buf_init(&json, 1 << 16);
    json_write_string(&json, slice_make(text, sizeof text));
    json_string_append(&out, buf_slice(&json));
    ck_assert(slice_equal(buf_slice(&out), slice_make(text, sizeof text)));
    buf_clean_up(&json);
}
END_TEST

/* Every beginning of a text, in memory of exactly its size, so that the address sanitizer sees a
 * byte read too far. */
START_TEST(test_text_that_is_cut_is_not_read_beyond_its_end) {
    const char *text = "{\"a\\n\":[1,{\"b\":\"\\ud83d\\ude00\\\"\"}],\"c\\u0041\":tr}";
    ck_assert_str_eq(walked("{],[}"), "");
    for (size_t len = 0; len <= strlen(text); len++) {
        char *cut = malloc(len ? len : 1);
        ck_assert_ptr_nonnull(cut);
        memcpy(cut, text, len);
        struct json_walk walk;
        struct slice key;
        struct slice value;
        json_walk_start(&walk, slice_make(cut, len));
        for (size_t i = 0; json_walk_member(&walk, &key, &value); i++) {
            ck_assert_uint_lt(i, 4);
            json_string_append(&out, key);
            json_string_append(&out, value);
            ck_assert(!json_string_equal(key, SLICE_LITERAL("no such key")));
        }
        struct slice rest = slice_make(cut, len);
        json_string_append(&out, slice_make(cut, len));
        ck_assert(!json_string_equal(rest, SLICE_LITERAL("no such text")));
        free(cut);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_walk");
    TCase *tests = tcase_create("json_walk");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_walks, 0, sizeof walks / sizeof walks[0]);
    tcase_add_test(tests, test_start_says_whether_there_is_something_to_walk);
    tcase_add_test(tests, test_walks_can_nest);
    tcase_add_test(tests, test_find);
    tcase_add_loop_test(tests, test_strings, 0, sizeof strings / sizeof strings[0]);
    tcase_add_test(tests, test_a_nul_is_a_character);
    tcase_add_test(tests, test_what_the_writer_writes_is_read_back);
    tcase_add_test(tests, test_text_that_is_cut_is_not_read_beyond_its_end);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
