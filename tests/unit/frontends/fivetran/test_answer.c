#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/answer.h"
#include "frontends/fivetran/message_guard.h"
#include "support/suite.h"

enum { MAX_BYTES = 1 << 20 };

typedef void (*packer)(const struct answer *answer, struct buf *response);

/* The packed answer as a message; the text of *bytes is the answer's. */
static void *unpacked(packer pack, const struct answer *answer,
                      const ProtobufCMessageDescriptor *type) {
    struct status status = STATUS_INIT;
    struct buf bytes;
    buf_init(&bytes, MAX_BYTES);
    pack(answer, &bytes);
    ck_assert(!bytes.failed);
    void *message = message_unpack(type, buf_slice(&bytes), &status);
    ck_assert_msg(message != NULL, "%s", status.message);
    buf_clean_up(&bytes);
    return message;
}

static const struct answer success = {0};
static const struct answer warning = {.warning = "look"};
static const struct answer task = {.task = "act", .warning = "look", .unsupported = true};

START_TEST(test_a_test_succeeds_or_tells_why_not) {
    FivetranSdk__V2__TestResponse *m =
        unpacked(answer_pack_test, &success, &fivetran_sdk__v2__test_response__descriptor);
    ck_assert_int_eq(m->response_case, FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_SUCCESS);
    ck_assert(m->success);
    message_free(&m->base);
    m = unpacked(answer_pack_test, &task, &fivetran_sdk__v2__test_response__descriptor);
    ck_assert_int_eq(m->response_case, FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_FAILURE);
    ck_assert_str_eq(m->failure, "act");
    message_free(&m->base);
}
END_TEST

/* One packing serves four calls: it must be read as each of their responses. */
#define CHECK_OUTCOMES(Type, TYPE, descriptor)                                                     \
    do {                                                                                           \
        Type *m = unpacked(answer_pack_outcome, &success, &(descriptor));                          \
        ck_assert_int_eq(m->response_case, TYPE##__RESPONSE_SUCCESS);                              \
        ck_assert(m->success);                                                                     \
        message_free(&m->base);                                                                    \
        m = unpacked(answer_pack_outcome, &warning, &(descriptor));                                \
        ck_assert_int_eq(m->response_case, TYPE##__RESPONSE_WARNING);                              \
        ck_assert_str_eq(m->warning->message, "look");                                             \
        message_free(&m->base);                                                                    \
        m = unpacked(answer_pack_outcome, &task, &(descriptor));                                   \
        ck_assert_int_eq(m->response_case, TYPE##__RESPONSE_TASK);                                 \
        ck_assert_str_eq(m->task->message, "act");                                                 \
        message_free(&m->base);                                                                    \
    } while (0)

START_TEST(test_create_alter_truncate_and_write_are_answered_alike) {
    CHECK_OUTCOMES(FivetranSdk__V2__CreateTableResponse, FIVETRAN_SDK__V2__CREATE_TABLE_RESPONSE,
                   fivetran_sdk__v2__create_table_response__descriptor);
    CHECK_OUTCOMES(FivetranSdk__V2__AlterTableResponse, FIVETRAN_SDK__V2__ALTER_TABLE_RESPONSE,
                   fivetran_sdk__v2__alter_table_response__descriptor);
    CHECK_OUTCOMES(FivetranSdk__V2__TruncateResponse, FIVETRAN_SDK__V2__TRUNCATE_RESPONSE,
                   fivetran_sdk__v2__truncate_response__descriptor);
    CHECK_OUTCOMES(FivetranSdk__V2__WriteBatchResponse, FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE,
                   fivetran_sdk__v2__write_batch_response__descriptor);
}
END_TEST

/* contracts/fivetran.md: success 1, warning 2, task 3, each wrapped text in field 1. */
START_TEST(test_the_bytes_of_an_outcome_are_the_contracts) {
    static const struct {
        struct answer answer;
        const char *bytes;
    } rows[] = {
        {{0}, "\x08\x01"},
        {{.warning = "ab"},
         "\x12\x04\x0A\x02"
         "ab"},
        {{.task = "ab"},
         "\x1A\x04\x0A\x02"
         "ab"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf bytes;
        buf_init(&bytes, MAX_BYTES);
        answer_pack_outcome(&rows[i].answer, &bytes);
        ck_assert(slice_equal_text(buf_slice(&bytes), rows[i].bytes));
        buf_clean_up(&bytes);
    }
}
END_TEST

static int migrate_case(const struct answer *answer) {
    FivetranSdk__V2__MigrateResponse *m =
        unpacked(answer_pack_migrate, answer, &fivetran_sdk__v2__migrate_response__descriptor);
    int response_case = (int)m->response_case;
    if (response_case == FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_UNSUPPORTED) {
        ck_assert(m->unsupported);
    } else if (response_case == FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_SUCCESS) {
        ck_assert(m->success); /* lesson 4 */
    }
    message_free(&m->base);
    return response_case;
}

START_TEST(test_a_migration_is_a_task_a_warning_unsupported_or_a_success_in_that_order) {
    const struct answer unsupported = {.unsupported = true};
    ck_assert_int_eq(migrate_case(&task), FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_TASK);
    ck_assert_int_eq(migrate_case(&warning), FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_WARNING);
    ck_assert_int_eq(migrate_case(&unsupported),
                     FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_UNSUPPORTED);
    ck_assert_int_eq(migrate_case(&success), FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_SUCCESS);
}
END_TEST

static FivetranSdk__V2__DescribeTableResponse *describe(const struct answer *answer) {
    return unpacked(answer_pack_describe, answer,
                    &fivetran_sdk__v2__describe_table_response__descriptor);
}

#define DESCRIBE(name) FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_##name

START_TEST(test_a_table_is_described_whole) {
    static const struct column columns[] = {
        {.name = "id", .type = COLUMN_LONG, .primary_key = true},
        {.name = "p", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 38, .scale = 0},
    };
    const struct table table = {"s", "t", columns, 2};
    const struct answer answer = {.table = &table};
    FivetranSdk__V2__DescribeTableResponse *m = describe(&answer);
    ck_assert_int_eq(m->response_case, DESCRIBE(TABLE));
    ck_assert_str_eq(m->table->name, "t");
    ck_assert_uint_eq(m->table->n_columns, 2);
    ck_assert_str_eq(m->table->columns[0]->name, "id");
    ck_assert(m->table->columns[0]->primary_key);
    ck_assert_int_eq(m->table->columns[1]->type, FIVETRAN_SDK__V2__DATA_TYPE__DECIMAL);
    ck_assert_uint_eq(m->table->columns[1]->params->decimal->precision, 38);
    message_free(&m->base);
}
END_TEST

START_TEST(test_what_is_not_found_is_said_so) {
    const struct answer not_found = {.not_found = true};
    const struct answer *const answers[] = {&not_found, &success};
    for (size_t i = 0; i < 2; i++) {
        FivetranSdk__V2__DescribeTableResponse *m = describe(answers[i]);
        ck_assert_int_eq(m->response_case, DESCRIBE(NOT_FOUND));
        ck_assert(m->not_found);
        message_free(&m->base);
    }
}
END_TEST

START_TEST(test_a_describe_can_be_a_task_or_a_warning) {
    FivetranSdk__V2__DescribeTableResponse *m = describe(&task);
    ck_assert_int_eq(m->response_case, DESCRIBE(TASK));
    ck_assert_str_eq(m->task->message, "act");
    message_free(&m->base);
    m = describe(&warning);
    ck_assert_int_eq(m->response_case, DESCRIBE(WARNING));
    ck_assert_str_eq(m->warning->message, "look");
    message_free(&m->base);
}
END_TEST

START_TEST(test_a_full_response_fails_and_says_so) {
    struct buf bytes;
    buf_init(&bytes, 3);
    answer_pack_outcome(&task, &bytes);
    ck_assert(bytes.failed);
    buf_clean_up(&bytes);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("answer");
    TCase *tests = tcase_create("answer");
    tcase_add_test(tests, test_a_test_succeeds_or_tells_why_not);
    tcase_add_test(tests, test_create_alter_truncate_and_write_are_answered_alike);
    tcase_add_test(tests, test_the_bytes_of_an_outcome_are_the_contracts);
    tcase_add_test(tests,
                   test_a_migration_is_a_task_a_warning_unsupported_or_a_success_in_that_order);
    tcase_add_test(tests, test_a_table_is_described_whole);
    tcase_add_test(tests, test_what_is_not_found_is_said_so);
    tcase_add_test(tests, test_a_describe_can_be_a_task_or_a_warning);
    tcase_add_test(tests, test_a_full_response_fails_and_says_so);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
