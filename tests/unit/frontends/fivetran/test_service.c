#include "handlers_fixture.h"
#include "support/suite.h"

static const struct peer_step up[] = {{.body = "{\"status\":\"SUCCEEDED\"}"}};

START_TEST(test_the_ten_calls_of_the_contract_are_served) {
    static const char *const names[] = {
        "ConfigurationForm", "Capabilities", "Test",       "DescribeTable",     "CreateTable",
        "AlterTable",        "Truncate",     "WriteBatch", "WriteHistoryBatch", "Migrate"};
    size_t count = 0;
    const struct rpc_method *methods = service_methods(&count);
    ck_assert_uint_eq(count, 10);
    for (size_t i = 0; i < 10; i++) {
        char path[128];
        bool found = false;
        snprintf(path, sizeof path, "/fivetran_sdk.v2.DestinationConnector/%s", names[i]);
        for (size_t k = 0; k < count; k++) {
            found = found || strcmp(methods[k].path, path) == 0;
        }
        ck_assert_msg(found, "%s", path);
    }
}
END_TEST

START_TEST(test_capabilities_say_csv) {
    struct fixture f;
    set_up(&f, NULL, 0);
    fixture_call_bytes(&f, "Capabilities", SLICE_LITERAL(""));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    FivetranSdk__V2__CapabilitiesResponse *m = fivetran_sdk__v2__capabilities_response__unpack(
        NULL, f.response.len, (const uint8_t *)f.response.data);
    ck_assert_ptr_nonnull(m);
    ck_assert_int_eq(m->batch_file_format, FIVETRAN_SDK__V2__BATCH_FILE_FORMAT__CSV);
    fivetran_sdk__v2__capabilities_response__free_unpacked(m, NULL);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_form_is_given) {
    struct fixture f;
    set_up(&f, NULL, 0);
    fixture_call_bytes(&f, "ConfigurationForm", SLICE_LITERAL(""));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    ck_assert_uint_gt(f.response.len, 1000);
    tear_down(&f);
}
END_TEST

/* The answer of a Test: "success" or the failure's text; static. */
static const char *run_test(struct fixture *f, const char *name) {
    static char text[2048];
    FivetranSdk__V2__TestRequest request = FIVETRAN_SDK__V2__TEST_REQUEST__INIT;
    CONFIGURE(f, &request);
    request.name = (char *)name;
    fixture_call(f, "Test", &request.base);
    ck_assert_int_eq(f->status.code, STATUS_OK);
    FivetranSdk__V2__TestResponse *m = fivetran_sdk__v2__test_response__unpack(
        NULL, f->response.len, (const uint8_t *)f->response.data);
    ck_assert_ptr_nonnull(m);
    bool failed = m->response_case == FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_FAILURE;
    ck_assert(failed || m->success);
    snprintf(text, sizeof text, "%s", failed ? m->failure : "success");
    fivetran_sdk__v2__test_response__free_unpacked(m, NULL);
    return text;
}

START_TEST(test_the_settings_are_tested_without_a_request) {
    struct fixture f;
    SET_UP(&f, up);
    ck_assert_str_eq(run_test(&f, "settings"), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 0);
    fixture_setting(&f, "batch_size", "13 GiB");
    ck_assert_ptr_nonnull(strstr(run_test(&f, "settings"), "Batch size"));
    tear_down(&f);
}
END_TEST

START_TEST(test_the_connection_is_tested_with_the_key) {
    struct fixture f;
    SET_UP(&f, up);
    ck_assert_str_eq(run_test(&f, "connection"), "success");
    ck_assert_ptr_nonnull(
        strstr(http_peer_request(f.peer, 0)->head, "GET /data-sources/v1/check-connection "));
    ck_assert_ptr_nonnull(strstr(http_peer_request(f.peer, 0)->head, FIXTURE_KEY));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_4_an_unknown_test_is_a_failure_not_silence) {
    struct fixture f;
    SET_UP(&f, up);
    ck_assert_ptr_nonnull(strstr(run_test(&f, "login"), "no test of this name"));
    ck_assert_ptr_nonnull(strstr(run_test(&f, ""), "no test of this name"));
    ck_assert_uint_eq(http_peer_requests(f.peer), 0);
    tear_down(&f);
}
END_TEST

/* Lesson 11: no minutes of retries; and a failing test is no SEVERE line. */
START_TEST(test_lesson_11_an_api_that_is_down_is_one_try_and_a_failure) {
    struct fixture f;
    set_up(&f, NULL, 0);
    ck_assert_str_ne(run_test(&f, "connection"), "success");
    ck_assert_uint_eq(f.clock.n_sleeps, 0);
    ck_assert_uint_eq(log_capture_count(&f.log, "2 call_finished outcome=unavailable"), 1);
    ck_assert_uint_eq(log_capture_count(&f.log, "requests=1 retries=0"), 1);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("service");
    TCase *tests = tcase_create("service");
    tcase_add_test(tests, test_the_ten_calls_of_the_contract_are_served);
    tcase_add_test(tests, test_capabilities_say_csv);
    tcase_add_test(tests, test_the_form_is_given);
    tcase_add_test(tests, test_the_settings_are_tested_without_a_request);
    tcase_add_test(tests, test_the_connection_is_tested_with_the_key);
    tcase_add_test(tests, test_lesson_4_an_unknown_test_is_a_failure_not_silence);
    tcase_add_test(tests, test_lesson_11_an_api_that_is_down_is_one_try_and_a_failure);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
