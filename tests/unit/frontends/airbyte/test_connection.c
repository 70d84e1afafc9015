#include "engine_fixture.h"
#include "frontends/airbyte/connection.h"
#include "support/suite.h"

START_TEST(test_a_connection_is_bound_to_its_destination) {
    struct engine_fixture f;
    struct connection c;
    struct status status = STATUS_INIT;
    engine_fixture_init(&f);
    put_file(f.config, "{\"api_key\":\"hush-hush\"}");
    connection_init(&c, &f.airbyte);
    ck_assert(connection_open(&c, f.config, ATTEMPT_POLICY_ONCE, &f.cancel, &status));
    ck_assert_str_eq(c.destination.ops->name, "biggeo");
    ck_assert_ptr_eq(c.destination.api, &c.attempt.api);
    ck_assert_ptr_eq(c.attempt.cancel, &f.cancel);
    log_event(&c.log, LOG_INFO, "test", "%s", "key=hush-hush");
    ck_assert_ptr_nonnull(strstr(printed(&f), "test key=****"));
    connection_clean_up(&c);
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_a_configuration_that_is_wrong_opens_nothing) {
    struct engine_fixture f;
    struct connection c;
    struct status status = STATUS_INIT;
    engine_fixture_init(&f);
    put_file(f.config, "{\"batch_size\":5}");
    connection_init(&c, &f.airbyte);
    ck_assert(!connection_open(&c, f.config, ATTEMPT_POLICY_ONCE, &f.cancel, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_null(c.client);
    connection_clean_up(&c);
    engine_fixture_clean_up(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("connection");
    TCase *tests = tcase_create("connection");
    tcase_add_test(tests, test_a_connection_is_bound_to_its_destination);
    tcase_add_test(tests, test_a_configuration_that_is_wrong_opens_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
