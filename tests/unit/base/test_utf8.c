#include "base/utf8.h"

#include <check.h>

/* Bytes, and how utf8_step cuts them: one digit a step, its length; a minus in front: not valid. */
static const struct {
    const char *bytes;
    size_t len;
    const char *steps;
} cases[] = {
    {"a", 1, "1"},
    {"\0", 1, "1"},
    {"\x7F", 1, "1"},
    {"\xC2\x80", 2, "2"},
    {"\xDF\xBF", 2, "2"},
    {"\xE0\xA0\x80", 3, "3"},
    {"\xED\x9F\xBF", 3, "3"},
    {"\xEE\x80\x80", 3, "3"},
    {"\xEF\xBF\xBF", 3, "3"},
    {"\xF0\x90\x80\x80", 4, "4"},
    {"\xF4\x8F\xBF\xBF", 4, "4"},
    {"\x80", 1, "-1"},
    {"\xBF\x80", 2, "-1-1"},
    {"\xC0\xAF", 2, "-1-1"}, /* longer than needed */
    {"\xC1\xBF", 2, "-1-1"},
    {"\xE0\x9F\xBF", 3, "-1-1-1"},
    {"\xF0\x8F\xBF\xBF", 4, "-1-1-1-1"},
    {"\xED\xA0\x80", 3, "-1-1-1"}, /* surrogates */
    {"\xED\xBF\xBF", 3, "-1-1-1"},
    {"\xF4\x90\x80\x80", 4, "-1-1-1-1"}, /* above U+10FFFF */
    {"\xF5\x80\x80\x80", 4, "-1-1-1-1"},
    {"\xFE\xFF", 2, "-1-1"},
    {"\xC2", 1, "-1"}, /* cut */
    {"\xE1\x80", 2, "-2"},
    {"\xF1\x80\x80", 3, "-3"},
    {"\xC2"
     "A",
     2, "-11"}, /* a lead byte and what cannot follow it */
    {"\xE1\x80"
     "A",
     3, "-21"},
    {"\xF1\x80\x80"
     "A",
     4, "-31"},
    {"\xE1\x80\xC2\x80", 4, "-22"},
    {"\xF0\x90\xF0\x90\x80\x80", 6, "-24"},
    /* Unicode 3.9, tables 3-8 to 3-11 */
    {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9, "-1-1-1-1-1-1-1-11"},
    {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9, "-1-1-1-1-1-1-1-11"},
    {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9, "-1-1-1-1-11-1-11"},
    {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9, "-2-1-3-21"},
};

START_TEST(test_steps) {
    struct slice text = slice_make(cases[_i].bytes, cases[_i].len);
    size_t valid_prefix = 0;
    bool all_valid = true;
    size_t at = 0;
    for (const char *expected = cases[_i].steps; *expected; expected++) {
        bool valid = *expected != '-';
        expected += !valid;
        struct utf8_step step = utf8_step(slice_make(text.data + at, text.len - at));
        ck_assert_uint_eq(step.len, (size_t)(*expected - '0'));
        ck_assert_int_eq(step.valid, valid);
        at += step.len;
        all_valid = all_valid && valid;
        valid_prefix = all_valid ? at : valid_prefix;
    }
    ck_assert_uint_eq(at, text.len);
    ck_assert_uint_eq(utf8_valid_prefix(text), valid_prefix);
    ck_assert_int_eq(utf8_is_valid(text), all_valid);
}
END_TEST

/* Wherever the bytes stand among eight-byte words. */
START_TEST(test_prefix_behind_ascii) {
    char text[64];
    for (size_t before = 0; before < 20; before++) {
        memset(text, 'x', sizeof text);
        memcpy(text + before, cases[_i].bytes, cases[_i].len);
        size_t alone = utf8_valid_prefix(slice_make(cases[_i].bytes, cases[_i].len));
        size_t wanted = alone == cases[_i].len ? sizeof text : before + alone;
        ck_assert_uint_eq(utf8_valid_prefix(slice_make(text, sizeof text)), wanted);
    }
}
END_TEST

START_TEST(test_every_scalar_value_and_no_surrogate) {
    for (unsigned c = 0x80; c <= 0x110000; c++) {
        char bytes[4];
        size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        unsigned rest = c;
        for (size_t i = len - 1; i > 0; i--) {
            bytes[i] = (char)(0x80 | (rest & 0x3F));
            rest >>= 6;
        }
        bytes[0] = (char)((len == 2 ? 0xC0 : len == 3 ? 0xE0 : 0xF0) | rest);
        bool wanted = (c < 0xD800 || c > 0xDFFF) && c < 0x110000;
        ck_assert_msg(utf8_is_valid(slice_make(bytes, len)) == wanted, "U+%04X", c);
    }
}
END_TEST

START_TEST(test_multibyte_prefix_stops_at_ascii) {
    ck_assert_uint_eq(utf8_valid_multibyte_prefix(SLICE_LITERAL("\xC3\xA9\xE2\x82\xACx")), 5);
    ck_assert_uint_eq(utf8_valid_multibyte_prefix(SLICE_LITERAL("x\xC3\xA9")), 0);
    ck_assert_uint_eq(utf8_valid_multibyte_prefix(SLICE_LITERAL("\xC3\xA9\xFF")), 2);
}
END_TEST

START_TEST(test_empty) {
    ck_assert_uint_eq(utf8_step(slice_make("", 0)).len, 0);
    ck_assert(utf8_is_valid(slice_make(NULL, 0)));
}
END_TEST

START_TEST(test_repair) {
    static const char *const rows[][2] = {{"", ""},
                                          {"a\xC3\xA9", "a\xC3\xA9"},
                                          {"\xFF"
                                           "a\xE2\x82",
                                           "?a??"},
                                          {"\xC3(\xF0\x9F\x90\xA7\xA7", "?(\xF0\x9F\x90\xA7?"},
                                          {"\xED\xA0\x80", "???"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", rows[i][0]);
        utf8_repair(text);
        ck_assert_str_eq(text, rows[i][1]);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("utf8");
    TCase *tests = tcase_create("utf8");
    int n_cases = (int)(sizeof cases / sizeof cases[0]);
    tcase_add_loop_test(tests, test_steps, 0, n_cases);
    tcase_add_loop_test(tests, test_prefix_behind_ascii, 0, n_cases);
    tcase_add_test(tests, test_every_scalar_value_and_no_surrogate);
    tcase_add_test(tests, test_multibyte_prefix_stops_at_ascii);
    tcase_add_test(tests, test_empty);
    tcase_add_test(tests, test_repair);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
