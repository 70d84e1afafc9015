#include "biggeo_fixture.h"
#include "destinations/biggeo/biggeo_api.h"
#include "support/suite.h"

#define CONNECTION "GET https://x/data-sources/v1/check-connection"
#define NAME SLICE_LITERAL("s"), SLICE_LITERAL("t")

static bool connect_with(struct fixture *f, const struct scripted_answer *answer) {
    set_up(f, answer, 1);
    return BIGGEO_DESTINATION.test(&f->d, "connection", &f->status);
}

START_TEST(test_the_connection_test_succeeds_when_biggeo_says_so) {
    static const struct scripted_answer script = {CONNECTION, 200, "{\"status\":\"SUCCEEDED\"}"};
    struct fixture f;
    ck_assert(connect_with(&f, &script));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_that_says_failed_is_a_failure_with_its_message) {
    static const struct scripted_answer script = {
        CONNECTION, 200, "{\"status\":\"FAILED\",\"message\":\"account is suspended\"}"};
    struct fixture f;
    ck_assert(!connect_with(&f, &script));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "account is suspended"));
    tear_down(&f);
}
END_TEST

START_TEST(test_another_word_than_succeeded_is_a_failure) {
    static const struct scripted_answer script = {CONNECTION, 200, "{\"status\":\"succeeded?\"}"};
    struct fixture f;
    ck_assert(!connect_with(&f, &script));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_that_does_not_answer_as_biggeo_asks_for_the_url) {
    static const char *const bodies[] = {"<html>Welcome</html>", "{}", "[]", "",
                                         "{\"status\":true}"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const struct scripted_answer script = {CONNECTION, 200, bodies[i]};
        struct fixture f;
        ck_assert(!connect_with(&f, &script));
        ck_assert_int_eq(f.status.code, STATUS_TASK);
        ck_assert_ptr_nonnull(strstr(f.status.message, "URL"));
        ck_assert_ptr_null(strstr(f.status.message, "Welcome")); /* lesson 37 */
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_a_401_is_a_task_with_biggeos_words) {
    static const struct scripted_answer script = {CONNECTION, 401,
                                                  "{\"message\":\"invalid api key\"}"};
    struct fixture f;
    ck_assert(!connect_with(&f, &script));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "401"));
    ck_assert_ptr_nonnull(strstr(f.status.message, "invalid api key"));
    tear_down(&f);
}
END_TEST

START_TEST(test_an_error_with_an_html_page_stays_that_error) {
    static const struct scripted_answer script = {CONNECTION, 404, "<html>nothing here</html>"};
    struct fixture f;
    ck_assert(!connect_with(&f, &script));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "404"));
    ck_assert_ptr_null(strstr(f.status.message, "nothing here"));
    tear_down(&f);
}
END_TEST

START_TEST(test_no_answer_or_a_server_error_is_unavailable) {
    static const int statuses[] = {0, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        const struct scripted_answer script = {CONNECTION, statuses[i], "{}"};
        struct fixture f;
        ck_assert(!connect_with(&f, &script));
        ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_lesson_4_an_unknown_test_fails_without_a_request) {
    struct fixture f;
    set_up(&f, NULL, 0);
    ck_assert(!BIGGEO_DESTINATION.test(&f.d, "conection", &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "no test of this name"));
    tear_down(&f);
}
END_TEST

static enum table_presence presence_with(struct fixture *f, bool wanted) {
    enum table_presence presence = TABLE_ABSENT;
    ck_assert_int_eq(BIGGEO_DESTINATION.exists(&f->d, NAME, &presence, &f->status), wanted);
    return presence;
}

#define LOOK "GET https://x/data-sources/v1/get-data-source/s__t?chunkSize=1 "

START_TEST(test_a_table_that_biggeo_reads_exists) {
    static const struct scripted_answer script[] = {{LOOK, 200, "{\"data\":[]}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert_int_eq(presence_with(&f, true), TABLE_PRESENT);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_404_says_never_written) {
    static const struct scripted_answer script[] = {{LOOK, 404, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert_int_eq(presence_with(&f, true), TABLE_ABSENT);
    ck_assert_int_eq(f.status.code, STATUS_OK);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_fault_is_neither_there_nor_missing) {
    static const struct scripted_answer script[] = {{LOOK, 500, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    presence_with(&f, false);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    tear_down(&f);
}
END_TEST

START_TEST(test_what_was_written_by_us_exists_without_a_request) {
    struct fixture f;
    struct buf account;
    set_up(&f, NULL, 0);
    buf_init(&account, 1000);
    biggeo_scope_append(&account, &f.settings);
    catalogue_mark_written(f.shared.catalogue, buf_slice(&account), NAME);
    buf_clean_up(&account);
    ck_assert_int_eq(presence_with(&f, true), TABLE_PRESENT);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_table_that_was_made_but_never_written_is_looked_for) {
    static const struct scripted_answer script[] = {{LOOK, 404, "{}"}};
    static const struct column column = {.name = "id", .type = COLUMN_INT};
    static const struct table table = {"s", "t", &column, 1};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(BIGGEO_DESTINATION.create(&f.d, &table, &f.status));
    ck_assert_int_eq(presence_with(&f, true), TABLE_ABSENT);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo");
    TCase *tests = tcase_create("biggeo");
    tcase_add_test(tests, test_the_connection_test_succeeds_when_biggeo_says_so);
    tcase_add_test(tests, test_a_200_that_says_failed_is_a_failure_with_its_message);
    tcase_add_test(tests, test_another_word_than_succeeded_is_a_failure);
    tcase_add_test(tests, test_a_200_that_does_not_answer_as_biggeo_asks_for_the_url);
    tcase_add_test(tests, test_a_401_is_a_task_with_biggeos_words);
    tcase_add_test(tests, test_an_error_with_an_html_page_stays_that_error);
    tcase_add_test(tests, test_no_answer_or_a_server_error_is_unavailable);
    tcase_add_test(tests, test_lesson_4_an_unknown_test_fails_without_a_request);
    tcase_add_test(tests, test_a_table_that_biggeo_reads_exists);
    tcase_add_test(tests, test_a_404_says_never_written);
    tcase_add_test(tests, test_a_fault_is_neither_there_nor_missing);
    tcase_add_test(tests, test_what_was_written_by_us_exists_without_a_request);
    tcase_add_test(tests, test_a_table_that_was_made_but_never_written_is_looked_for);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
