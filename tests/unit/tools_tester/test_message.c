#include "destination_sdk.pb-c.h"
#include "support/suite.h"
#include "tester/message.h"

static struct arena arena;

static void setup(void) {
    arena_init(&arena, 1 << 24);
}

static void teardown(void) {
    arena_clean_up(&arena);
}

START_TEST(test_fields_by_name) {
    FivetranSdk__V2__WriteBatchRequest request = FIVETRAN_SDK__V2__WRITE_BATCH_REQUEST__INIT;
    const struct message_pair settings[] = {{"a", SLICE_LITERAL("1")}, {"b", SLICE_LITERAL("")}};
    const struct message_pair keys[] = {{"file", slice_make("\0\1", 2)}};
    char *files[] = {"one", "two"};
    message_set_map(&request.base, "configuration", settings, 2, &arena);
    message_set_map(&request.base, "keys", keys, 1, &arena);
    message_set_texts(&request.base, "update_files", files, 2);
    message_set_texts(&request.base, "earliest_start_files", files, 2); /* has no such field */
    message_set_text(&request.base, "schema_name", "s");
    ck_assert_uint_eq(request.n_configuration, 2);
    ck_assert_str_eq(request.configuration[0]->key, "a");
    ck_assert_str_eq(request.configuration[0]->value, "1");
    ck_assert_str_eq(request.configuration[1]->value, "");
    ck_assert_uint_eq(request.n_keys, 1);
    ck_assert_uint_eq(request.keys[0]->value.len, 2);
    ck_assert_uint_eq(request.n_update_files, 2);
    ck_assert_str_eq(request.update_files[1], "two");
    ck_assert_str_eq(request.schema_name, "s");
}
END_TEST

START_TEST(test_answers) {
    FivetranSdk__V2__WriteBatchResponse response = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__INIT;
    struct message_answer answer = message_answer(&response.base);
    ck_assert_str_eq(answer.kind, "nothing");
    response.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_SUCCESS;
    ck_assert_str_eq(message_answer(&response.base).kind, "success");
    ck_assert(!message_answer(&response.base).flag);
    response.success = true;
    ck_assert(message_answer(&response.base).flag);
    FivetranSdk__V2__Task task = FIVETRAN_SDK__V2__TASK__INIT;
    task.message = "do this";
    response.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_TASK;
    response.task = &task;
    answer = message_answer(&response.base);
    ck_assert_str_eq(answer.kind, "task");
    ck_assert_str_eq(answer.text, "do this");
}
END_TEST

START_TEST(test_other_answers) {
    FivetranSdk__V2__TestResponse test = FIVETRAN_SDK__V2__TEST_RESPONSE__INIT;
    test.response_case = FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_FAILURE;
    test.failure = "no";
    ck_assert_str_eq(message_answer(&test.base).text, "no");
    FivetranSdk__V2__Table table = FIVETRAN_SDK__V2__TABLE__INIT;
    FivetranSdk__V2__DescribeTableResponse found = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__INIT;
    found.response_case = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_TABLE;
    found.table = &table;
    ck_assert_str_eq(message_answer(&found.base).kind, "table");
    ck_assert_ptr_eq(message_answer(&found.base).table, &table);
    FivetranSdk__V2__CapabilitiesResponse plain = FIVETRAN_SDK__V2__CAPABILITIES_RESPONSE__INIT;
    ck_assert_str_eq(message_answer(&plain.base).kind, "nothing");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("message");
    TCase *tests = tcase_create("message");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_fields_by_name);
    tcase_add_test(tests, test_answers);
    tcase_add_test(tests, test_other_answers);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
