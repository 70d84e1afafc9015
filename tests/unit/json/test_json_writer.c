#include "json/json_scan.h"
#include "json/json_writer.h"

#include <check.h>

static struct buf out;

static void set_up(void) {
    buf_init(&out, 1 << 20);
}

static void tear_down(void) {
    buf_clean_up(&out);
}

static void assert_out(const char *expected) {
    ck_assert(!out.failed);
    ck_assert_str_eq(buf_cstr(&out), expected);
}

START_TEST(test_every_control_character) {
    static const char *const written[32] = {
        ['\b'] = "\"\\b\"", ['\f'] = "\"\\f\"", ['\n'] = "\"\\n\"",
        ['\r'] = "\"\\r\"", ['\t'] = "\"\\t\"",
    };
    char c = (char)_i;
    char escaped[16];
    snprintf(escaped, sizeof escaped, "\"\\u%04x\"", (unsigned)_i);
    ck_assert_uint_eq(json_write_string(&out, slice_make(&c, 1)), 0);
    assert_out(written[_i] ? written[_i] : escaped);
}
END_TEST

static const struct {
    struct slice text;
    const char *written;
    size_t replaced;
} cases[] = {
    {{"", 0}, "\"\"", 0},
    {{"plain", 5}, "\"plain\"", 0},
    {{"\"", 1}, "\"\\\"\"", 0},
    {{"\\", 1}, "\"\\\\\"", 0},
    {{"/", 1}, "\"/\"", 0},
    {{"\x7F", 1}, "\"\x7F\"", 0},
    {{"a\"b\\c\nd", 7}, "\"a\\\"b\\\\c\\nd\"", 0},
    {{"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9}, "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"", 0},
    {{"\xE2\x80\xA8", 3}, "\"\xE2\x80\xA8\"", 0},
    {{"\xF4\x8F\xBF\xBF", 4}, "\"\xF4\x8F\xBF\xBF\"", 0},
    {{"\x80", 1}, "\"\xEF\xBF\xBD\"", 1},
    {{"\xC0\xAF", 2}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", 2},
    {{"\xED\xA0\x80", 3}, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", 3},
    {{"\xE1\x80"
      "A",
      3},
     "\"\xEF\xBF\xBD"
     "A\"",
     1},
    {{"\xF1\x80\x80\"", 4}, "\"\xEF\xBF\xBD\\\"\"", 1},
    {{"\xF0\x90", 2}, "\"\xEF\xBF\xBD\"", 1},
    {{"\xC3\xA9\xFF\xC3\xA9", 5}, "\"\xC3\xA9\xEF\xBF\xBD\xC3\xA9\"", 1},
    {{"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9},
     "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
     "A\"",
     4},
};

START_TEST(test_strings) {
    ck_assert_uint_eq(json_write_string(&out, cases[_i].text), cases[_i].replaced);
    assert_out(cases[_i].written);
}
END_TEST

/* What is written is JSON and means the text again, wherever among blocks of sixteen bytes the care
 * is needed. */
START_TEST(test_strings_among_plain_text) {
    static const char lower[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *written = cases[_i].written;
    struct slice inner = slice_make(written + 1, strlen(written) - 2);
    for (size_t before = 0; before < 35; before++) {
        for (size_t after = 0; after < 40; after += 3) {
            struct buf text;
            struct buf expected;
            buf_init(&text, 1024);
            buf_init(&expected, 1024);
            buf_printf(&text, "%.*s", (int)before, lower);
            buf_append_slice(&text, cases[_i].text);
            buf_printf(&text, "%.*s", (int)after, upper);
            buf_printf(&expected, "\"%.*s%.*s%.*s\"", (int)before, lower, SLICE_ARG(inner),
                       (int)after, upper);
            buf_reset(&out);
            ck_assert_uint_eq(json_write_string(&out, buf_slice(&text)), cases[_i].replaced);
            assert_out(buf_cstr(&expected));
            ck_assert(json_scan(buf_slice(&out), NULL));
            buf_clean_up(&text);
            buf_clean_up(&expected);
        }
    }
}
END_TEST

START_TEST(test_every_two_bytes_are_written_as_legal_json) {
    for (int first = 0; first < 256; first++) {
        for (int second = 0; second < 256; second++) {
            buf_reset(&out);
            json_write_string(&out, slice_make((char[]){(char)first, (char)second}, 2));
            ck_assert_msg(json_scan(buf_slice(&out), NULL), "%02x %02x", first, second);
        }
    }
}
END_TEST

START_TEST(test_every_byte_in_every_place_of_a_long_text) {
    char text[49];
    for (size_t at = 0; at < sizeof text; at++) {
        for (int c = 0; c < 256; c++) {
            bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
            memset(text, 'a', sizeof text);
            text[at] = (char)c;
            buf_reset(&out);
            json_write_string(&out, slice_make(text, sizeof text));
            ck_assert_msg((out.len == sizeof text + 2) == plain, "%02x at %zu", (unsigned)c, at);
            ck_assert(json_scan(buf_slice(&out), NULL));
        }
    }
}
END_TEST

START_TEST(test_a_plain_string_is_quoted_as_it_is) {
    json_write_plain(&out, SLICE_LITERAL("2007-12-03"));
    json_write_plain(&out, SLICE_LITERAL(""));
    assert_out("\"2007-12-03\"\"\"");
    struct buf small;
    buf_init(&small, 3);
    json_write_plain(&small, SLICE_LITERAL("ab"));
    ck_assert(small.failed);
    ck_assert_uint_eq(small.len, 0);
    json_write_plain(&small, SLICE_LITERAL("")); /* failure sticks */
    ck_assert_uint_eq(small.len, 0);
    buf_clean_up(&small);
}
END_TEST

START_TEST(test_a_full_buffer_keeps_what_it_had) {
    struct slice texts[] = {SLICE_LITERAL("123456"), SLICE_LITERAL("1\n23"),
                            SLICE_LITERAL("1\xFF\xFF")};
    size_t wanted[] = {8, 7, 9};
    for (size_t i = 0; i < 3; i++) {
        struct buf small;
        buf_init(&small, 1 + wanted[i]);
        buf_append_char(&small, '[');
        json_write_string(&small, texts[i]);
        ck_assert(!small.failed);
        ck_assert_uint_eq(small.len, 1 + wanted[i]);
        buf_clean_up(&small);

        buf_init(&small, wanted[i]);
        buf_append_char(&small, '[');
        ck_assert_uint_eq(json_write_string(&small, texts[i]), 0);
        ck_assert(small.failed);
        ck_assert_uint_eq(small.len, 1);
        buf_clean_up(&small);
    }
}
END_TEST

START_TEST(test_key) {
    json_write_key(&out, SLICE_LITERAL("a\"b"));
    assert_out("\"a\\\"b\":");
}
END_TEST

START_TEST(test_integers) {
    static const struct {
        int64_t value;
        const char *written;
    } integers[] = {
        {0, "0"},
        {-1, "-1"},
        {9, "9"},
        {10, "10"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        buf_reset(&out);
        json_write_int(&out, integers[i].value);
        assert_out(integers[i].written);
    }
    for (uint64_t value = 1, n = 0; n < 100000; n++, value = value * 6364136223846793005U + n) {
        char written[24];
        int64_t integer = (int64_t)(value >> (n % 64));
        snprintf(written, sizeof written, "%lld", (long long)integer);
        buf_reset(&out);
        json_write_int(&out, integer);
        if (!slice_equal_text(buf_slice(&out), written)) {
            ck_abort_msg("%s", written);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json_writer");
    TCase *tests = tcase_create("json_writer");
    int n_cases = (int)(sizeof cases / sizeof cases[0]);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_every_control_character, 0, 32);
    tcase_add_loop_test(tests, test_strings, 0, n_cases);
    tcase_add_loop_test(tests, test_strings_among_plain_text, 0, n_cases);
    tcase_add_test(tests, test_every_two_bytes_are_written_as_legal_json);
    tcase_add_test(tests, test_every_byte_in_every_place_of_a_long_text);
    tcase_add_test(tests, test_a_plain_string_is_quoted_as_it_is);
    tcase_add_test(tests, test_a_full_buffer_keeps_what_it_had);
    tcase_add_test(tests, test_key);
    tcase_add_test(tests, test_integers);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
