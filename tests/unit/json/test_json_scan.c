#include "base/buf.h"
#include "json/json_scan.h"

#include <check.h>

static const struct slice accepted[] = {
    SLICE_LITERAL("null"),
    SLICE_LITERAL("true"),
    SLICE_LITERAL("false"),
    SLICE_LITERAL(" \t\r\n0 \t\r\n"),
    SLICE_LITERAL("-0"),
    SLICE_LITERAL("-1"),
    SLICE_LITERAL("1.0"),
    SLICE_LITERAL("0.10"),
    SLICE_LITERAL("1e5"),
    SLICE_LITERAL("1E+3"),
    SLICE_LITERAL("0e-0"),
    SLICE_LITERAL("-0.0E00"),
    SLICE_LITERAL("1e999999"),
    SLICE_LITERAL("123456789012345678901234567890123456789012345678901234567890.5"),
    SLICE_LITERAL("\"\""),
    SLICE_LITERAL("\"plain text that is longer than a word\""),
    SLICE_LITERAL("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    SLICE_LITERAL("\"\\u0000\\uABCD\\uabcd\\u00e9\""),
    SLICE_LITERAL("\"\\ud800\""), /* lone surrogates are legal by the grammar */
    SLICE_LITERAL("\"\\udc00\\ud800x\""),
    SLICE_LITERAL("\"\\ud83d\\ude00\""),
    SLICE_LITERAL("\"\x7F\""),
    SLICE_LITERAL("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xEF\xBF\xBF\""),
    SLICE_LITERAL("\"0123456\xC3\xA9"
                  "01234567\xE2\x82\xAC\\n0123456789\""),
    SLICE_LITERAL("[]"),
    SLICE_LITERAL("[ ]"),
    SLICE_LITERAL("[1]"),
    SLICE_LITERAL("[1,\"a\",null,true,false,{},[]]"),
    SLICE_LITERAL("[[[[]],[]]]"),
    SLICE_LITERAL("{}"),
    SLICE_LITERAL("{ }"),
    SLICE_LITERAL("{\"\":0}"),
    SLICE_LITERAL("{\"a\":{\"b\":[{\"c\":null}]},\"d\":\"e\"}"),
    SLICE_LITERAL("{\"a\":1,\"a\":2}"), /* a key twice is legal */
    SLICE_LITERAL(" { \"a\" : [ 1 , 2 ] , \"b\" : { } } "),
    SLICE_LITERAL("{\"type\":\"Point\",\"coordinates\":[-122.4194,37.7749]}"),
};

/* Each with the offset of the first byte that cannot stand. */
static const struct {
    struct slice text;
    size_t at;
} refused[] = {
    {SLICE_LITERAL(""), 0},
    {SLICE_LITERAL("  "), 2},
    {SLICE_LITERAL("\0"), 0},
    {SLICE_LITERAL("\xEF\xBB\xBF"
                   "1"),
     0}, /* a byte order mark */
    {SLICE_LITERAL("nul"), 3},
    {SLICE_LITERAL("nulL"), 3},
    {SLICE_LITERAL("True"), 0},
    {SLICE_LITERAL("truee"), 4},
    {SLICE_LITERAL("NaN"), 0},
    {SLICE_LITERAL("Infinity"), 0},
    {SLICE_LITERAL("-Infinity"), 1},
    {SLICE_LITERAL("undefined"), 0},
    {SLICE_LITERAL("+1"), 0},
    {SLICE_LITERAL("-"), 1},
    {SLICE_LITERAL("--1"), 1},
    {SLICE_LITERAL("- 1"), 1},
    {SLICE_LITERAL("01"), 1},
    {SLICE_LITERAL("-01"), 2},
    {SLICE_LITERAL("00"), 1},
    {SLICE_LITERAL(".5"), 0},
    {SLICE_LITERAL("1."), 2},
    {SLICE_LITERAL("1.e5"), 2},
    {SLICE_LITERAL("1.2.3"), 3},
    {SLICE_LITERAL("1e"), 2},
    {SLICE_LITERAL("1e+"), 3},
    {SLICE_LITERAL("1e+-1"), 3},
    {SLICE_LITERAL("1e-+1"), 3},
    {SLICE_LITERAL("1e1.5"), 3},
    {SLICE_LITERAL("0x10"), 1},
    {SLICE_LITERAL("1_000"), 1},
    {SLICE_LITERAL("1 2"), 2},
    {SLICE_LITERAL("\xEF\xBC\x91"), 0}, /* a full-width 1 */
    {SLICE_LITERAL("\""), 1},
    {SLICE_LITERAL("\"a"), 2},
    {SLICE_LITERAL("'a'"), 0},
    {SLICE_LITERAL("a"), 0},
    {SLICE_LITERAL("\"a\"b"), 3},
    {SLICE_LITERAL("\"\\"), 2},
    {SLICE_LITERAL("\"\\\""), 3},
    {SLICE_LITERAL("\"\\x41\""), 2},
    {SLICE_LITERAL("\"\\a\""), 2},
    {SLICE_LITERAL("\"\\'\""), 2},
    {SLICE_LITERAL("\"\\U0041\""), 2},
    {SLICE_LITERAL("\"\\\0\""), 2},
    {SLICE_LITERAL("\"\\u\""), 3},
    {SLICE_LITERAL("\"\\u12\""), 5},
    {SLICE_LITERAL("\"\\u123g\""), 6},
    {SLICE_LITERAL("\"\\u123:\""), 6},
    {SLICE_LITERAL("\"\\u123@\""), 6},
    {SLICE_LITERAL("\"\\u-123\""), 3},
    {SLICE_LITERAL("\"\x80\""), 1},
    {SLICE_LITERAL("\"a\xC3\""), 2},
    {SLICE_LITERAL("\"\xC0\xAF\""), 1},
    {SLICE_LITERAL("\"\xE0\x80\x80\""), 1},
    {SLICE_LITERAL("\"\xED\xA0\x80\""), 1},
    {SLICE_LITERAL("\"\xF4\x90\x80\x80\""), 1},
    {SLICE_LITERAL("\"\xC3\xA9\xFF\""), 3},
    {SLICE_LITERAL("["), 1},
    {SLICE_LITERAL("]"), 0},
    {SLICE_LITERAL("[1"), 2},
    {SLICE_LITERAL("[1,"), 3},
    {SLICE_LITERAL("[1,]"), 3},
    {SLICE_LITERAL("[,1]"), 1},
    {SLICE_LITERAL("[1,,2]"), 3},
    {SLICE_LITERAL("[1 2]"), 3},
    {SLICE_LITERAL("[1}"), 2},
    {SLICE_LITERAL("[1]]"), 3},
    {SLICE_LITERAL("[\"a\":1]"), 4},
    {SLICE_LITERAL("[1,\n2\n\x0B]"), 6},
    {SLICE_LITERAL("{"), 1},
    {SLICE_LITERAL("}"), 0},
    {SLICE_LITERAL("{]"), 1},
    {SLICE_LITERAL("{\"a\""), 4},
    {SLICE_LITERAL("{\"a\":"), 5},
    {SLICE_LITERAL("{\"a\":1"), 6},
    {SLICE_LITERAL("{\"a\":1,}"), 7},
    {SLICE_LITERAL("{\"a\":1,,\"b\":2}"), 7},
    {SLICE_LITERAL("{\"a\" 1}"), 5},
    {SLICE_LITERAL("{\"a\"::1}"), 5},
    {SLICE_LITERAL("{\"a\",1}"), 4},
    {SLICE_LITERAL("{\"a\":}"), 5},
    {SLICE_LITERAL("{a:1}"), 1},
    {SLICE_LITERAL("{1:1}"), 1},
    {SLICE_LITERAL("{null:1}"), 1},
    {SLICE_LITERAL("{'a':1}"), 1},
    {SLICE_LITERAL("{\"a\":1]"), 6},
    {SLICE_LITERAL("{\"a\":1}}"), 7},
    {SLICE_LITERAL("{\"a\":1}{"), 7},
    {SLICE_LITERAL("{\"a\":1 \"b\":2}"), 7},
    {SLICE_LITERAL("{,}"), 1},
    {SLICE_LITERAL("[[1,{\"a\":2]}]"), 10},
    {SLICE_LITERAL("1/*c*/"), 1},
    {SLICE_LITERAL("//c\n1"), 0},
    {SLICE_LITERAL("1\0"), 1},
    {SLICE_LITERAL("\xC2\xA0"
                   "1"),
     0}, /* white space, but not JSON's */
};

/* Scans a copy of exactly that size, so that a sanitizer sees a read beyond it. */
static bool scan_copy(struct slice text, size_t *error_at) {
    char *copy = malloc(text.len + (text.len == 0));
    memcpy(copy, text.data, text.len);
    bool ok = json_scan(slice_make(copy, text.len), error_at);
    free(copy);
    return ok;
}

START_TEST(test_accepted) {
    size_t at = 999;
    ck_assert(scan_copy(accepted[_i], &at));
    ck_assert_uint_eq(at, 999);
    ck_assert(json_scan(accepted[_i], NULL));
}
END_TEST

/* The beginning of a legal text is legal itself, or is cut: refused at its end, or at the first
 * byte of the character that is cut. */
START_TEST(test_every_prefix_of_the_accepted) {
    struct slice text = accepted[_i];
    for (size_t len = 0; len < text.len; len++) {
        size_t at = len;
        if (!scan_copy(slice_make(text.data, len), &at)) {
            while (at < len && (at + 1 == len || (text.data[at + 1] & 0xC0) == 0x80)) {
                at++;
            }
            ck_assert_uint_eq(at, len);
        }
    }
}
END_TEST

START_TEST(test_refused) {
    size_t at = 999;
    ck_assert_msg(!scan_copy(refused[_i].text, &at), "%.*s", SLICE_ARG(refused[_i].text));
    ck_assert_msg(at == refused[_i].at, "%.*s: %zu, not %zu", SLICE_ARG(refused[_i].text), at,
                  refused[_i].at);
    ck_assert(!json_scan(refused[_i].text, NULL));
}
END_TEST

START_TEST(test_every_control_character_in_a_string) {
    char text[] = "\"0123456789 \"";
    for (size_t at = 1; at < 12; at++) {
        char kept = text[at];
        text[at] = (char)_i;
        size_t error_at = 0;
        ck_assert(!scan_copy(slice_make(text, strlen("\"0123456789 \"")), &error_at));
        ck_assert_uint_eq(error_at, at);
        text[at] = kept;
    }
}
END_TEST

/* Every byte at every place in and behind a run of eight: plain ones pass, others are seen. */
START_TEST(test_every_byte_in_a_run) {
    char text[20];
    for (size_t at = 1; at < sizeof text - 1; at++) {
        memset(text, 'x', sizeof text);
        text[0] = text[sizeof text - 1] = '"';
        text[at] = (char)_i;
        bool plain = _i >= 0x20 && _i < 0x80 && _i != '"';
        bool wanted = plain && (_i != '\\');
        ck_assert_msg(json_scan(slice_make(text, sizeof text), NULL) == wanted, "%02x at %zu", _i,
                      at);
    }
}
END_TEST

static bool scan_nested(size_t depth, const char *open, const char *middle, const char *close,
                        size_t *error_at) {
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < depth; i++) {
        buf_append_text(&text, open);
    }
    buf_append_text(&text, middle);
    for (size_t i = 0; i < depth; i++) {
        buf_append_text(&text, close);
    }
    bool ok = json_scan(buf_slice(&text), error_at);
    ck_assert(!ok || !json_scan_is_too_deep(buf_slice(&text)));
    buf_clean_up(&text);
    return ok;
}

START_TEST(test_depth) {
    size_t at = 0;
    ck_assert(scan_nested(JSON_MAX_DEPTH, "[", "", "]", NULL));
    ck_assert(scan_nested(JSON_MAX_DEPTH, "{\"a\":", "1", "}", NULL));
    ck_assert(scan_nested(JSON_MAX_DEPTH / 2, "[{\"a\":", "1", "}]", NULL));
    ck_assert(!scan_nested(JSON_MAX_DEPTH / 2, "[{\"a\":", "1", "]}", &at));
    ck_assert(!scan_nested(JSON_MAX_DEPTH + 1, "[", "", "]", &at));
    ck_assert_uint_eq(at, JSON_MAX_DEPTH);
    ck_assert(!scan_nested(JSON_MAX_DEPTH + 1, "{\"a\":", "1", "}", &at));
    ck_assert_uint_eq(at, JSON_MAX_DEPTH * strlen("{\"a\":"));
    ck_assert(!scan_nested(100000, "[", "", "]", &at));
}
END_TEST

START_TEST(test_too_deep_is_told_from_malformed) {
    char deep[JSON_MAX_DEPTH + 1];
    memset(deep, '[', sizeof deep);
    ck_assert(json_scan_is_too_deep(slice_make(deep, sizeof deep)));
    ck_assert(!json_scan_is_too_deep(slice_make(deep, sizeof deep - 1)));
    deep[0] = '{';
    ck_assert(!json_scan_is_too_deep(slice_make(deep, sizeof deep)));
    ck_assert(!json_scan_is_too_deep(SLICE_LITERAL("")));
    ck_assert(!json_scan_is_too_deep(SLICE_LITERAL("[x]")));
}
END_TEST

/* Levels are forgotten when they close: an array where an object was, and the other way round. */
START_TEST(test_levels_are_used_again) {
    ck_assert(json_scan(SLICE_LITERAL("[{\"a\":{}},[1,2],{\"b\":[]},[[3,4]]]"), NULL));
    ck_assert(!json_scan(SLICE_LITERAL("[{\"a\":{}},[1,\"b\":2]]"), NULL));
}
END_TEST

START_TEST(test_a_value_at_the_beginning) {
    static const struct {
        struct slice text;
        size_t len;
    } rows[] = {
        {SLICE_LITERAL("{\"a\":[1]},\"b\""), 9},
        {SLICE_LITERAL("12.50,"), 5},
        {SLICE_LITERAL("\"a\\\"b\":1"), 6},
        {SLICE_LITERAL("null"), 4},
        {SLICE_LITERAL("true}"), 4},
        {SLICE_LITERAL("[ 1 , 2 ] "), 9},
        {SLICE_LITERAL(" 1"), 0},
        {SLICE_LITERAL("[1"), 0},
        {SLICE_LITERAL(""), 0},
        {SLICE_LITERAL("}"), 0},
        {SLICE_LITERAL("NaN"), 0},
        {SLICE_LITERAL("{\"a\":01}"), 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(json_scan_value(rows[i].text) == rows[i].len, "%s", rows[i].text.data);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_scan");
    TCase *tests = tcase_create("json_scan");
    int n_accepted = (int)(sizeof accepted / sizeof accepted[0]);
    tcase_add_loop_test(tests, test_accepted, 0, n_accepted);
    tcase_add_loop_test(tests, test_every_prefix_of_the_accepted, 0, n_accepted);
    tcase_add_loop_test(tests, test_refused, 0, (int)(sizeof refused / sizeof refused[0]));
    tcase_add_loop_test(tests, test_every_control_character_in_a_string, 0, 32);
    tcase_add_loop_test(tests, test_every_byte_in_a_run, 0, 256);
    tcase_add_test(tests, test_depth);
    tcase_add_test(tests, test_too_deep_is_told_from_malformed);
    tcase_add_test(tests, test_levels_are_used_again);
    tcase_add_test(tests, test_a_value_at_the_beginning);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
