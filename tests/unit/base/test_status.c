#include "base/status.h"
#include "base/utf8.h"
#include "support/suite.h"

START_TEST(test_a_failure_and_its_contexts) {
    struct status status = STATUS_INIT;
    ck_assert_int_eq(status.code, STATUS_OK);
    ck_assert(!status_fail(&status, STATUS_TASK, "wrong %s", "key"));
    ck_assert(!status_context(&status, "workspace %d", 7));
    ck_assert(!status_context(&status, "test"));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_str_eq(status.message, "test: workspace 7: wrong key");
    ck_assert(!status_no_memory(&status, "testing"));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
    ck_assert_str_eq(status.message, "out of memory while testing");
}
END_TEST

START_TEST(test_a_new_failure_forgets_that_the_old_one_named_a_record) {
    struct status status = STATUS_INIT;
    status_fail(&status, STATUS_TASK, "the record id=1 is too large");
    status.names_record = true;
    status_context(&status, "table");
    ck_assert(status.names_record);
    status_fail(&status, STATUS_INTERNAL, "else");
    ck_assert(!status.names_record);
}
END_TEST

START_TEST(test_long_messages_are_cut_at_a_character) {
    char text[2 * STATUS_MESSAGE_BYTES + 1];
    for (size_t i = 0; i + 4 <= sizeof text; i += 4) {
        memcpy(text + i, "\xF0\x9F\x90\xA7", 4);
    }
    text[sizeof text - 1] = '\0';
    static const char x[] = "xxxx";
    for (size_t shift = 0; shift <= 4; shift++) {
        struct status status = STATUS_INIT;
        status_fail(&status, STATUS_TASK, "%.*s%s", (int)shift, x, text);
        ck_assert(utf8_is_valid(slice_of(status.message)));
        ck_assert_uint_ge(strlen(status.message), STATUS_MESSAGE_BYTES - 8);
        status_context(&status, "%.*s", (int)shift, x);
        ck_assert(utf8_is_valid(slice_of(status.message)));
        status_context(&status, "%s%.*s", text, (int)shift, x);
        ck_assert(utf8_is_valid(slice_of(status.message)));
    }
}
END_TEST

START_TEST(test_messages_that_just_fit_are_whole) {
    char text[STATUS_MESSAGE_BYTES];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    struct status status = STATUS_INIT;
    status_fail(&status, STATUS_TASK, "%s", text);
    ck_assert_str_eq(status.message, text);
}
END_TEST

START_TEST(test_codes_have_names) {
    ck_assert_str_eq(status_code_name(STATUS_OK), "ok");
    ck_assert_str_eq(status_code_name(STATUS_DATA_LOSS), "data_loss");
    ck_assert_str_eq(status_code_name(STATUS_INTERNAL), "internal");
    ck_assert_str_eq(status_code_name((enum status_code)99), "unknown");
    for (int code = STATUS_OK; code <= STATUS_INTERNAL; code++) {
        ck_assert_ptr_nonnull(status_code_name((enum status_code)code));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("status");
    TCase *c = tcase_create("status");
    tcase_add_test(c, test_a_failure_and_its_contexts);
    tcase_add_test(c, test_a_new_failure_forgets_that_the_old_one_named_a_record);
    tcase_add_test(c, test_long_messages_are_cut_at_a_character);
    tcase_add_test(c, test_messages_that_just_fit_are_whole);
    tcase_add_test(c, test_codes_have_names);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
