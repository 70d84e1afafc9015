/* attempt.h again: calls that keep a pace. */
#include "delivery/attempt.h"
#include "support/fake_clock.h"
#include "support/http_peer.h"
#include "support/log_capture.h"
#include "support/scripted_random.h"
#include "support/suite.h"

#include <pthread.h>

enum { MINUTE = 60 * 1000 };

static struct fake_clock fake;
static struct scripted_random scripted;
static struct log_capture capture;
static struct delivery_shared *shared;
static struct http_client *client;
static struct cancel cancel;
static struct attempt attempt;
static struct verdict verdict;
static struct http_peer *peer;
static struct api_call call;

static void set_deadline(int64_t in_ms) {
    cancel_clean_up(&cancel);
    cancel_init(&cancel, &fake.clock, fake_clock_now(&fake) + in_ms);
}

static void set_up(void) {
    ck_assert(http_global_init());
    fake_clock_init(&fake);
    scripted_random_init(&scripted, UINT64_C(0x9E3779B97F4A7C15));
    log_capture_init(&capture, LOG_DEBUG);
    shared = delivery_shared_new(&fake.clock, &scripted.random);
    client = http_client_new();
    ck_assert(shared && client);
    cancel_init(&cancel, &fake.clock, CANCEL_NO_DEADLINE);
    attempt_init(&attempt, shared, client, &cancel, &capture.log, ATTEMPT_POLICY_DEFAULT);
}

static void tear_down(void) {
    cancel_clean_up(&cancel);
    http_client_destroy(client);
    delivery_shared_destroy(shared);
    http_peer_stop(peer);
    log_capture_clean_up(&capture);
    fake_clock_clean_up(&fake);
    http_global_clean_up();
}

static void start(const struct peer_step *steps, size_t n) {
    peer = http_peer_start(steps, n);
    call = (struct api_call){
        .request = {.method = HTTP_POST, .url = http_peer_url(peer, "/document")},
        .what = "post-document",
        .pace = {.key = "workspace", .max = 2, .window_ms = MINUTE},
    };
}

#define START(steps) start((steps), sizeof(steps) / sizeof((steps)[0]))

static bool perform(void) {
    return api_perform(&attempt.api, &call, NULL, &verdict);
}

START_TEST(test_a_paced_call_waits_for_its_place) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    for (int i = 0; i < 5; i++) {
        ck_assert(perform());
    }
    ck_assert_int_eq(fake_clock_slept(&fake), 2 * MINUTE);
    ck_assert_int_eq(attempt.counts.waited_ms, 2 * MINUTE);
    ck_assert_uint_eq(attempt.counts.requests, 5);
    ck_assert_uint_eq(attempt.counts.retries, 0); /* waiting is no try */
    ck_assert_uint_eq(log_capture_count(&capture, "waiting what=\"post-document\" left_s=50"), 2);
    ck_assert_uint_eq(log_capture_count(&capture, "1 waiting"), 12);
    call.pace.key = NULL;
    ck_assert(perform()); /* others do not wait */
    ck_assert_int_eq(fake_clock_slept(&fake), 2 * MINUTE);
}
END_TEST

START_TEST(test_attempts_share_the_window) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct attempt other;
    attempt_init(&other, shared, client, NULL, NULL, ATTEMPT_POLICY_DEFAULT);
    ck_assert(perform());
    ck_assert(perform());
    ck_assert(api_perform(&other.api, &call, NULL, &verdict));
    ck_assert_int_eq(other.counts.waited_ms, MINUTE);
}
END_TEST

START_TEST(test_a_retry_takes_a_place_of_its_own) {
    const struct peer_step steps[] = {{.status = 503}, {.status = 503}, {.status = 200}};
    START(steps);
    ck_assert(perform());
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE); /* the backoffs are part of it */
    ck_assert_uint_eq(attempt.counts.requests, 3);
}
END_TEST

START_TEST(test_lesson_32_a_429_waits_as_long_as_the_window_needs) {
    const struct peer_step steps[] = {{.status = 200}, {.status = 429}, {.status = 200}};
    START(steps);
    ck_assert(perform());
    fake_clock_advance(&fake, 7000);
    call.pace.max = 100; /* more than the API allows */
    ck_assert(perform());
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE - 7000);
    ck_assert_uint_eq(attempt.counts.requests, 3);
    ck_assert_uint_eq(log_capture_count(&capture, "verdict=throttled status=429"), 1);
}
END_TEST

START_TEST(test_retry_after_wins_over_the_window) {
    const struct peer_step steps[] = {
        {.status = 200}, {.status = 429, .headers = "Retry-After: 3\r\n"}, {.status = 200}};
    START(steps);
    ck_assert(perform());
    ck_assert(perform());
    ck_assert_int_eq(fake_clock_slept(&fake), 3000);
}
END_TEST

START_TEST(test_a_429_takes_no_place) {
    const struct peer_step steps[] = {{.status = 429}, {.status = 200}};
    START(steps);
    ck_assert(perform());
    ck_assert(perform()); /* the second place, not a third */
    ck_assert_int_eq(fake_clock_slept(&fake), 1000);
}
END_TEST

START_TEST(test_a_deadline_before_the_place_ends_at_once) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    set_deadline(MINUTE);
    ck_assert(perform());
    ck_assert(perform());
    ck_assert(!perform());
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(
        strstr(verdict.status.message, "post-document: not sent: 2 requests in 60 s are allowed"));
    ck_assert_int_eq(fake_clock_slept(&fake), 0);
    ck_assert_uint_eq(http_peer_requests(peer), 2);
}
END_TEST

START_TEST(test_what_does_not_fit_ends_before_the_reserve) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    set_deadline(MINUTE + 29000);
    call.pace.reserve_ms = 30000;
    call.pace.left = 5;
    ck_assert(perform());
    call.pace.left = 4;
    ck_assert(perform());
    call.pace.left = 3;
    ck_assert(!perform()); /* its place would come 29 s before the end */
    ck_assert_int_eq(fake_clock_slept(&fake), 0);
    call.pace.left = 2;
    ck_assert(perform()); /* all that is left fits */
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE);
}
END_TEST

static void cancel_now(void *context, int64_t ms) {
    (void)ms;
    cancel_fire(context, CANCEL_CALLER);
}

START_TEST(test_a_wait_for_a_place_can_be_cancelled) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    ck_assert(perform());
    ck_assert(perform());
    fake.on_sleep = cancel_now;
    fake.on_sleep_context = &cancel;
    ck_assert(!perform());
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict.status.code, STATUS_CANCELLED);
    ck_assert_uint_eq(http_peer_requests(peer), 2);
}
END_TEST

static void *perform_five(void *context) {
    struct http_client *own_client = http_client_new();
    struct attempt own;
    struct verdict own_verdict;
    (void)context;
    attempt_init(&own, shared, own_client, NULL, NULL, ATTEMPT_POLICY_DEFAULT);
    for (int i = 0; i < 5; i++) {
        ck_assert(api_perform(&own.api, &call, NULL, &own_verdict));
    }
    http_client_destroy(own_client);
    return NULL;
}

START_TEST(test_paced_calls_side_by_side) {
    const struct peer_step steps[] = {{.status = 200}};
    enum { N = 4 };
    pthread_t threads[N];
    START(steps);
    int64_t started = fake_clock_now(&fake);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, perform_five, NULL), 0);
    }
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(http_peer_requests(peer), 20);
    ck_assert_int_ge(fake_clock_now(&fake) - started, 9 * MINUTE); /* ten pairs */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("attempt_pace");
    TCase *tc = tcase_create("pace");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_a_paced_call_waits_for_its_place);
    tcase_add_test(tc, test_attempts_share_the_window);
    tcase_add_test(tc, test_a_retry_takes_a_place_of_its_own);
    tcase_add_test(tc, test_lesson_32_a_429_waits_as_long_as_the_window_needs);
    tcase_add_test(tc, test_retry_after_wins_over_the_window);
    tcase_add_test(tc, test_a_429_takes_no_place);
    tcase_add_test(tc, test_a_deadline_before_the_place_ends_at_once);
    tcase_add_test(tc, test_what_does_not_fit_ends_before_the_reserve);
    tcase_add_test(tc, test_a_wait_for_a_place_can_be_cancelled);
    tcase_add_test(tc, test_paced_calls_side_by_side);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
