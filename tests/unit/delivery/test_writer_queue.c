#include "delivery/writer_queue.h"
#include "fake_session.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "support/suite.h"

struct fixture {
    struct fake_session session;
    struct fake_clock clock;
    struct log_capture log;
    struct notice notice;
    struct status status;
    struct writer_queue queue;
    struct dispatch dispatch;
    enum writer_stage stage;
};

static void set_up(struct fixture *f) {
    memset(f, 0, sizeof *f);
    fake_session_init(&f->session, 10, 1000);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    ck_assert(writer_queue_start(&f->queue, &f->clock.clock, &f->log.log, &f->status));
    f->dispatch = (struct dispatch){.session = &f->session.base,
                                    .table = &fake_table,
                                    .attempt = &f->session.attempt,
                                    .log = &f->log.log,
                                    .notice = &f->notice,
                                    .mutex = &f->queue.mutex,
                                    .report = &f->queue.report};
}

static void tear_down(struct fixture *f) {
    writer_queue_stop(&f->queue);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
    fake_session_clean_up(&f->session);
}

/* Sends a batch that holds text. */
static bool send(struct fixture *f, const char *text, bool last) {
    struct batch *batch = writer_queue_take_batch(&f->queue, &f->session.base.caps);
    ck_assert_ptr_nonnull(batch);
    buf_reset(&batch->body);
    buf_append_text(&batch->body, text);
    batch->n_records = 1;
    const struct writer_slot slot = {&f->dispatch, batch, last, &f->stage};
    bool ok = writer_queue_send(&f->queue, &slot, &f->status);
    if (!ok) {
        writer_queue_free_batch(batch);
    }
    return ok;
}

START_TEST(test_batches_go_out_in_order_and_the_last_finishes) {
    struct fixture f;
    set_up(&f);
    ck_assert(send(&f, "a", false) && send(&f, "b", false) && send(&f, "c", false));
    ck_assert(writer_queue_wait(&f.queue, &f.status));
    ck_assert_int_eq(f.stage, WRITER_OPEN);
    ck_assert(send(&f, "d", true) && writer_queue_wait(&f.queue, &f.status));
    ck_assert_int_eq(f.stage, WRITER_DURABLE);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "a\nb\nc\nd\n");
    ck_assert_uint_eq(f.session.n_finishes, 1);
    ck_assert_uint_eq(f.queue.report.records, 4);
    tear_down(&f);
}
END_TEST

START_TEST(test_few_batches_are_used_again_and_only_under_the_same_caps) {
    struct fixture f;
    set_up(&f);
    for (int i = 0; i < 20; i++) {
        ck_assert(send(&f, "x", false));
    }
    ck_assert(writer_queue_wait(&f.queue, &f.status));
    ck_assert_uint_le(f.queue.n_spares, WRITER_QUEUE_SPARES);
    ck_assert_uint_gt(f.queue.n_spares, 0);
    size_t before = f.queue.n_spares;
    const struct batch_caps others[] = {{11, 1000, 1000}, {10, 8 << 20, 8 << 20}};
    for (size_t i = 0; i < 2 && before > i; i++) { /* other caps: a new one, the spare is gone */
        struct batch *batch = writer_queue_take_batch(&f.queue, &others[i]);
        ck_assert_uint_eq(f.queue.n_spares, before - i - 1);
        ck_assert(batch_fits(batch, &others[i]));
        writer_queue_free_batch(batch);
    }
    tear_down(&f);
}
END_TEST

static enum verdict_kind refuse_second(struct fake_session *s, size_t post, struct slice body,
                                       bool repeatable) {
    (void)s;
    (void)body;
    (void)repeatable;
    return post == 1 ? VERDICT_REJECTED : VERDICT_DELIVERED;
}

START_TEST(test_lesson_30_a_failure_is_told_to_everybody_from_then_on) {
    struct fixture f;
    set_up(&f);
    f.session.answer = refuse_second;
    ck_assert(send(&f, "a", false) && send(&f, "b", true));
    ck_assert(!writer_queue_wait(&f.queue, &f.status));
    ck_assert_ptr_nonnull(strstr(f.status.message, "post 1"));
    ck_assert_int_eq(f.stage, WRITER_OPEN);
    f.status = STATUS_INIT;
    ck_assert(!writer_queue_check(&f.queue, &f.status));
    ck_assert_int_ne(f.status.code, STATUS_OK);
    ck_assert(!send(&f, "c", true));
    ck_assert_uint_eq(f.session.n_posts, 2);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_finish_that_fails_makes_nothing_durable) {
    struct fixture f;
    set_up(&f);
    f.session.finish_fails = true;
    ck_assert(send(&f, "a", true));
    ck_assert(!writer_queue_wait(&f.queue, &f.status));
    ck_assert_int_eq(f.stage, WRITER_OPEN);
    tear_down(&f);
}
END_TEST

static bool begins;

static bool begin_finish(struct write_session *session, struct status *status) {
    (void)session;
    return begins || status_fail(status, STATUS_TASK, "no wait begins");
}

START_TEST(test_a_finish_that_is_a_wait_begins_and_is_owed) {
    struct fixture f;
    set_up(&f);
    struct write_session_ops ops = *f.session.base.ops;
    ops.begin_finish = begin_finish;
    f.session.base.ops = &ops;
    begins = true;
    ck_assert(send(&f, "a", false) && send(&f, "b", true));
    ck_assert(writer_queue_wait(&f.queue, &f.status));
    ck_assert_int_eq(f.stage, WRITER_SENT);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    begins = false;
    ck_assert(send(&f, "c", true));
    ck_assert(!writer_queue_wait(&f.queue, &f.status));
    ck_assert_int_eq(f.stage, WRITER_OPEN);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_failure_names_its_table_once) {
    const struct table orders = {.schema = "shop", .name = "orders"};
    struct status status = STATUS_INIT;
    status_fail(&status, STATUS_TASK, "HTTP 400");
    writer_queue_name_table(&orders, &status);
    ck_assert_str_eq(status.message, "table shop.orders: HTTP 400");
    writer_queue_name_table(&orders, &status);
    ck_assert_str_eq(status.message, "table shop.orders: HTTP 400");
    status_fail(&status, STATUS_TASK, "Table shop.orders was removed.");
    writer_queue_name_table(&orders, &status);
    ck_assert_str_eq(status.message, "Table shop.orders was removed.");
}
END_TEST

START_TEST(test_progress_is_told_every_ten_seconds) {
    struct fixture f;
    set_up(&f);
    writer_queue_tell(&f.queue);
    ck_assert_uint_eq(log_capture_count(&f.log, "sending records="), 0);
    for (int i = 0; i < 3; i++) {
        fake_clock_advance(&f.clock, 5000);
        writer_queue_tell(&f.queue);
    }
    ck_assert_uint_eq(log_capture_count(&f.log, "sending records="), 1);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("writer_queue");
    TCase *tests = tcase_create("writer_queue");
    tcase_add_test(tests, test_batches_go_out_in_order_and_the_last_finishes);
    tcase_add_test(tests, test_few_batches_are_used_again_and_only_under_the_same_caps);
    tcase_add_test(tests, test_lesson_30_a_failure_is_told_to_everybody_from_then_on);
    tcase_add_test(tests, test_a_finish_that_fails_makes_nothing_durable);
    tcase_add_test(tests, test_a_finish_that_is_a_wait_begins_and_is_owed);
    tcase_add_test(tests, test_a_failure_names_its_table_once);
    tcase_add_test(tests, test_progress_is_told_every_ten_seconds);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
