/* What attempts of one process have in common. */
#include "delivery/delivery_shared.h"
#include "support/suite.h"
#include "unit/delivery/attempt_fixture.h"

#include <pthread.h>

START_TEST(test_lesson_31_a_throttle_is_shared_by_its_scope) {
    const struct peer_step steps[] = {{.status = 429, .headers = "Retry-After: 30\r\n"},
                                      {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    set_deadline(10000);
    ck_assert(!perform(&call)); /* told to wait 30 s, has 10 */
    ck_assert_uint_eq(http_peer_requests(peer), 1);

    /* Another attempt: before its first request. */
    struct cancel patient;
    cancel_init(&patient, &fake.clock, CANCEL_NO_DEADLINE);
    struct attempt other;
    attempt_init(&other, shared, client, &patient, &capture.log, ATTEMPT_POLICY_DEFAULT);
    struct api_call elsewhere = a_call();
    elsewhere.scope = "another workspace";
    ck_assert(api_perform(&other.api, &elsewhere, &response, &verdict));
    ck_assert_int_eq(other.counts.waited_ms, 0);
    ck_assert(api_perform(&other.api, &call, &response, &verdict));
    ck_assert_int_eq(other.counts.waited_ms, 30000);
    ck_assert_uint_eq(other.counts.requests, 2);
    ck_assert(api_perform(&other.api, &call, &response, &verdict)); /* it is over */
    ck_assert_int_eq(other.counts.waited_ms, 30000);
    cancel_clean_up(&patient);
}
END_TEST

START_TEST(test_an_outage_ends_in_one_clear_failure) {
    char url[64];
    http_peer_nobody_url(url, sizeof url);
    struct api_call call = {.request = {.method = HTTP_GET, .url = url}, .what = "x"};
    const struct attempt_policy at_once = {.max_tries = 8, .first_wait_ms = 0, .max_wait_ms = 0};
    attempt_init(&attempt, shared, client, &cancel, &capture.log, at_once);
    for (int i = 0; i < 8; i++) { /* as many as run side by side have their tries */
        attempt.counts.requests = 0;
        ck_assert(!perform(&call));
        ck_assert_uint_eq(attempt.counts.requests, 8);
    }
    for (int i = 0; i < 20; i++) {
        attempt.counts.requests = 0;
        ck_assert(!perform(&call));
    }
    ck_assert_uint_eq(attempt.counts.requests, 1);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("the API failed again and again, in other calls too; gave up after 1 try in"));

    /* Another host has a budget of its own; and time heals. */
    const struct peer_step steps[] = {{.status = 503}, {.status = 200}};
    START(steps);
    struct api_call fine = a_call();
    ck_assert(perform(&fine));
    fake_clock_advance(&fake, 1000 * 1000);
    attempt.counts.requests = 0;
    ck_assert(!perform(&call));
    ck_assert_uint_eq(attempt.counts.requests, 8);
}
END_TEST

START_TEST(test_attempts_share_the_window) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct api_call call = a_paced_call();
    struct attempt other;
    attempt_init(&other, shared, client, NULL, NULL, ATTEMPT_POLICY_DEFAULT);
    ck_assert(perform(&call));
    ck_assert(perform(&call));
    ck_assert(api_perform(&other.api, &call, NULL, &verdict));
    ck_assert_int_eq(other.counts.waited_ms, MINUTE);
}
END_TEST

static void *deliver_many(void *context) {
    struct http_client *own_client = http_client_new();
    struct attempt own;
    attempt_init(&own, shared, own_client, &cancel, &capture.log, ATTEMPT_POLICY_DEFAULT);
    const struct api_call *call = context;
    uintptr_t delivered = 0;
    for (int i = 0; i < 20; i++) {
        struct verdict own_verdict;
        delivered += api_perform(&own.api, call, NULL, &own_verdict);
    }
    http_client_destroy(own_client);
    return (void *)delivered;
}

START_TEST(test_attempts_side_by_side) {
    struct peer_step steps[60];
    size_t failures = 0;
    for (size_t i = 0; i < 60; i++) {
        bool fails = i % 9 == 0; /* seven in all: no call can run out of tries */
        bool throttles = !fails && i % 4 == 1;
        steps[i] = (struct peer_step){.status = fails ? 503 : throttles ? 429 : 200};
        failures += fails || throttles;
    }
    START(steps);
    struct api_call call = a_call();
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, deliver_many, &call), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        void *delivered = NULL;
        pthread_join(threads[i], &delivered);
        ck_assert_uint_eq((uintptr_t)delivered, 20);
    }
    ck_assert_uint_eq(http_peer_requests(peer), 80 + failures);
}
END_TEST

static void *perform_five(void *context) {
    struct http_client *own_client = http_client_new();
    struct attempt own;
    struct verdict own_verdict;
    attempt_init(&own, shared, own_client, NULL, NULL, ATTEMPT_POLICY_DEFAULT);
    for (int i = 0; i < 5; i++) {
        ck_assert(api_perform(&own.api, context, NULL, &own_verdict));
    }
    http_client_destroy(own_client);
    return NULL;
}

START_TEST(test_paced_calls_side_by_side) {
    const struct peer_step steps[] = {{.status = 200}};
    enum { N = 4 };
    pthread_t threads[N];
    START(steps);
    struct api_call call = a_paced_call();
    int64_t started = fake_clock_now(&fake);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, perform_five, &call), 0);
    }
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(http_peer_requests(peer), 20);
    ck_assert_int_ge(fake_clock_now(&fake) - started, 9 * MINUTE); /* ten pairs */
}
END_TEST

static TCase *shared_tests(void) {
    TCase *tests = tcase_create("delivery_shared");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lesson_31_a_throttle_is_shared_by_its_scope);
    tcase_add_test(tests, test_an_outage_ends_in_one_clear_failure);
    tcase_add_test(tests, test_attempts_share_the_window);
    tcase_add_test(tests, test_attempts_side_by_side);
    tcase_add_test(tests, test_paced_calls_side_by_side);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("delivery_shared");
    suite_add_tcase(suite, shared_tests());
    return suite_run(suite);
}
