#include "support/suite.h"
#include "unit/delivery/attempt_fixture.h"

#include <pthread.h>

START_TEST(test_delivered_at_once) {
    const struct peer_step steps[] = {{.status = 200, .body = "yes"}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_DELIVERED);
    ck_assert_int_eq(verdict.status.code, STATUS_OK);
    ck_assert(slice_equal_text(buf_slice(&response.body), "yes"));
    ck_assert_uint_eq(attempt.counts.requests, 1);
    ck_assert_uint_eq(attempt.counts.retries, 0);
    ck_assert_int_eq(attempt.counts.waited_ms, 0);
    ck_assert_uint_eq(fake.n_sleeps, 0);
    ck_assert_uint_eq(log_capture_count(&capture, "0 request_done what=\"posting a batch\""), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "\n"), 1);
    ck_assert(api_perform(&attempt.api, &call, NULL, &verdict)); /* without a response */
    ck_assert_uint_eq(attempt.counts.requests, 2);
}
END_TEST

START_TEST(test_retry_waits_by_the_jittered_backoff) {
    const struct peer_step steps[] = {
        {.status = 503}, {.status = 408}, {.status = 425}, {.status = 200}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(perform(&call));
    ck_assert_uint_eq(attempt.counts.requests, 4);
    ck_assert_uint_eq(attempt.counts.retries, 3);
    int64_t waited = drawn(1000) + drawn(2000) + drawn(4000);
    ck_assert_int_eq(attempt.counts.waited_ms, waited);
    ck_assert_int_eq(fake_clock_slept(&fake), waited);
    char line[128];
    snprintf(line, sizeof line,
             "2 request_failed what=\"posting a batch\" verdict=retry status=503");
    ck_assert_uint_eq(log_capture_count(&capture, line), 1);
    snprintf(line, sizeof line, "wait_ms=%lld reason=\"", (long long)drawn(2000));
    ck_assert_uint_eq(log_capture_count(&capture, line), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "request_failed"), 3);
    ck_assert_uint_eq(log_capture_count(&capture, "attempt=4"), 1);
}
END_TEST

START_TEST(test_lesson_30_gave_up_fails) {
    const struct peer_step steps[] = {{.status = 503}};
    START(steps);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_RETRY);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("gave up after 8 tries in "));
    ck_assert(said("posting a batch: HTTP 503"));
    ck_assert_uint_eq(http_peer_requests(peer), 8);
    ck_assert_int_eq(response.status, 503);
    ck_assert_uint_eq(log_capture_count(&capture, "request_failed"), 8);
}
END_TEST

START_TEST(test_lesson_30_permanent_errors_are_not_retried) {
    static const struct {
        int status;
        enum verdict_kind kind;
    } permanent[] = {
        {400, VERDICT_REJECTED}, {401, VERDICT_FATAL},     {403, VERDICT_FATAL},
        {404, VERDICT_REJECTED}, {413, VERDICT_TOO_LARGE}, {302, VERDICT_FATAL},
    };
    const struct peer_step steps[] = {{.status = permanent[_i].status}};
    START(steps);
    struct api_call call = a_call();
    call.repeatable = true;
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, permanent[_i].kind);
    ck_assert_int_eq(verdict.status.code, STATUS_TASK);
    ck_assert_uint_eq(http_peer_requests(peer), 1);
    ck_assert_uint_eq(fake.n_sleeps, 0);
    ck_assert(!said("gave up"));
}
END_TEST

START_TEST(test_one_try_is_one_try) {
    const struct peer_step steps[] = {{.status = 503}};
    START(steps);
    attempt_init(&attempt, shared, client, &cancel, &capture.log, ATTEMPT_POLICY_ONCE);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(!said("gave up"));
    ck_assert_uint_eq(http_peer_requests(peer), 1);
    ck_assert_uint_eq(fake.n_sleeps, 0);
}
END_TEST

START_TEST(test_lesson_33_unknown_is_repeated_only_where_harmless) {
    static const struct peer_step unclear[][2] = {
        {{.action = PEER_CLOSE}, {.status = 200}},
        {{.action = PEER_CUT, .status = 200, .body = "{"}, {.status = 200}},
        {{.status = 500}, {.status = 200}},
        {{.status = 502}, {.status = 200}},
        {{.status = 504}, {.status = 200}},
    };
    peer = http_peer_start(unclear[_i], 2);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_UNKNOWN);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(!said("gave up"));
    ck_assert_uint_eq(http_peer_requests(peer), 1);
    http_peer_stop(peer);

    peer = http_peer_start(unclear[_i], 2);
    call = a_call();
    call.repeatable = true;
    ck_assert(perform(&call));
    ck_assert_uint_eq(http_peer_requests(peer), 2);
}
END_TEST

START_TEST(test_lesson_33_unknown_to_the_end_stays_unknown) {
    const struct peer_step steps[] = {{.status = 500}};
    START(steps);
    struct api_call call = a_call();
    call.repeatable = true;
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_UNKNOWN);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("gave up after 8 tries"));
}
END_TEST

START_TEST(test_nobody_listens_is_retried_though_not_repeatable) {
    char url[64];
    http_peer_nobody_url(url, sizeof url);
    struct api_call call = {.request = {.method = HTTP_POST, .url = url}, .what = "x"};
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_RETRY);
    ck_assert_uint_eq(attempt.counts.requests, 8);
}
END_TEST

START_TEST(test_lesson_32_waits_end_before_the_deadline) {
    const struct peer_step steps[] = {{.status = 503}};
    START(steps);
    struct api_call call = a_call();
    int64_t deadline_ms = drawn(1000) + drawn(2000) + drawn(4000) + 1;
    set_deadline(deadline_ms);
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("no time is left for another try; gave up after 4 tries"));
    ck_assert_int_eq(fake_clock_slept(&fake), deadline_ms - 1);
    ck_assert_uint_eq(http_peer_requests(peer), 4);
}
END_TEST

/* --- the judge --- */

struct judgement {
    enum verdict_kind kind;
    enum status_code code;
    const char *text;
    const char *scope;
    int64_t after_ms;
    int seen_status;
    int calls;
    int only_first; /* judge differently the first time only */
    bool absent;
};

static void judge(void *context, const struct http_response *answer, struct verdict *out) {
    struct judgement *judgement = context;
    judgement->seen_status = answer->status;
    if (judgement->calls++ > 0 && judgement->only_first) {
        return;
    }
    out->kind = judgement->kind;
    out->absent = judgement->absent;
    if (judgement->text) {
        status_fail(&out->status, judgement->code, "%s", judgement->text);
    }
    if (judgement->scope) {
        snprintf(out->scope, sizeof out->scope, "%s", judgement->scope);
        out->after_ms = judgement->after_ms;
    }
}

START_TEST(test_a_judge_may_find_an_answer_in_a_404) {
    const struct peer_step steps[] = {{.status = 404}};
    START(steps);
    struct judgement judgement = {.kind = VERDICT_DELIVERED};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(perform(&call));
    ck_assert_int_eq(judgement.seen_status, 404);
    ck_assert_int_eq(verdict.status.code, STATUS_OK);
    ck_assert_uint_eq(log_capture_count(&capture, "request_failed"), 0);
}
END_TEST

START_TEST(test_of_what_is_usual_nobody_is_warned) {
    const struct peer_step steps[] = {{.status = 404}};
    START(steps);
    struct judgement judgement = {.kind = VERDICT_REJECTED, .absent = true};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(!perform(&call));
    ck_assert_uint_eq(log_capture_count(&capture, "2 request_failed"), 0);
    judgement.absent = false;
    ck_assert(!perform(&call));
    ck_assert_uint_eq(log_capture_count(&capture, "2 request_failed"), 1);
}
END_TEST

START_TEST(test_a_judge_may_find_a_failure_in_a_200) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct judgement judgement = {
        .kind = VERDICT_REJECTED, .code = STATUS_TASK, .text = "success is false"};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_REJECTED);
    ck_assert_str_eq(verdict.status.message, "success is false");
    ck_assert_int_eq(judgement.calls, 1);
    /* One that forgets the text does not leave an empty error. */
    judgement = (struct judgement){.kind = VERDICT_UNKNOWN};
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("posting a batch: HTTP 200"));
}
END_TEST

START_TEST(test_a_judge_may_ask_for_another_try) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct judgement judgement = {
        .kind = VERDICT_RETRY, .code = STATUS_TASK, .text = "busy", .only_first = 1};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(perform(&call));
    ck_assert_uint_eq(attempt.counts.requests, 2);
    /* Giving up is UNAVAILABLE, whatever code the judge chose. */
    judgement.only_first = 0;
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("gave up after 8 tries in "));
    ck_assert(said(": busy"));
}
END_TEST

START_TEST(test_a_judge_sees_500_but_no_answer_that_was_cut) {
    const struct peer_step steps[] = {{.action = PEER_CUT, .status = 200, .body = "{"},
                                      {.status = 500}};
    START(steps);
    struct judgement judgement = {.kind = VERDICT_DELIVERED};
    struct api_call call = a_call();
    call.repeatable = true;
    call.judge = judge;
    call.context = &judgement;
    ck_assert(perform(&call));
    ck_assert_int_eq(judgement.calls, 1);
    ck_assert_int_eq(judgement.seen_status, 500);
}
END_TEST

START_TEST(test_a_judge_may_throttle_a_scope_of_its_own) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct judgement judgement = {.kind = VERDICT_THROTTLED,
                                  .code = STATUS_UNAVAILABLE,
                                  .text = "not merged yet",
                                  .scope = "table t",
                                  .after_ms = 4000,
                                  .only_first = 1};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(perform(&call)); /* waits though its own scope is the host */
    ck_assert_int_eq(attempt.counts.waited_ms, 4000);

    judgement.calls = 0;
    set_deadline(3000);
    ck_assert(!perform(&call));
    ck_assert_str_eq(verdict.scope, "table t");
    struct api_call same = a_call();
    same.scope = "table t";
    struct api_call other = a_call();
    ck_assert(perform(&other));
    ck_assert(!perform(&same));
    ck_assert_int_eq(verdict.kind, VERDICT_THROTTLED);
}
END_TEST

/* --- cancelling --- */

static void *cancel_when_sent(void *context) {
    http_peer_wait_requests(peer, 1);
    cancel_fire(context, CANCEL_SHUTDOWN);
    return NULL;
}

/* On the real clock, against a request that stalls and a wait of ten minutes: the test's own time
 * limit tells. */
START_TEST(test_cancel_from_another_thread) {
    const struct peer_step stalls[] = {{.action = PEER_STALL}};
    const struct peer_step throttles[] = {{.status = 429, .headers = "Retry-After: 600\r\n"}};
    peer = http_peer_start(_i ? throttles : stalls, 1);
    struct cancel real;
    cancel_init(&real, clock_system(), CANCEL_NO_DEADLINE);
    struct delivery_shared *real_shared = delivery_shared_new(clock_system(), random_system());
    attempt_init(&attempt, real_shared, client, &real, &capture.log, ATTEMPT_POLICY_DEFAULT);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_sent, &real), 0);
    struct api_call call = a_call();
    call.repeatable = true;
    ck_assert(!perform(&call));
    pthread_join(thread, NULL);
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(verdict.status.code, STATUS_UNAVAILABLE);
    ck_assert(said("posting a batch: stopped because the server shuts down"));
    ck_assert_uint_eq(http_peer_requests(peer), 1);
    delivery_shared_destroy(real_shared);
    cancel_clean_up(&real);
}
END_TEST

/* --- the log --- */

/* A clock on which every look takes four seconds. */
static int64_t racing_ms(void *context) {
    return *(int64_t *)context += 4000;
}

/* A log that stops the call at the second line about the answer that does not come. */
static void stop_at_second_line(void *context, enum log_level level, const char *message) {
    (void)level;
    int *lines = context;
    *lines += strstr(message, "awaiting_answer what=\"posting a batch\" s=") != NULL;
    if (*lines == 2) {
        cancel_fire(&cancel, CANCEL_CALLER);
    }
}

START_TEST(test_an_answer_that_takes_long_is_spoken_of_every_ten_seconds) {
    const struct peer_step steps[] = {{.action = PEER_STALL}};
    int64_t now = 0;
    int lines = 0;
    const struct clock racing = {.monotonic_ms = racing_ms, .context = &now};
    const struct log_sink sink = {.write = stop_at_second_line, .context = &lines};
    const struct log log = {.sink = &sink, .min_level = LOG_INFO};
    struct delivery_shared *own_shared = delivery_shared_new(&racing, &scripted.random);
    START(steps);
    attempt_init(&attempt, own_shared, client, &cancel, &log, ATTEMPT_POLICY_DEFAULT);
    struct api_call call = a_call();
    ck_assert(!perform(&call));
    ck_assert_int_eq(verdict.kind, VERDICT_CANCELLED);
    ck_assert_int_eq(lines, 2);
    ck_assert_int_ge(now, 20000);
    delivery_shared_destroy(own_shared);
}
END_TEST

START_TEST(test_lesson_37_no_bodies_and_no_keys_in_the_log) {
    const struct peer_step steps[] = {
        {.status = 503, .headers = "X-Echo: the-secret-key\r\n", .body = "customer@example.com"},
        {.action = PEER_RAW, .body = "HTTP/1.1 customer@example.com\r\n\r\n"},
        {.action = PEER_CUT, .body = "customer@example.com"},
        {.status = 200, .body = "customer@example.com"},
        {.status = 400, .body = "customer@example.com"}};
    START(steps);
    struct api_call call = a_call();
    call.repeatable = true;
    ck_assert(perform(&call));
    ck_assert(!perform(&call));
    ck_assert_uint_eq(log_capture_count(&capture, "request_failed"), 4);
    ck_assert_uint_eq(log_capture_count(&capture, "request_done"), 1);
    ck_assert_uint_eq(log_capture_count(&capture, "customer"), 0);
    ck_assert_uint_eq(log_capture_count(&capture, "the-secret-key"), 0);
    ck_assert(!said("customer"));
}
END_TEST

static void name_a_record(void *context, const struct http_response *answer, struct verdict *out) {
    (void)context;
    (void)answer;
    out->kind = VERDICT_REJECTED;
    status_fail(&out->status, STATUS_TASK, "the record with key 42-secret is too large");
    out->status.names_record = true;
}

START_TEST(test_lesson_37_a_text_that_names_a_record_is_not_logged) {
    const struct peer_step steps[] = {{.status = 413}};
    START(steps);
    struct api_call call = a_call();
    call.judge = name_a_record;
    ck_assert(!perform(&call));
    ck_assert(said("42-secret"));
    ck_assert_uint_eq(log_capture_count(&capture, "42-secret"), 0);
    ck_assert_uint_eq(log_capture_count(&capture, "reason=\"(about a record"), 1);
}
END_TEST

START_TEST(test_a_reason_stays_on_its_line) {
    const struct peer_step steps[] = {{.status = 200}};
    START(steps);
    struct judgement judgement = {
        .kind = VERDICT_REJECTED, .code = STATUS_TASK, .text = "no \"quotes\"\nnor lines"};
    struct api_call call = a_call();
    call.judge = judge;
    call.context = &judgement;
    ck_assert(!perform(&call));
    ck_assert_uint_eq(log_capture_count(&capture, "reason=\"no 'quotes' nor lines\"\n"), 1);
    ck_assert_str_eq(verdict.status.message, "no \"quotes\"\nnor lines");
}
END_TEST

static TCase *retry_tests(void) {
    TCase *tests = tcase_create("retry");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_delivered_at_once);
    tcase_add_test(tests, test_retry_waits_by_the_jittered_backoff);
    tcase_add_test(tests, test_lesson_30_gave_up_fails);
    tcase_add_loop_test(tests, test_lesson_30_permanent_errors_are_not_retried, 0, 6);
    tcase_add_test(tests, test_one_try_is_one_try);
    tcase_add_loop_test(tests, test_lesson_33_unknown_is_repeated_only_where_harmless, 0, 5);
    tcase_add_test(tests, test_lesson_33_unknown_to_the_end_stays_unknown);
    tcase_add_test(tests, test_nobody_listens_is_retried_though_not_repeatable);
    tcase_add_test(tests, test_lesson_32_waits_end_before_the_deadline);
    return tests;
}

static TCase *other_tests(void) {
    TCase *tests = tcase_create("judge, cancel, log");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_a_judge_may_find_an_answer_in_a_404);
    tcase_add_test(tests, test_of_what_is_usual_nobody_is_warned);
    tcase_add_test(tests, test_a_judge_may_find_a_failure_in_a_200);
    tcase_add_test(tests, test_a_judge_may_ask_for_another_try);
    tcase_add_test(tests, test_a_judge_sees_500_but_no_answer_that_was_cut);
    tcase_add_test(tests, test_a_judge_may_throttle_a_scope_of_its_own);
    tcase_add_loop_test(tests, test_cancel_from_another_thread, 0, 2);
    tcase_add_test(tests, test_an_answer_that_takes_long_is_spoken_of_every_ten_seconds);
    tcase_add_test(tests, test_lesson_37_no_bodies_and_no_keys_in_the_log);
    tcase_add_test(tests, test_lesson_37_a_text_that_names_a_record_is_not_logged);
    tcase_add_test(tests, test_a_reason_stays_on_its_line);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("attempt");
    suite_add_tcase(suite, retry_tests());
    suite_add_tcase(suite, other_tests());
    return suite_run(suite);
}
