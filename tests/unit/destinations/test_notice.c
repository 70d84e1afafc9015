#include "base/utf8.h"
#include "destinations/destination.h"
#include "support/suite.h"

START_TEST(test_a_notice_is_empty_until_something_is_added) {
    struct notice notice = {0};
    ck_assert_str_eq(notice.text, "");
    notice_add(&notice, "%d rows", 3);
    ck_assert_str_eq(notice.text, "3 rows");
}
END_TEST

START_TEST(test_several_notices_are_joined_by_a_space) {
    struct notice notice = {0};
    notice_add(&notice, "One.");
    notice_add(&notice, "Two.");
    notice_add(&notice, "Three.");
    ck_assert_str_eq(notice.text, "One. Two. Three.");
}
END_TEST

START_TEST(test_what_does_not_fit_is_cut_and_the_rest_ignored) {
    struct notice notice = {0};
    for (int i = 0; i < 2 * NOTICE_BYTES; i++) {
        notice_add(&notice, "abc");
    }
    ck_assert_uint_eq(strlen(notice.text), NOTICE_BYTES - 1);
    ck_assert_int_eq(strncmp(notice.text, "abc abc abc ", 12), 0);
}
END_TEST

/* A Warning is a protobuf string: cut in the middle of a character it would be none. */
START_TEST(test_a_cut_leaves_whole_characters) {
    for (size_t ascii = 0; ascii < 4; ascii++) {
        struct notice notice = {0};
        char name[NOTICE_BYTES + 4];
        memset(name, 'x', ascii);
        for (size_t i = ascii; i < NOTICE_BYTES; i += 4) {
            memcpy(name + i, "\xF0\x9F\x8C\x8D", 4);
        }
        name[NOTICE_BYTES + 3] = '\0';
        notice_add(&notice, "%s", name);
        size_t len = strlen(notice.text);
        ck_assert_uint_ge(len, NOTICE_BYTES - 4);
        ck_assert_int_eq(strncmp(notice.text, name, ascii + (len - ascii) / 4 * 4), 0);
        ck_assert(utf8_is_valid(slice_of(notice.text)));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("notice");
    TCase *tests = tcase_create("notice");
    tcase_add_test(tests, test_a_notice_is_empty_until_something_is_added);
    tcase_add_test(tests, test_several_notices_are_joined_by_a_space);
    tcase_add_test(tests, test_what_does_not_fit_is_cut_and_the_rest_ignored);
    tcase_add_test(tests, test_a_cut_leaves_whole_characters);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
