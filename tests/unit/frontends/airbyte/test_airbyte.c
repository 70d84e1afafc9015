#include "engine_fixture.h"
#include "support/suite.h"

START_TEST(test_spec_is_one_line) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    ck_assert_int_eq(airbyte_spec(&f.airbyte, NULL), EXIT_SUCCESS);
    ck_assert_ptr_eq(strstr(printed(&f), "{\"type\":\"SPEC\","), f.text);
    ck_assert_ptr_eq(strchr(f.text, '\n'), f.text + strlen(f.text) - 1);
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_spec_of_an_unknown_destination_is_an_error) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    ck_assert_int_eq(airbyte_spec(&f.airbyte, "moon"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(printed(&f), "\"failure_type\":\"config_error\""));
    ck_assert_ptr_null(strstr(f.text, "SPEC"));
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_rule_1_a_check_that_fails_ends_with_0) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    ck_assert_int_eq(airbyte_check(&f.airbyte, f.config), EXIT_SUCCESS);
    ck_assert_ptr_nonnull(strstr(printed(&f), "\"status\":\"FAILED\""));
    ck_assert_ptr_nonnull(strstr(f.text, "cannot be read"));
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_a_check_that_is_told_to_stop_answers) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    put_file(f.config, "{\"api_key\":\"k\",\"biggeo_base_url\":\"http://127.0.0.1:9\"}");
    cancel_fire(&f.cancel, CANCEL_SHUTDOWN);
    ck_assert_int_eq(airbyte_check(&f.airbyte, f.config), EXIT_SUCCESS);
    ck_assert_ptr_nonnull(strstr(printed(&f), "\"status\":\"FAILED\""));
    engine_fixture_clean_up(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("airbyte");
    TCase *tests = tcase_create("airbyte");
    tcase_add_test(tests, test_spec_is_one_line);
    tcase_add_test(tests, test_spec_of_an_unknown_destination_is_an_error);
    tcase_add_test(tests, test_rule_1_a_check_that_fails_ends_with_0);
    tcase_add_test(tests, test_a_check_that_is_told_to_stop_answers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
