#include "base/buf.h"
#include "json/json_value.h"

#include <check.h>

static struct json_value *parse(const char *text) {
    struct status status = STATUS_INIT;
    struct json_value *document = json_parse(slice_of(text), &status);
    ck_assert_msg(document != NULL, "%s: %s", text, status.message);
    ck_assert_int_eq(status.code, STATUS_OK);
    return document;
}

START_TEST(test_readers) {
    struct json_value *document = parse(
        "{\"t\":\"a\\u0000b\",\"i\":-5,\"d\":5.0,\"y\":true,\"n\":false,\"o\":{},\"z\":null}");
    struct slice text;
    int64_t number = 0;
    bool flag = false;
    ck_assert(json_text(json_get(document, "t"), &text));
    ck_assert(slice_equal(text, SLICE_LITERAL("a\0b")));
    ck_assert_int_eq(text.data[text.len], '\0');
    ck_assert(json_int(json_get(document, "i"), &number));
    ck_assert_int_eq(number, -5);
    ck_assert(!json_int(json_get(document, "d"), &number));
    ck_assert(json_bool(json_get(document, "y"), &flag) && flag);
    ck_assert(json_bool(json_get(document, "n"), &flag) && !flag);
    ck_assert(json_is_object(json_get(document, "o")));
    ck_assert(!json_is_object(json_get(document, "t")));
    ck_assert(!json_is_array(json_get(document, "o")));
    ck_assert_ptr_null(json_get(document, "z"));
    ck_assert_ptr_null(json_get(document, "missing"));
    json_destroy(document);
}
END_TEST

START_TEST(test_readers_leave_the_result_of_another_kind) {
    struct json_value *document = parse("[\"5\", 5]");
    struct slice text = SLICE_LITERAL("as before");
    int64_t number = 7;
    bool flag = true;
    ck_assert(!json_int(json_array_at(document, 0), &number));
    ck_assert(!json_text(json_array_at(document, 1), &text));
    ck_assert(!json_bool(json_array_at(document, 1), &flag));
    ck_assert_int_eq(number, 7);
    ck_assert(slice_equal_text(text, "as before"));
    ck_assert(flag);
    json_destroy(document);
}
END_TEST

START_TEST(test_null_is_not_there) {
    struct slice text;
    int64_t number = 0;
    bool flag = false;
    void *cursor = NULL;
    const char *key = NULL;
    const struct json_value *value = NULL;
    ck_assert_ptr_null(json_get(NULL, "a"));
    ck_assert_uint_eq(json_array_count(NULL), 0);
    ck_assert_ptr_null(json_array_at(NULL, 0));
    ck_assert(!json_text(NULL, &text));
    ck_assert(!json_int(NULL, &number));
    ck_assert(!json_bool(NULL, &flag));
    ck_assert(!json_is_object(NULL));
    ck_assert(!json_is_array(NULL));
    ck_assert(!json_object_next(NULL, &cursor, &key, &value));
    json_destroy(NULL);
}
END_TEST

START_TEST(test_arrays) {
    struct json_value *document = parse("[1,null,[2]]");
    int64_t number = 0;
    ck_assert_uint_eq(json_array_count(document), 3);
    ck_assert(json_int(json_array_at(document, 0), &number));
    ck_assert_ptr_null(json_array_at(document, 1));
    ck_assert_uint_eq(json_array_count(json_array_at(document, 2)), 1);
    ck_assert_ptr_null(json_array_at(document, 3));
    ck_assert_ptr_null(json_get(document, "a"));
    json_destroy(document);
}
END_TEST

START_TEST(test_members_in_the_order_of_the_text) {
    struct json_value *document = parse("{\"b\":1,\"a\":null,\"c\":\"x\"}");
    static const char *const keys[] = {"b", "a", "c"};
    void *cursor = NULL;
    const char *key = NULL;
    const struct json_value *value = NULL;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(json_object_next(document, &cursor, &key, &value));
        ck_assert_str_eq(key, keys[i]);
        ck_assert_int_eq(value == NULL, i == 1);
    }
    ck_assert(!json_object_next(document, &cursor, &key, &value));
    json_destroy(document);
}
END_TEST

START_TEST(test_the_last_of_two_keys_wins) {
    struct json_value *document = parse("{\"a\":1,\"a\":2}");
    int64_t number = 0;
    ck_assert(json_int(json_get(document, "a"), &number));
    ck_assert_int_eq(number, 2);
    json_destroy(document);
}
END_TEST

/* Numbers and escapes that the library refuses by itself; the rest of the document is as ever. */
START_TEST(test_what_the_library_refuses) {
    struct json_value *document =
        parse("{\"big\":18446744073709551616,\"huge\":1e999,\"max\":9223372036854775807,"
              "\"lone\":\"\\ud800!\",\"text\":\"99999999999999999999\"}");
    struct slice text;
    int64_t number = 0;
    ck_assert_ptr_nonnull(json_get(document, "big"));
    ck_assert(!json_int(json_get(document, "big"), &number));
    ck_assert_ptr_nonnull(json_get(document, "huge"));
    ck_assert(json_int(json_get(document, "max"), &number));
    ck_assert_int_eq(number, INT64_MAX);
    ck_assert(json_text(json_get(document, "lone"), &text));
    ck_assert(slice_equal_text(text, "\xEF\xBF\xBD!"));
    ck_assert(json_text(json_get(document, "text"), &text));
    ck_assert(slice_equal_text(text, "99999999999999999999"));
    json_destroy(document);
}
END_TEST

START_TEST(test_numbers_of_any_size) {
    static const char *const numbers[] = {"1e309",         "[1e309,1e309,1e309]",  "-1e309",
                                          "9e99999999999", "99999999999999999999", "1e-999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_destroy(parse(numbers[i]));
    }
    struct buf digits;
    buf_init(&digits, 1024);
    for (int i = 0; i < 500; i++) {
        buf_append_char(&digits, '7');
    }
    json_destroy(parse(buf_cstr(&digits)));
    buf_clean_up(&digits);
}
END_TEST

START_TEST(test_scalars) {
    json_destroy(parse("5"));
    json_destroy(parse(" \"a\" "));
    json_destroy(parse("null"));
}
END_TEST

START_TEST(test_errors_name_the_place_and_no_content) {
    static const struct {
        const char *text;
        const char *message;
    } errors[] = {
        {"", "is not JSON at byte 0"},
        {"{\"api_key\":\"secret\"", "is not JSON at byte 19"},
        {"{\"api_key\":secret}", "is not JSON at byte 11"},
        {"<html>", "is not JSON at byte 0"},
        {"{} {}", "is not JSON at byte 3"},
        {"{\"secret\\u0000\":1}", "is JSON with a key that holds \\u0000"},
    };
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct status status = STATUS_INIT;
        ck_assert_ptr_null(json_parse(slice_of(errors[i].text), &status));
        ck_assert_int_eq(status.code, STATUS_INTERNAL);
        ck_assert_str_eq(status.message, errors[i].message);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_value");
    TCase *tests = tcase_create("json_value");
    tcase_add_test(tests, test_readers);
    tcase_add_test(tests, test_readers_leave_the_result_of_another_kind);
    tcase_add_test(tests, test_null_is_not_there);
    tcase_add_test(tests, test_arrays);
    tcase_add_test(tests, test_members_in_the_order_of_the_text);
    tcase_add_test(tests, test_the_last_of_two_keys_wins);
    tcase_add_test(tests, test_what_the_library_refuses);
    tcase_add_test(tests, test_numbers_of_any_size);
    tcase_add_test(tests, test_scalars);
    tcase_add_test(tests, test_errors_name_the_place_and_no_content);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
