#include "frontends/fivetran/handlers.h"
#include "handlers_fixture.h"
#include "support/suite.h"

/* What the work saw; filled by the operations of this test. */
static int64_t work_deadline_ms;
static enum cancel_reason work_reason;
static bool ran;

static bool look_run(struct call *call, const ProtobufCMessage *request, struct answer *answer,
                     struct status *status) {
    (void)request;
    (void)answer;
    (void)status;
    ran = true;
    work_deadline_ms = call->work.deadline_ms;
    work_reason = cancel_check(&call->work);
    return true;
}

static bool fail_run(struct call *call, const ProtobufCMessage *request, struct answer *answer,
                     struct status *status) {
    (void)call;
    (void)request;
    (void)answer;
    status_fail(status, STATUS_TASK, "record id=4711 is too large");
    status->names_record = true;
    return false;
}

static bool notice_run(struct call *call, const ProtobufCMessage *request, struct answer *answer,
                       struct status *status) {
    (void)request;
    (void)answer;
    (void)status;
    notice_add(&call->notice, "something to know");
    call->report = (struct delivery_report){.records = 5, .batches = 2, .bytes = 99};
    return true;
}

/* CreateTable with other work. */
static void run(struct fixture *f, bool (*work)(struct call *, const ProtobufCMessage *,
                                                struct answer *, struct status *)) {
    struct operation operation = OPERATION_CREATE_TABLE;
    FivetranSdk__V2__CreateTableRequest m = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    FivetranSdk__V2__Table table = FIVETRAN_SDK__V2__TABLE__INIT;
    struct buf bytes;
    buf_init(&bytes, FIXTURE_BYTES);
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table = &table;
    table.name = (char *)"t";
    ck_assert(message_pack(&m.base, &bytes));
    struct rpc rpc = {.method = "CreateTable",
                      .request = buf_slice(&bytes),
                      .cancel = &f->cancel,
                      .log = &f->log.log};
    operation.run = work;
    f->status = STATUS_INIT;
    operation_run(&operation, &f->service, &rpc, &f->response, &f->status);
    buf_clean_up(&bytes);
}

/* How long the work may take when the client waits for client_ms. */
static int64_t time_to_work(int64_t client_ms) {
    struct fixture f;
    set_up(&f, NULL, 0);
    int64_t now = fake_clock_now(&f.clock);
    f.cancel.deadline_ms = client_ms == CANCEL_NO_DEADLINE ? client_ms : now + client_ms;
    run(&f, look_run);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    tear_down(&f);
    return work_deadline_ms - now;
}

START_TEST(test_the_deadline_is_the_clients_less_10_s_and_not_less_than_half) {
    ck_assert_int_eq(time_to_work(60000), 50000);
    ck_assert_int_eq(time_to_work(20000), 10000);
    ck_assert_int_eq(time_to_work(8000), 4000);
    ck_assert_int_eq(time_to_work(20), 10);
}
END_TEST

START_TEST(test_without_a_deadline_of_the_client_there_are_55_minutes) {
    ck_assert_int_eq(time_to_work(CANCEL_NO_DEADLINE), 55 * 60000);
    ck_assert_int_eq(time_to_work((int64_t)10 * 3600 * 1000), 55 * 60000);
}
END_TEST

START_TEST(test_a_cancelled_call_cancels_its_work_for_the_same_reason) {
    struct fixture f;
    set_up(&f, NULL, 0);
    cancel_fire(&f.cancel, CANCEL_SHUTDOWN);
    run(&f, look_run);
    ck_assert_int_eq(work_reason, CANCEL_SHUTDOWN);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_malformed_request_is_refused_before_anything_is_done) {
    struct fixture f;
    set_up(&f, NULL, 0);
    fixture_call_bytes(&f, "CreateTable",
                       SLICE_LITERAL("\x12\x7F"
                                     "cut"));
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_uint_eq(log_capture_count(&f.log, "call_finished"), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_wrong_settings_are_a_task_that_names_them) {
    struct fixture f;
    set_up(&f, NULL, 0);
    fixture_setting(&f, "batch_size", "1e3");
    ran = false;
    run(&f, look_run);
    fixture_expect(&f, "task: ");
    ck_assert_ptr_nonnull(strstr(fixture_outcome(&f), "Batch size"));
    ck_assert(!ran);
    ck_assert_uint_eq(log_capture_count(&f.log, "3 call_finished outcome=task"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_missing_key_is_a_task) {
    struct fixture f;
    set_up(&f, NULL, 0);
    f.n_configuration = 0;
    fixture_setting(&f, "destination", "biggeo");
    run(&f, look_run);
    fixture_expect(&f, "task: ");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_records_key_is_in_the_answer_and_not_in_the_log) {
    struct fixture f;
    set_up(&f, NULL, 0);
    run(&f, fail_run);
    ck_assert_str_eq(fixture_outcome(&f), "task: record id=4711 is too large");
    ck_assert_uint_eq(log_capture_count(&f.log, "4711"), 0);
    ck_assert_uint_eq(log_capture_count(&f.log, "its key is in the answer only"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_closing_line_tells_table_outcome_and_counts) {
    struct fixture f;
    set_up(&f, NULL, 0);
    run(&f, notice_run);
    ck_assert_str_eq(fixture_outcome(&f), "warning: something to know");
    ck_assert_uint_eq(log_capture_count(&f.log, "call_finished"), 1);
    ck_assert_uint_eq(log_capture_count(&f.log,
                                        "1 call_finished outcome=warning rows=5 batches=2 bytes=99 "
                                        "requests=0 retries=0 seconds=0.000 table=\"s.t\"\n"),
                      1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_call_gives_its_connection_back) {
    struct fixture f;
    set_up(&f, NULL, 0);
    run(&f, look_run);
    struct http_client *first = http_pool_take(f.service.connections);
    http_pool_give(f.service.connections, first);
    run(&f, fail_run);
    struct http_client *second = http_pool_take(f.service.connections);
    ck_assert_ptr_eq(first, second);
    http_pool_give(f.service.connections, second);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("operation");
    TCase *tests = tcase_create("operation");
    tcase_add_test(tests, test_the_deadline_is_the_clients_less_10_s_and_not_less_than_half);
    tcase_add_test(tests, test_without_a_deadline_of_the_client_there_are_55_minutes);
    tcase_add_test(tests, test_a_cancelled_call_cancels_its_work_for_the_same_reason);
    tcase_add_test(tests, test_a_malformed_request_is_refused_before_anything_is_done);
    tcase_add_test(tests, test_wrong_settings_are_a_task_that_names_them);
    tcase_add_test(tests, test_a_missing_key_is_a_task);
    tcase_add_test(tests, test_a_records_key_is_in_the_answer_and_not_in_the_log);
    tcase_add_test(tests, test_the_closing_line_tells_table_outcome_and_counts);
    tcase_add_test(tests, test_a_call_gives_its_connection_back);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
