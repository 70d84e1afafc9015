#include "delivery/dispatch.h"
#include "fake_session.h"
#include "support/log_capture.h"
#include "support/suite.h"

enum { ROOM = 1000 };

struct fixture {
    struct fake_session session;
    struct log_capture log;
    struct notice notice;
    struct delivery_report report;
    struct status status;
    pthread_mutex_t mutex;
    struct dispatch dispatch;
    struct batch batch;
};

/* A closed batch of the records "a", "b", … */
static void set_up(struct fixture *f, int n) {
    memset(f, 0, sizeof *f);
    fake_session_init(&f->session, 100, ROOM);
    log_capture_init(&f->log, LOG_DEBUG);
    pthread_mutex_init(&f->mutex, NULL);
    f->dispatch = (struct dispatch){.session = &f->session.base,
                                    .table = &fake_table,
                                    .attempt = &f->session.attempt,
                                    .log = &f->log.log,
                                    .notice = &f->notice,
                                    .mutex = &f->mutex,
                                    .report = &f->report};
    struct batcher batcher;
    ck_assert(batch_init(&f->batch, &f->session.base.caps));
    batcher_init(&batcher, &f->session.base, &fake_table, NULL);
    ck_assert(batcher_start(&batcher, &f->batch, &f->status));
    for (int i = 0; i < n; i++) {
        char text = (char)('a' + i);
        const struct cell cell = {CELL_TEXT, slice_make(&text, 1)};
        const struct record record = {.operation = RECORD_UPSERT, .cells = &cell};
        ck_assert_int_eq(batcher_add(&batcher, &record, &f->status), BATCHER_ADDED);
    }
    batch_close(&f->batch, &f->session.base, true);
    batcher_clean_up(&batcher);
}

static void tear_down(struct fixture *f) {
    batch_clean_up(&f->batch);
    pthread_mutex_destroy(&f->mutex);
    log_capture_clean_up(&f->log);
    fake_session_clean_up(&f->session);
}

static enum sender_outcome run(struct fixture *f) {
    return dispatch_batch(&f->dispatch, &f->batch, true, &f->status);
}

START_TEST(test_a_delivered_batch_is_counted) {
    struct fixture f;
    set_up(&f, 3);
    ck_assert_int_eq(run(&f), SENDER_GOES_ON);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b,c,LAST>\n");
    ck_assert_uint_eq(f.report.records, 3);
    ck_assert_uint_eq(f.report.batches, 1);
    ck_assert_uint_eq(f.report.bytes, strlen("<a,b,c,LAST>"));
    tear_down(&f);
}
END_TEST

static enum verdict_kind too_large_above_two(struct fake_session *s, size_t post, struct slice body,
                                             bool repeatable) {
    (void)s;
    (void)post;
    (void)repeatable;
    return body.len > strlen("<a,b,LAST>") ? VERDICT_TOO_LARGE : VERDICT_DELIVERED;
}

START_TEST(test_a_413_halves_until_it_fits_and_keeps_the_order) {
    struct fixture f;
    set_up(&f, 5);
    f.session.answer = too_large_above_two;
    ck_assert_int_eq(run(&f), SENDER_GOES_ON);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b>\n<c>\n<d,e,LAST>\n");
    ck_assert_uint_eq(f.report.records, 5);
    tear_down(&f);
}
END_TEST

static enum verdict_kind always_too_large(struct fake_session *s, size_t post, struct slice body,
                                          bool repeatable) {
    (void)s;
    (void)post;
    (void)body;
    (void)repeatable;
    return VERDICT_TOO_LARGE;
}

START_TEST(test_lesson_21_a_lone_record_that_is_too_large_is_named) {
    struct fixture f;
    set_up(&f, 2);
    f.session.answer = always_too_large;
    ck_assert_int_eq(run(&f), SENDER_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert(f.status.names_record);
    ck_assert_ptr_nonnull(strstr(f.status.message, "key c=a"));
    ck_assert_uint_eq(f.report.records, 0);
    tear_down(&f);
}
END_TEST

static enum verdict_kind unknown_once(struct fake_session *s, size_t post, struct slice body,
                                      bool repeatable) {
    (void)s;
    (void)body;
    ck_assert_int_eq(repeatable, post > 0);
    return post == 0 ? VERDICT_UNKNOWN : VERDICT_DELIVERED;
}

START_TEST(test_lesson_33_unknown_asks_for_a_restart_where_that_is_possible) {
    struct fixture f;
    set_up(&f, 1);
    f.session.answer = unknown_once;
    f.dispatch.may_restart = true;
    ck_assert_int_eq(run(&f), SENDER_RESTART);
    ck_assert_uint_eq(f.session.n_posts, 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_33_unknown_is_repeated_with_one_warning_where_it_is_not) {
    struct fixture f;
    set_up(&f, 1);
    f.session.answer = unknown_once;
    ck_assert_int_eq(run(&f), SENDER_GOES_ON);
    ck_assert_ptr_nonnull(strstr(f.notice.text, "s.t may have been stored twice"));
    size_t len = strlen(f.notice.text);
    f.session.n_posts = 0;
    ck_assert_int_eq(run(&f), SENDER_GOES_ON);
    ck_assert_uint_eq(strlen(f.notice.text), len);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dispatch");
    TCase *tests = tcase_create("dispatch");
    tcase_add_test(tests, test_a_delivered_batch_is_counted);
    tcase_add_test(tests, test_a_413_halves_until_it_fits_and_keeps_the_order);
    tcase_add_test(tests, test_lesson_21_a_lone_record_that_is_too_large_is_named);
    tcase_add_test(tests, test_lesson_33_unknown_asks_for_a_restart_where_that_is_possible);
    tcase_add_test(tests, test_lesson_33_unknown_is_repeated_with_one_warning_where_it_is_not);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
