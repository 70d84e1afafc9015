#include "delivery/attempt_run.h"
#include "support/suite.h"
#include "unit/delivery/attempt_fixture.h"

START_TEST(test_the_host_of_an_address) {
    static const struct {
        const char *url;
        const char *host;
    } rows[] = {{"https://api.example.com/a/b?c=d://e", "api.example.com"},
                {"http://127.0.0.1:8080", "127.0.0.1:8080"},
                {"https://h?x", "h"},
                {"https://h#x", "h"},
                {"no address", "no address"},
                {NULL, ""}};
    struct api_call call = {.request = {.url = rows[_i].url}, .what = "x"};
    struct attempt_run run;
    attempt_run_init(&run, &attempt, &call, &response, &verdict);
    ck_assert_str_eq(run.host, rows[_i].host);
    ck_assert_str_eq(attempt_run_scope(&run), rows[_i].host);
    call.scope = "workspace";
    ck_assert_str_eq(attempt_run_scope(&run), "workspace");
}
END_TEST

/* --- the time it has --- */

START_TEST(test_the_time_that_is_left) {
    struct api_call call = {.what = "x"};
    struct attempt_run run;
    attempt_run_init(&run, &attempt, &call, &response, &verdict);
    ck_assert_int_eq(attempt_run_remaining_ms(&run), 55 * MINUTE); /* without a deadline */
    fake_clock_advance(&fake, MINUTE);
    ck_assert_int_eq(attempt_run_remaining_ms(&run), 54 * MINUTE);
    set_deadline(100 * MINUTE);
    ck_assert_int_eq(attempt_run_remaining_ms(&run), 100 * MINUTE);
}
END_TEST

START_TEST(test_a_cancelled_call_sends_nothing) {
    static const struct {
        enum cancel_reason reason;
        enum status_code code;
    } rows[] = {{CANCEL_CALLER, STATUS_CANCELLED},
                {CANCEL_SHUTDOWN, STATUS_UNAVAILABLE},
                {CANCEL_DEADLINE, STATUS_DEADLINE}};
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    cancel_fire(&cancel, rows[_i].reason);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict.status.code, rows[_i].code);
    ck_assert_uint_eq(http_peer_requests(peer), 0);
}
END_TEST

static void fire_on_sleep(void *context, int64_t ms) {
    (void)ms;
    cancel_fire(context, CANCEL_SHUTDOWN);
}

START_TEST(test_cancel_ends_a_wait) {
    const struct peer_step steps[] = {
        {.status = _i ? 429 : 503, .headers = _i ? "Retry-After: 600\r\n" : NULL}};
    START(steps);
    fake.on_sleep = fire_on_sleep;
    fake.on_sleep_context = &cancel;
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert_uint_eq(fake.n_sleeps, 1);
    ck_assert_uint_eq(http_peer_requests(peer), 1);
}
END_TEST

START_TEST(test_long_waits_say_so_every_ten_seconds) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 35\r\n"},
                                      {.status = 429, .headers = "Retry-After: 4\r\n"},
                                      {.status = 429, .headers = "Retry-After: 4\r\n"},
                                      {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call));
    ck_assert_uint_eq(log_capture_count(&capture, "1 waiting what=\"posting a batch\""), 4);
    ck_assert_uint_eq(log_capture_count(&capture, "left_s=25"), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "left_s=15"), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "left_s=5"), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "left_s=3"), 1); /* 5 + 4 + 1 s of silence */
    for (size_t i = 0; i < fake.n_sleeps; i++) {
        ck_assert_int_le(fake.sleeps[i], 10000);
    }
}
END_TEST

/* --- a scope that cools down --- */

START_TEST(test_throttled_waits_do_not_count_as_tries) {
    struct peer_step steps[31];
    for (size_t i = 0; i < 30; i++) {
        steps[i] = (struct peer_step){.status = i % 5 == 4 ? 503 : 429,
                                      .headers = i % 5 == 4 ? NULL : "Retry-After: 2\r\n"};
    }
    steps[30] = (struct peer_step){.status = 200};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call)); /* 24 throttled, 6 failed */
    ck_assert_uint_eq(attempt.counts.requests, 31);
    ck_assert_int_ge(attempt.counts.waited_ms, 24 * 2000);
}
END_TEST

START_TEST(test_lesson_32_retry_after_wins_over_jitter) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 45\r\n"},
                                      {.status = 503, .headers = "Retry-After: 7\r\n"},
                                      {.status = 500, .headers = "Retry-After: 3\r\n"},
                                      {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    call.repeatable = true;
    ck_assert(perform(&call));
    ck_assert_int_eq(attempt.counts.waited_ms, 55000);
    ck_assert_uint_eq(atomic_load(&scripted.draws), 0);
}
END_TEST

START_TEST(test_throttled_without_a_wish_backs_off) {
    const struct peer_step steps[] = {{.status = 429}, {.status = 429}, {.status = 429},
                                      {.status = 429}, {.status = 429}, {.status = 429},
                                      {.status = 429}, {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call));
    const int64_t ceilings[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    int64_t expected = 0;
    for (size_t i = 0; i < 7; i++) {
        expected += drawn(ceilings[i]) > 1000 ? drawn(ceilings[i]) : 1000;
    }
    ck_assert_int_eq(attempt.counts.waited_ms, expected);
}
END_TEST

START_TEST(test_throttled_waits_at_least_a_second) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 0\r\n"},
                                      {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call));
    ck_assert_int_eq(attempt.counts.waited_ms, 1000);
}
END_TEST

START_TEST(test_lesson_31_somebody_elses_throttle_past_the_deadline_sends_nothing) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 60\r\n"},
                                      {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    set_deadline(10000);
    ck_assert(!perform(&call));
    response.status = 200; /* of an earlier use */
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert_int_eq(verdict.after_ms, 60000);
    ck_assert(said("not sent"));
    ck_assert_int_eq(response.status, 0);
    ck_assert_uint_eq(http_peer_requests(peer), 1);
}
END_TEST

START_TEST(test_lesson_32_a_throttle_past_the_deadline_ends_at_once) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 90\r\n"}};
    START(steps);
    struct api_call call = a_call();
    set_deadline(90000);
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("until 2026-01-01T00:01:30Z"));
    ck_assert(said("HTTP 429"));
    ck_assert_uint_eq(fake.n_sleeps, 0);
}
END_TEST

START_TEST(test_throttled_for_ever_ends_without_a_deadline_too) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 600\r\n"}};
    START(steps);
    attempt_init(&attempt, shared, client, NULL, NULL, ATTEMPT_POLICY_DEFAULT);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(fake_clock_slept(&fake), 3000 * 1000); /* five of them fit into 55 minutes */
}
END_TEST

START_TEST(test_the_scope_is_the_host_when_nobody_says) {
    const struct peer_step steps[] = {{.status = 400}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(strncmp(verdict.scope, "127.0.0.1:", 10), 0);
    ck_assert_ptr_null(strchr(verdict.scope, '/'));
    call.scope = "workspace";
    ck_assert(!perform(&call));
    ck_assert_str_eq(verdict.scope, "workspace");
}
END_TEST

/* --- a place in the window of a pace --- */

START_TEST(test_a_paced_call_waits_for_its_place) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    for (int i = 0; i < 5; i++) {
        ck_assert(perform(&call));
    }
    ck_assert_int_eq(fake_clock_slept(&fake), 2 * MINUTE);
    ck_assert_int_eq(attempt.counts.waited_ms, 2 * MINUTE);
    ck_assert_uint_eq(attempt.counts.requests, 5);
    ck_assert_uint_eq(attempt.counts.retries, 0); /* waiting is no try */
    ck_assert_uint_eq(log_capture_count(&capture, "waiting what=\"posting a batch\" left_s=50"), 2);
    ck_assert_uint_eq(log_capture_count(&capture, "1 waiting"), 12);
    call.pace.key = NULL;
    ck_assert(perform(&call)); /* others do not wait */
    ck_assert_int_eq(fake_clock_slept(&fake), 2 * MINUTE);
}
END_TEST

START_TEST(test_a_retry_takes_a_place_of_its_own) {
    const struct peer_step steps[] = {{.status = 503}, {.status = 503}, {.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    ck_assert(perform(&call));
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE); /* the backoffs are part of it */
    ck_assert_uint_eq(attempt.counts.requests, 3);
}
END_TEST

START_TEST(test_lesson_32_a_429_waits_as_long_as_the_window_needs) {
    const struct peer_step steps[] = {{.status = 200}, {.status = 429}, {.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    ck_assert(perform(&call));
    fake_clock_advance(&fake, 7000);
    call.pace.max = 100; /* more than the API allows */
    ck_assert(perform(&call));
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE - 7000);
    ck_assert_uint_eq(attempt.counts.requests, 3);
    ck_assert_uint_eq(log_capture_count(&capture, "verdict=throttled status=429"), 1);
}
END_TEST

START_TEST(test_retry_after_wins_over_the_window) {
    const struct peer_step steps[] = {
        {.status = 200}, {.status = 429, .headers = "Retry-After: 3\r\n"}, {.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    ck_assert(perform(&call));
    ck_assert(perform(&call));
    ck_assert_int_eq(fake_clock_slept(&fake), 3000);
}
END_TEST

START_TEST(test_a_429_takes_no_place) {
    const struct peer_step steps[] = {{.status = 429}, {.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    ck_assert(perform(&call));
    ck_assert(perform(&call)); /* the second place, not a third */
    ck_assert_int_eq(fake_clock_slept(&fake), 1000);
}
END_TEST

START_TEST(test_a_deadline_before_the_place_ends_at_once) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    set_deadline(MINUTE);
    ck_assert(perform(&call));
    ck_assert(perform(&call));
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(verdict.status.message,
                                 "posting a batch: not sent: 2 requests in 60 s are allowed"));
    ck_assert_int_eq(fake_clock_slept(&fake), 0);
    ck_assert_uint_eq(http_peer_requests(peer), 2);
}
END_TEST

START_TEST(test_what_does_not_fit_ends_before_the_reserve) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    set_deadline(MINUTE + 29000);
    call.pace.reserve_ms = 30000;
    call.pace.left = 5;
    ck_assert(perform(&call));
    call.pace.left = 4;
    ck_assert(perform(&call));
    call.pace.left = 3;
    ck_assert(!perform(&call)); /* its place would come 29 s before the end */
    ck_assert_int_eq(fake_clock_slept(&fake), 0);
    call.pace.left = 2;
    ck_assert(perform(&call)); /* all that is left fits */
    ck_assert_int_eq(fake_clock_slept(&fake), MINUTE);
}
END_TEST

START_TEST(test_a_wait_for_a_place_can_be_cancelled) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    ck_assert(perform(&call));
    ck_assert(perform(&call));
    fake.on_sleep = fire_on_sleep;
    fake.on_sleep_context = &cancel;
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert_uint_eq(http_peer_requests(peer), 2);
}
END_TEST

static TCase *time_tests(void) {
    TCase *tests = tcase_create("time");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, test_the_host_of_an_address, 0, 6);
    tcase_add_test(tests, test_the_time_that_is_left);
    tcase_add_loop_test(tests, test_a_cancelled_call_sends_nothing, 0, 3);
    tcase_add_loop_test(tests, test_cancel_ends_a_wait, 0, 2);
    tcase_add_test(tests, test_long_waits_say_so_every_ten_seconds);
    return tests;
}

static TCase *throttle_tests(void) {
    TCase *tests = tcase_create("throttle");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_throttled_waits_do_not_count_as_tries);
    tcase_add_test(tests, test_lesson_32_retry_after_wins_over_jitter);
    tcase_add_test(tests, test_throttled_without_a_wish_backs_off);
    tcase_add_test(tests, test_throttled_waits_at_least_a_second);
    tcase_add_test(tests, test_lesson_31_somebody_elses_throttle_past_the_deadline_sends_nothing);
    tcase_add_test(tests, test_lesson_32_a_throttle_past_the_deadline_ends_at_once);
    tcase_add_test(tests, test_throttled_for_ever_ends_without_a_deadline_too);
    tcase_add_test(tests, test_the_scope_is_the_host_when_nobody_says);
    return tests;
}

static TCase *pace_tests(void) {
    TCase *tests = tcase_create("pace");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_a_paced_call_waits_for_its_place);
    tcase_add_test(tests, test_a_retry_takes_a_place_of_its_own);
    tcase_add_test(tests, test_lesson_32_a_429_waits_as_long_as_the_window_needs);
    tcase_add_test(tests, test_retry_after_wins_over_the_window);
    tcase_add_test(tests, test_a_429_takes_no_place);
    tcase_add_test(tests, test_a_deadline_before_the_place_ends_at_once);
    tcase_add_test(tests, test_what_does_not_fit_ends_before_the_reserve);
    tcase_add_test(tests, test_a_wait_for_a_place_can_be_cancelled);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("attempt_run");
    suite_add_tcase(suite, time_tests());
    suite_add_tcase(suite, throttle_tests());
    suite_add_tcase(suite, pace_tests());
    return suite_run(suite);
}
