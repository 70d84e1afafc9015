#include "json/json_cursor.h"
#include "support/suite.h"

/* Walks an object, and into the member "in"; the names and values as one text, or "bad". */
static const char *walk(const char *text) {
    static char out[1024];
    struct json_cursor c = json_cursor_of(slice_of(text));
    struct slice name;
    struct slice value;
    size_t at = 0;
    out[0] = '\0';
    if (!json_cursor_enter(&c)) {
        return "no object";
    }
    while (json_cursor_member(&c, &name)) {
        at += (size_t)snprintf(out + at, sizeof out - at, "%.*s=", SLICE_ARG(name));
        if (slice_equal_text(name, "in") && json_cursor_enter(&c)) {
            while (json_cursor_member(&c, &name) && json_cursor_value(&c, &value)) {
                at += (size_t)snprintf(out + at, sizeof out - at, "<%.*s:%.*s>", SLICE_ARG(name),
                                       SLICE_ARG(value));
            }
        } else if (json_cursor_value(&c, &value)) {
            at += (size_t)snprintf(out + at, sizeof out - at, "%.*s;", SLICE_ARG(value));
        }
    }
    return json_cursor_end(&c) ? out : "bad";
}

START_TEST(test_members_come_as_they_stand) {
    ck_assert_str_eq(walk("{}"), "");
    ck_assert_str_eq(walk(" { } "), "");
    ck_assert_str_eq(walk("{\"a\":1.50,\"b\":{\"c\":[1,2]},\"a\":null}"),
                     "a=1.50;b={\"c\":[1,2]};a=null;");
    ck_assert_str_eq(walk("\t{ \"a\" : \"x\\\"y\" , \"\\u0062\" : [ ] }\r"),
                     "a=\"x\\\"y\";\\u0062=[ ];");
}
END_TEST

START_TEST(test_objects_inside_are_entered_without_passing_them_twice) {
    ck_assert_str_eq(walk("{\"in\":{\"x\":1,\"y\":{}},\"b\":2}"), "in=<x:1><y:{}>b=2;");
    ck_assert_str_eq(walk("{\"a\":0,\"in\":{}}"), "a=0;in=");
    ck_assert_str_eq(walk("{\"in\":7}"), "in=7;");
}
END_TEST

START_TEST(test_what_is_no_object) {
    static const char *const texts[] = {"", "[]", "1", "null", "\"{\"", "}"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_str_eq(walk(texts[i]), "no object");
    }
}
END_TEST

START_TEST(test_malformed_at_any_place) {
    static const char *const texts[] = {
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":1 2}",
        "{\"a\":1 \"b\":2}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "{\"in\":{\"x\":}}",
        "{\"in\":{\"x\":1}",
        "{\"a\":\"\xFF\"}",
        "{\"a\":'x'}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(strcmp(walk(texts[i]), "bad") == 0, "%s: %s", texts[i], walk(texts[i]));
    }
}
END_TEST

START_TEST(test_every_prefix_of_an_object_is_malformed) {
    const char *whole = "{\"a\":[1,{\"b\":\"c\"}],\"in\":{\"x\":true,\"y\":-1e5}}";
    ck_assert_str_eq(walk(whole), "a=[1,{\"b\":\"c\"}];in=<x:true><y:-1e5>");
    for (size_t len = 1; len < strlen(whole); len++) {
        char prefix[64];
        snprintf(prefix, sizeof prefix, "%.*s", (int)len, whole);
        ck_assert_str_eq(walk(prefix), "bad");
    }
}
END_TEST

START_TEST(test_find) {
    const struct slice object = SLICE_LITERAL("{\"a\":1,\"b\":\"x\",\"a\":{\"a\":2}}");
    ck_assert(slice_equal_text(json_cursor_find(object, "a"), "{\"a\":2}"));
    ck_assert(slice_equal_text(json_cursor_string(json_cursor_find(object, "b")), "x"));
    ck_assert_uint_eq(json_cursor_find(object, "c").len, 0);
    ck_assert(slice_equal_text(json_cursor_find(SLICE_LITERAL(" {\"\\u0061\" : 1}"), "a"), "1"));
    ck_assert_uint_eq(json_cursor_find(SLICE_LITERAL("[1]"), "a").len, 0);
    ck_assert_uint_eq(json_cursor_find(SLICE_LITERAL("\"a\""), "a").len, 0);
    ck_assert_uint_eq(json_cursor_find(SLICE_LITERAL(""), "a").len, 0);
    ck_assert_uint_eq(json_cursor_string(SLICE_LITERAL("12")).len, 0);
}
END_TEST

START_TEST(test_words_may_be_written_with_escapes) {
    static const struct {
        const char *raw;
        bool says;
    } rows[] = {
        {"ab_C", true},
        {"\\u0061b_C", true},
        {"a\\u0062\\u005F\\u0043", true},
        {"", false},
        {"ab_", false},
        {"ab_CD", false},
        {"ab_C\\u0061", false},
        {"ab_c", false},
        {"\\u0161b_C", false},
        {"\\u00e1b_C", false},
        {"\\b_C", false},
        {"ab_C\\\\", false},
        {"\\u0000ab_C", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool says = json_cursor_says(slice_of(rows[i].raw), "ab_C");
        ck_assert_msg(says == rows[i].says, "%s", rows[i].raw);
    }
    ck_assert(slice_equal_text(json_cursor_find(SLICE_LITERAL("{\"\\u0061\":1}"), "a"), "1"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_cursor");
    TCase *tests = tcase_create("json_cursor");
    tcase_add_test(tests, test_members_come_as_they_stand);
    tcase_add_test(tests, test_objects_inside_are_entered_without_passing_them_twice);
    tcase_add_test(tests, test_what_is_no_object);
    tcase_add_test(tests, test_malformed_at_any_place);
    tcase_add_test(tests, test_every_prefix_of_an_object_is_malformed);
    tcase_add_test(tests, test_find);
    tcase_add_test(tests, test_words_may_be_written_with_escapes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
