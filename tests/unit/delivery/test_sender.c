#include "delivery/sender.h"
#include "fake_session.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "support/suite.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { ROOM = 1000 };

struct fixture {
    struct fake_session session; /* first: answers find the rest behind it */
    struct fake_clock clock;
    struct log_capture log;
    struct notice notice;
    struct pipeline pipeline;
    struct delivery_report report;
    struct status status;
    struct sender sender;
    pid_t main_thread;
    atomic_bool asking; /* the main thread is about to wait for a free batch */
    atomic_bool got_one;
    atomic_uint delivered;
};

static void set_up(struct fixture *f, bool may_restart) {
    memset(f, 0, sizeof *f);
    fake_session_init(&f->session, 100, ROOM);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    f->pipeline = (struct pipeline){.session = &f->session.base,
                                    .table = &fake_table,
                                    .attempt = &f->session.attempt,
                                    .clock = &f->clock.clock,
                                    .log = &f->log.log,
                                    .notice = &f->notice};
    f->main_thread = gettid();
    ck_assert(sender_start(&f->sender, &f->pipeline, may_restart, &f->report, &f->status));
}

static void tear_down(struct fixture *f) {
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
    fake_session_clean_up(&f->session);
}

/* Fills a free batch with n records "a", "b", … from first on, and hands it over. */
static void send(struct fixture *f, char first, int n, bool last) {
    struct batcher batcher;
    struct batch *batch = sender_free_batch(&f->sender);
    ck_assert_ptr_nonnull(batch);
    batcher_init(&batcher, &f->session.base, &fake_table, NULL);
    ck_assert(batcher_start(&batcher, batch, &f->status));
    for (int i = 0; i < n; i++) {
        char text = (char)(first + i);
        const struct cell cell = {CELL_TEXT, slice_make(&text, 1)};
        const struct record record = {.operation = RECORD_UPSERT, .cells = &cell};
        ck_assert_int_eq(batcher_add(&batcher, &record, &f->status), BATCHER_ADDED);
    }
    batch_close(batch, &f->session.base, last);
    batcher_clean_up(&batcher);
    sender_send(&f->sender, last);
}

START_TEST(test_batches_are_posted_in_order_and_the_session_finished_once) {
    struct fixture f;
    set_up(&f, true);
    for (int i = 0; i < 5; i++) {
        send(&f, (char)('a' + 2 * i), 2, i == 4);
    }
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_GOES_ON);
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b>\n<c,d>\n<e,f>\n<g,h>\n<i,j,LAST>\n");
    ck_assert_uint_eq(f.session.n_finishes, 1);
    ck_assert_uint_eq(f.report.records, 10);
    ck_assert_uint_eq(f.report.batches, 5);
    ck_assert(f.report.finishing);
    ck_assert_uint_eq(log_capture_count(&f.log, "batch_delivered verdict=delivered records=2"), 5);
    tear_down(&f);
}
END_TEST

/* Whether the main thread is asleep: it can only be in the one place it went to. */
static bool main_sleeps(const struct fixture *f) {
    char path[64];
    char state = '?';
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)f->main_thread);
    FILE *file = fopen(path, "r");
    if (file) {
        ck_assert_int_eq(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
        fclose(file);
    }
    return state == 'S';
}

static enum verdict_kind hold_until_main_waits(struct fake_session *s, size_t post,
                                               struct slice body, bool repeatable) {
    struct fixture *f = (struct fixture *)s;
    (void)body;
    (void)repeatable;
    while (post == 0 && !atomic_load(&f->got_one) && !(atomic_load(&f->asking) && main_sleeps(f))) {
        sched_yield();
    }
    atomic_fetch_add(&f->delivered, 1);
    return VERDICT_DELIVERED;
}

START_TEST(test_lesson_35_two_batches_are_in_flight_and_no_more) {
    struct fixture f;
    set_up(&f, true);
    f.session.answer = hold_until_main_waits;
    send(&f, 'a', 1, false);
    send(&f, 'b', 1, false);
    atomic_store(&f.asking, true);
    struct batch *batch = sender_free_batch(&f.sender);
    ck_assert_uint_ge(atomic_load(&f.delivered), 1);
    atomic_store(&f.got_one, true);
    ck_assert_ptr_eq(batch, &f.sender.slots[0].batch); /* the one that is through */
    sender_stop(&f.sender);
    tear_down(&f);
}
END_TEST

static enum verdict_kind hold_until_stopped(struct fake_session *s, size_t post, struct slice body,
                                            bool repeatable) {
    struct sender *sender = &((struct fixture *)s)->sender;
    (void)post;
    (void)body;
    (void)repeatable;
    atomic_store(&((struct fixture *)s)->asking, true);
    for (bool closing = false; !closing; sched_yield()) {
        pthread_mutex_lock(&sender->mutex);
        closing = sender->closing;
        pthread_mutex_unlock(&sender->mutex);
    }
    return VERDICT_DELIVERED;
}

START_TEST(test_a_stop_ends_behind_the_request_under_way) {
    struct fixture f;
    set_up(&f, true);
    f.session.answer = hold_until_stopped;
    send(&f, 'a', 1, false);
    send(&f, 'b', 1, true);
    while (!atomic_load(&f.asking)) {
        sched_yield();
    }
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a>\n");
    ck_assert_uint_eq(f.session.n_posts, 1);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_stop_of_an_idle_sender_sends_nothing) {
    struct fixture f;
    set_up(&f, true);
    sender_stop(&f.sender);
    ck_assert_uint_eq(f.session.n_posts, 0);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    tear_down(&f);
}
END_TEST

static enum verdict_kind lose_first(struct fake_session *s, size_t post, struct slice body,
                                    bool repeatable) {
    (void)s;
    (void)body;
    (void)repeatable;
    return post == 0 ? VERDICT_UNKNOWN : VERDICT_DELIVERED;
}

START_TEST(test_an_unknown_outcome_asks_for_a_restart_and_gives_no_batch) {
    struct fixture f;
    set_up(&f, true);
    f.session.answer = lose_first;
    send(&f, 'a', 1, false);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_RESTART);
    ck_assert_ptr_null(sender_free_batch(&f.sender));
    sender_stop(&f.sender);
    ck_assert_uint_eq(f.session.n_posts, 1);
    ck_assert_uint_eq(f.report.records, 0);
    ck_assert(!f.report.finishing);
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_without_a_restart_the_batch_is_repeated_with_one_notice) {
    struct fixture f;
    set_up(&f, false);
    f.session.answer = lose_first;
    send(&f, 'a', 1, true);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_GOES_ON);
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,LAST>\n");
    ck_assert_uint_eq(f.session.n_posts, 2);
    ck_assert_uint_eq(f.report.records, 1);
    ck_assert_ptr_nonnull(strstr(f.notice.text, "table s.t may have been stored twice"));
    tear_down(&f);
}
END_TEST

static enum verdict_kind too_large_over_two(struct fake_session *s, size_t post, struct slice body,
                                            bool repeatable) {
    (void)s;
    (void)post;
    (void)repeatable;
    size_t commas = 0;
    for (size_t i = 0; i < body.len; i++) {
        commas += body.data[i] == ',';
    }
    return commas > 1 ? VERDICT_TOO_LARGE : VERDICT_DELIVERED;
}

START_TEST(test_a_split_keeps_the_order_and_what_is_queued_behind) {
    struct fixture f;
    set_up(&f, true);
    f.session.answer = too_large_over_two;
    send(&f, 'a', 5, false);
    send(&f, 'x', 1, true);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_GOES_ON);
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b>\n<c>\n<d,e>\n<x,LAST>\n");
    ck_assert_uint_eq(f.report.records, 6);
    ck_assert_uint_eq(f.report.batches, 4);
    ck_assert_uint_eq(f.session.n_finishes, 1);
    tear_down(&f);
}
END_TEST

static enum verdict_kind refuse(struct fake_session *s, size_t post, struct slice body,
                                bool repeatable) {
    (void)s;
    (void)post;
    (void)body;
    (void)repeatable;
    return VERDICT_TOO_LARGE;
}

START_TEST(test_a_record_refused_alone_names_its_key_for_the_customer_only) {
    struct fixture f;
    set_up(&f, true);
    f.session.answer = refuse;
    send(&f, 'q', 1, true);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_FAILED);
    sender_stop(&f.sender);
    ck_assert_int_eq(f.sender.status.code, STATUS_TASK);
    ck_assert(f.sender.status.names_record);
    ck_assert_ptr_nonnull(strstr(f.sender.status.message, "key c=q"));
    ck_assert_uint_eq(log_capture_count(&f.log, "c=q"), 0);
    ck_assert_uint_eq(log_capture_count(&f.log, "2 batch_not_delivered"), 1);
    tear_down(&f);
}
END_TEST

/* --- batches of several requests --- */

/* Each batch is posted, and then each of its bytes between the brackets follows by itself. */
static size_t n_followed;
static size_t n_explained;
static struct write_session_ops following;

static bool follow(struct write_session *session, struct api_call *call) {
    struct fake_session *s = (struct fake_session *)session;
    static char one[2];
    if (s->body.len > 1) {
        n_followed = 0;
        s->rest = slice_make(s->body.data + 1, s->body.len - 2);
    }
    if (n_followed == s->rest.len) {
        return false;
    }
    one[0] = s->rest.data[n_followed++];
    s->body = slice_of(one);
    *call = (struct api_call){.context = s};
    return true;
}

static void explain(struct write_session *session, struct status *status) {
    (void)session;
    n_explained++;
    status_context(status, "explained");
}

static void set_up_following(struct fixture *f) {
    set_up(f, true);
    following = *f->session.base.ops;
    following.follow = follow;
    following.explain = explain;
    n_explained = 0;
    f->session.base.on_unknown = ON_UNKNOWN_REPEAT;
    f->session.base.ops = &following; /* before the thread is given anything */
}

START_TEST(test_requests_follow_until_the_batch_is_through) {
    struct fixture f;
    set_up_following(&f);
    send(&f, 'a', 2, false);
    send(&f, 'x', 1, false);
    send(&f, 'z', 0, true);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_GOES_ON);
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b>\na\n,\nb\n<x>\nx\n<LAST>\nL\nA\nS\nT\n");
    ck_assert_uint_eq(f.report.records, 3);
    ck_assert_uint_eq(f.report.batches, 3);
    ck_assert_uint_eq(log_capture_count(&f.log, "verdict=delivered records=2"), 1);
    ck_assert_uint_eq(log_capture_count(&f.log, "tries=4"), 1);
    ck_assert_uint_eq(n_explained, 0);
    tear_down(&f);
}
END_TEST

static enum verdict_kind fail_third(struct fake_session *s, size_t post, struct slice body,
                                    bool repeatable) {
    (void)s;
    (void)body;
    ck_assert(repeatable); /* what follows is as repeatable as the post */
    return post == 2 ? VERDICT_UNKNOWN : VERDICT_DELIVERED;
}

START_TEST(test_lesson_29_a_follower_that_fails_fails_the_batch) {
    struct fixture f;
    set_up_following(&f);
    f.session.answer = fail_third;
    send(&f, 'a', 2, false);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_FAILED);
    sender_stop(&f.sender);
    ck_assert_str_eq(buf_cstr(&f.session.bodies), "<a,b>\na\n");
    ck_assert_uint_eq(f.report.records, 0);
    ck_assert_uint_eq(f.session.n_finishes, 0);
    ck_assert_uint_eq(n_explained, 1);
    ck_assert_str_eq(f.sender.status.message, "explained: answer 3 to post 2");
    tear_down(&f);
}
END_TEST

static enum verdict_kind cancelled(struct fake_session *s, size_t post, struct slice body,
                                   bool repeatable) {
    (void)s;
    (void)post;
    (void)body;
    (void)repeatable;
    return VERDICT_CANCELLED;
}

START_TEST(test_a_cancelled_call_is_not_explained) {
    struct fixture f;
    set_up_following(&f);
    f.session.answer = cancelled;
    send(&f, 'a', 2, false);
    ck_assert_int_eq(sender_wait(&f.sender), SENDER_FAILED);
    sender_stop(&f.sender);
    ck_assert_uint_eq(n_explained, 0);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("sender");
    TCase *tests = tcase_create("sender");
    tcase_add_test(tests, test_batches_are_posted_in_order_and_the_session_finished_once);
    tcase_add_test(tests, test_lesson_35_two_batches_are_in_flight_and_no_more);
    tcase_add_test(tests, test_a_stop_ends_behind_the_request_under_way);
    tcase_add_test(tests, test_a_stop_of_an_idle_sender_sends_nothing);
    tcase_add_test(tests, test_an_unknown_outcome_asks_for_a_restart_and_gives_no_batch);
    tcase_add_test(tests, test_without_a_restart_the_batch_is_repeated_with_one_notice);
    tcase_add_test(tests, test_a_split_keeps_the_order_and_what_is_queued_behind);
    tcase_add_test(tests, test_a_record_refused_alone_names_its_key_for_the_customer_only);
    tcase_add_test(tests, test_requests_follow_until_the_batch_is_through);
    tcase_add_test(tests, test_lesson_29_a_follower_that_fails_fails_the_batch);
    tcase_add_test(tests, test_a_cancelled_call_is_not_explained);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
