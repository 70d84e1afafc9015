#include "frontends/fivetran/handlers.h"
#include "handlers_fixture.h"
#include "support/suite.h"

static const struct peer_step accepting[] = {FIXTURE_ACCEPTED};

/* A source of n_records records of the one column. */
struct source {
    struct record_source source;
    int n_records;
    int at;
    char text[16];
    struct cell cell;
};

static enum next source_next(struct record_source *base, struct record *record,
                             struct status *status) {
    struct source *s = (struct source *)base;
    (void)status;
    if (s->at == s->n_records) {
        return NEXT_END;
    }
    snprintf(s->text, sizeof s->text, "%d", s->at++);
    s->cell = (struct cell){CELL_TEXT, slice_of(s->text)};
    *record = (struct record){.operation = RECORD_UPSERT, .cells = &s->cell};
    return NEXT_RECORD;
}

static int n_records;
static const char *value_text; /* instead of the numbers; NULL: they */

static enum next value_next(struct record_source *base, struct record *record,
                            struct status *status) {
    enum next next = source_next(base, record, status);
    ((struct source *)base)->cell.text = slice_of(value_text);
    return next;
}

static bool write_run(struct call *call, const ProtobufCMessage *request, struct answer *answer,
                      struct status *status) {
    static const struct column column = {.name = "id", .type = COLUMN_DOUBLE, .primary_key = true};
    const struct table table = {"s", "t", &column, 1};
    struct source source = {.source = {value_text ? value_next : source_next, NULL},
                            .n_records = n_records};
    (void)request;
    (void)answer;
    return rewrite_write(&call->rewrite, &table, &source.source, status);
}

/* Writes n records as the work of a CreateTable call. */
static void write(struct fixture *f, int n, const char *value) {
    struct operation operation = OPERATION_CREATE_TABLE;
    FivetranSdk__V2__CreateTableRequest m = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    struct buf bytes;
    buf_init(&bytes, FIXTURE_BYTES);
    CONFIGURE(f, &m);
    ck_assert(message_pack(&m.base, &bytes));
    struct rpc rpc = {.method = "CreateTable",
                      .request = buf_slice(&bytes),
                      .cancel = &f->cancel,
                      .log = &f->log.log};
    operation.run = write_run;
    n_records = n;
    value_text = value;
    operation_run(&operation, &f->service, &rpc, &f->response, &f->status);
    buf_clean_up(&bytes);
}

START_TEST(test_records_are_posted_made_durable_and_reported) {
    struct fixture f;
    SET_UP(&f, accepting);
    fixture_setting(&f, "batch_size", "2");
    write(&f, 3, NULL);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 3);
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 0), "\"id\":1"));
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 1), "\"id\":2"));
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 1), "{\"type\":\"STATE\""));
    ck_assert_ptr_nonnull(strstr(fixture_body(&f, 2), "\"is_final\":true"));
    ck_assert_uint_eq(log_capture_count(&f.log, "outcome=ok rows=3 batches=2"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_no_records_are_no_requests) {
    struct fixture f;
    SET_UP(&f, accepting);
    write(&f, 0, NULL);
    ck_assert_str_eq(fixture_outcome(&f), "success");
    ck_assert_uint_eq(http_peer_requests(f.peer), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_what_encoding_changed_is_a_warning) {
    struct fixture f;
    SET_UP(&f, accepting);
    write(&f, 2, "NaN");
    fixture_expect(&f, "warning: Table s.t: 2 values");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_value_that_its_type_forbids_is_data_loss_without_a_final) {
    struct fixture f;
    SET_UP(&f, accepting);
    write(&f, 1, "seven");
    fixture_expect(&f,
                   "status data_loss: table s.t: nothing of this batch was kept: column \"id\"");
    ck_assert_uint_eq(http_peer_requests(f.peer), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_30_an_api_that_is_down_is_unavailable) {
    struct fixture f;
    set_up(&f, NULL, 0);
    write(&f, 1, NULL);
    fixture_expect(&f, "status unavailable: ");
    ck_assert_uint_eq(log_capture_count(&f.log, "outcome=unavailable rows=0"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_refused_batch_is_a_task_with_biggeos_words) {
    static const struct peer_step refusing[] = {
        {.body = "{\"success\":false,\"message\":\"no room\"}"}};
    struct fixture f;
    SET_UP(&f, refusing);
    write(&f, 1, NULL);
    fixture_expect(&f, "task: ");
    ck_assert_ptr_nonnull(strstr(fixture_outcome(&f), "no room"));
    ck_assert_uint_eq(http_peer_requests(f.peer), 1);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("rewrite_biggeo");
    TCase *tests = tcase_create("rewrite_biggeo");
    tcase_add_test(tests, test_records_are_posted_made_durable_and_reported);
    tcase_add_test(tests, test_no_records_are_no_requests);
    tcase_add_test(tests, test_what_encoding_changed_is_a_warning);
    tcase_add_test(tests, test_a_value_that_its_type_forbids_is_data_loss_without_a_final);
    tcase_add_test(tests, test_lesson_30_an_api_that_is_down_is_unavailable);
    tcase_add_test(tests, test_a_refused_batch_is_a_task_with_biggeos_words);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
