#include "delivery/pipeline.h"
#include "fake_session.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "support/suite.h"

enum { MANY = 1000000 };

/* A source of the numbers 0 to n - 1, "bad" at one place, a failure at another. */
struct numbers {
    struct record_source source;
    int n, at, bad_at, fail_at;
    int rewinds;
    char text[16];
    struct cell cell;
};

static enum next numbers_next(struct record_source *source, struct record *record,
                              struct status *status) {
    struct numbers *s = (struct numbers *)source;
    if (s->at == s->fail_at) {
        status_fail(status, STATUS_DATA_LOSS, "file f: cut");
        return NEXT_FAILED;
    }
    if (s->at == s->n) {
        return NEXT_END;
    }
    snprintf(s->text, sizeof s->text, s->at == s->bad_at ? "bad" : "%d", s->at);
    s->cell = (struct cell){CELL_TEXT, slice_of(s->text)};
    *record = (struct record){.operation = RECORD_UPSERT,
                              .cells = &s->cell,
                              .file = "f.csv",
                              .line = (uint64_t)s->at + 2};
    s->at++;
    return NEXT_RECORD;
}

static bool numbers_rewind(struct record_source *source, struct status *status) {
    (void)status;
    ((struct numbers *)source)->at = 0;
    ((struct numbers *)source)->rewinds++;
    return true;
}

struct fixture {
    struct fake_session session;
    struct numbers numbers;
    struct fake_clock clock;
    struct log_capture log;
    struct cancel cancel;
    struct notice notice;
    struct delivery_report report;
    struct status status;
};

static void set_up(struct fixture *f, int n, size_t max_records) {
    memset(f, 0, sizeof *f);
    fake_session_init(&f->session, max_records, MANY);
    f->numbers = (struct numbers){
        .source = {numbers_next, numbers_rewind}, .n = n, .bad_at = -1, .fail_at = -1};
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    cancel_init(&f->cancel, &f->clock.clock, CANCEL_NO_DEADLINE);
}

static void tear_down(struct fixture *f) {
    fake_session_clean_up(&f->session);
    cancel_clean_up(&f->cancel);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

static bool run(struct fixture *f) {
    const struct pipeline pipeline = {
        .source = &f->numbers.source,
        .session = &f->session.base,
        .table = &fake_table,
        .attempt = &f->session.attempt,
        .cancel = &f->cancel,
        .clock = &f->clock.clock,
        .log = &f->log.log,
        .notice = &f->notice,
    };
    return pipeline_run(&pipeline, &f->report, &f->status);
}

START_TEST(test_an_empty_source_sends_nothing) {
    struct fixture f;
    set_up(&f, 0, 3);
    ck_assert(run(&f));
    ck_assert_uint_eq(f.session.n_posts, 0);
    ck_assert_uint_eq(f.session.n_begins, 0);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_batches_go_in_order_and_the_last_is_closed_as_such) {
    struct fixture f;
    set_up(&f, 7, 3);
    ck_assert(run(&f));
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<0,1,2>\n<3,4,5>\n<6,LAST>\n");
    ck_assert_uint_eq(f.session.n_finishes, 1);
    ck_assert_uint_eq(f.report.records, 7);
    ck_assert_uint_eq(f.report.batches, 3);
    ck_assert_uint_eq(f.report.bytes, 7 + 7 + 8);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_full_last_batch_is_last_all_the_same) {
    struct fixture f;
    set_up(&f, 6, 3);
    ck_assert(run(&f));
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<0,1,2>\n<3,4,5,LAST>\n");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_last_closing_that_does_not_fit_goes_alone) {
    struct fixture f;
    set_up(&f, 3, 3);
    f.session.base.caps.max_bytes = 7;
    ck_assert(run(&f));
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<0,1,2>\n<LAST>\n");
    tear_down(&f);
}
END_TEST

static enum verdict_kind unknown_at_first(struct fake_session *s, size_t post, struct slice body,
                                          bool repeatable) {
    (void)s;
    (void)body;
    (void)repeatable;
    return post == 1 ? VERDICT_UNKNOWN : VERDICT_DELIVERED;
}

START_TEST(test_lesson_33_unknown_starts_over_from_the_source) {
    struct fixture f;
    set_up(&f, 7, 3);
    f.session.answer = unknown_at_first;
    ck_assert(run(&f));
    ck_assert_uint_eq(f.session.n_begins, 2);
    ck_assert_int_eq(f.numbers.rewinds, 1);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<0,1,2>\n<3,4,5>\n<6,LAST>\n");
    ck_assert_uint_eq(f.report.records, 7);
    ck_assert_uint_eq(f.report.restarts, 1);
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

static enum verdict_kind unknown_unless_repeatable(struct fake_session *s, size_t post,
                                                   struct slice body, bool repeatable) {
    (void)s;
    (void)post;
    return body.len > 2 && body.data[1] == '3' && !repeatable ? VERDICT_UNKNOWN : VERDICT_DELIVERED;
}

START_TEST(test_after_three_restarts_the_batch_is_repeated_with_a_warning) {
    struct fixture f;
    set_up(&f, 7, 3);
    f.session.answer = unknown_unless_repeatable;
    ck_assert(run(&f));
    ck_assert_uint_eq(f.session.n_begins, 4);
    ck_assert_uint_eq(f.report.restarts, 3);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<0,1,2>\n<3,4,5>\n<6,LAST>\n");
    ck_assert_ptr_nonnull(strstr(f.notice.text, "twice"));
    ck_assert_ptr_nonnull(strstr(f.notice.text, "s.t"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_source_that_cannot_rewind_repeats_the_batch) {
    struct fixture f;
    set_up(&f, 7, 3);
    f.numbers.source.rewind = NULL;
    f.session.answer = unknown_unless_repeatable;
    ck_assert(run(&f));
    ck_assert_uint_eq(f.session.n_begins, 1);
    ck_assert_ptr_nonnull(strstr(f.notice.text, "twice"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_session_that_may_repeat_never_restarts) {
    struct fixture f;
    set_up(&f, 7, 3);
    f.session.base.on_unknown = ON_UNKNOWN_REPEAT;
    f.session.answer = unknown_unless_repeatable;
    ck_assert(run(&f));
    ck_assert_uint_eq(f.session.n_begins, 1);
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

static enum verdict_kind too_large_over_two(struct fake_session *s, size_t post, struct slice body,
                                            bool repeatable) {
    size_t commas = 0;
    (void)s;
    (void)post;
    (void)repeatable;
    for (size_t i = 0; i < body.len; i++) {
        commas += body.data[i] == ',';
    }
    return commas >= 2 ? VERDICT_TOO_LARGE : VERDICT_DELIVERED;
}

START_TEST(test_413_splits_in_order_until_it_fits) {
    struct fixture f;
    set_up(&f, 12, 8);
    f.session.answer = too_large_over_two;
    ck_assert(run(&f));
    ck_assert_str_eq(buf_cstr(&f.session.bodies),
                     "<0,1>\n<2,3>\n<4,5>\n<6,7>\n<8,9>\n<10>\n<11,LAST>\n");
    ck_assert_uint_eq(f.report.records, 12);
    ck_assert_uint_eq(f.report.batches, 7);
    tear_down(&f);
}
END_TEST

static enum verdict_kind too_large_with_five(struct fake_session *s, size_t post, struct slice body,
                                             bool repeatable) {
    (void)s;
    (void)post;
    (void)repeatable;
    return memchr(body.data, '5', body.len) ? VERDICT_TOO_LARGE : VERDICT_DELIVERED;
}

START_TEST(test_413_of_a_record_alone_is_a_task_with_its_key) {
    struct fixture f;
    set_up(&f, 9, 4);
    f.session.answer = too_large_with_five;
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "s.t"));
    ck_assert_ptr_nonnull(strstr(f.status.message, "c=5"));
    ck_assert(f.status.names_record);
    ck_assert_uint_eq(f.session.n_finishes, 0);
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

START_TEST(test_lesson_29_one_failed_request_fails_the_call_and_stops_it) {
    struct fixture f;
    set_up(&f, 3000, 3);
    f.session.answer = refuse_second;
    ck_assert(!run(&f));
    ck_assert_ptr_nonnull(strstr(f.status.message, "post 1"));
    ck_assert_uint_eq(f.session.n_posts, 2);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

static enum verdict_kind give_up(struct fake_session *s, size_t post, struct slice body,
                                 bool repeatable) {
    (void)s;
    (void)post;
    (void)body;
    (void)repeatable;
    return VERDICT_RETRY;
}

START_TEST(test_lesson_30_gave_up_is_a_failure) {
    struct fixture f;
    set_up(&f, 1, 3);
    f.session.answer = give_up;
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_failed_finish_fails_the_call) {
    struct fixture f;
    set_up(&f, 1, 3);
    f.session.finish_fails = true;
    ck_assert(!run(&f));
    ck_assert_str_eq(f.status.message, "the final was lost");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_broken_file_finishes_nothing) {
    struct fixture f;
    set_up(&f, 10, 3);
    f.numbers.fail_at = 8;
    ck_assert(!run(&f));
    ck_assert_str_eq(f.status.message, "file f: cut");
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_bad_value_names_file_and_line) {
    struct fixture f;
    set_up(&f, 10, 3);
    f.numbers.bad_at = 4;
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(f.status.message, "file f.csv, line 6: "));
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_fired_cancel_stops_the_reading) {
    struct fixture f;
    set_up(&f, MANY, 100);
    cancel_fire(&f.cancel, CANCEL_CALLER);
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_CANCELLED);
    ck_assert_int_lt(f.numbers.at, MANY);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

static enum verdict_kind slow(struct fake_session *s, size_t post, struct slice body,
                              bool repeatable) {
    (void)post;
    (void)body;
    (void)repeatable;
    fake_clock_advance((struct fake_clock *)(void *)s->attempt.shared, 4000);
    return VERDICT_DELIVERED;
}

START_TEST(test_progress_is_logged_every_ten_seconds) {
    struct fixture f;
    set_up(&f, 300, 3);
    f.session.answer = slow;
    f.session.attempt.shared = (struct delivery_shared *)(void *)&f.clock;
    ck_assert(run(&f));
    /* 100 posts of 4 s: a line each 10 s or a little more. */
    size_t lines = log_capture_count(&f.log, "sending records=");
    ck_assert_uint_ge(lines, 25);
    ck_assert_uint_le(lines, 40);
    tear_down(&f);
}
END_TEST

/* --- a session that wants to know how much will come --- */

static struct write_session_ops expecting;
static uint64_t expected;
static size_t n_expects;

static void expect(struct write_session *session, uint64_t n_records) {
    ck_assert_uint_eq(((struct fake_session *)session)->n_begins, 0);
    expected = n_records;
    n_expects++;
}

static void set_up_expecting(struct fixture *f, int n) {
    set_up(f, n, 3);
    expecting = *f->session.base.ops;
    expecting.expect = expect;
    f->session.base.ops = &expecting;
    expected = UINT64_MAX;
    n_expects = 0;
}

START_TEST(test_the_session_is_told_once_how_much_will_come) {
    struct fixture f;
    set_up_expecting(&f, 1000);
    ck_assert(run(&f));
    ck_assert_uint_eq(expected, 1000);
    ck_assert_uint_eq(n_expects, 1);
    ck_assert_int_eq(f.numbers.rewinds, 1);
    ck_assert_uint_eq(f.report.records, 1000);
    ck_assert_uint_eq(f.report.restarts, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_source_that_cannot_rewind_is_not_counted) {
    struct fixture f;
    set_up_expecting(&f, 5);
    f.numbers.source.rewind = NULL;
    ck_assert(run(&f));
    ck_assert_uint_eq(n_expects, 0);
    ck_assert_uint_eq(f.report.records, 5);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_file_that_breaks_while_counting_sends_nothing) {
    struct fixture f;
    set_up_expecting(&f, 5);
    f.numbers.fail_at = 4;
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_DATA_LOSS);
    ck_assert_uint_eq(f.session.n_posts, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_counting_can_be_cancelled) {
    struct fixture f;
    set_up_expecting(&f, MANY);
    cancel_fire(&f.cancel, CANCEL_CALLER);
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_CANCELLED);
    ck_assert_int_lt(f.numbers.at, 1000);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pipeline");
    TCase *tests = tcase_create("pipeline");
    tcase_add_test(tests, test_an_empty_source_sends_nothing);
    tcase_add_test(tests, test_batches_go_in_order_and_the_last_is_closed_as_such);
    tcase_add_test(tests, test_a_full_last_batch_is_last_all_the_same);
    tcase_add_test(tests, test_a_last_closing_that_does_not_fit_goes_alone);
    tcase_add_test(tests, test_lesson_33_unknown_starts_over_from_the_source);
    tcase_add_test(tests, test_after_three_restarts_the_batch_is_repeated_with_a_warning);
    tcase_add_test(tests, test_a_source_that_cannot_rewind_repeats_the_batch);
    tcase_add_test(tests, test_a_session_that_may_repeat_never_restarts);
    tcase_add_test(tests, test_413_splits_in_order_until_it_fits);
    tcase_add_test(tests, test_413_of_a_record_alone_is_a_task_with_its_key);
    tcase_add_test(tests, test_lesson_29_one_failed_request_fails_the_call_and_stops_it);
    tcase_add_test(tests, test_lesson_30_gave_up_is_a_failure);
    tcase_add_test(tests, test_a_failed_finish_fails_the_call);
    tcase_add_test(tests, test_a_broken_file_finishes_nothing);
    tcase_add_test(tests, test_a_bad_value_names_file_and_line);
    tcase_add_test(tests, test_a_fired_cancel_stops_the_reading);
    tcase_add_test(tests, test_progress_is_logged_every_ten_seconds);
    tcase_add_test(tests, test_the_session_is_told_once_how_much_will_come);
    tcase_add_test(tests, test_a_source_that_cannot_rewind_is_not_counted);
    tcase_add_test(tests, test_a_file_that_breaks_while_counting_sends_nothing);
    tcase_add_test(tests, test_counting_can_be_cancelled);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
