#include "delivery/attempt.h"
#include "support/fake_clock.h"
#include "support/http_peer.h"
#include "support/log_capture.h"
#include "support/scripted_random.h"
#include "support/suite.h"

#include <pthread.h>

/* Every draw, so that a wait in [0, ceiling] is DRAW % (ceiling + 1). */
#define DRAW UINT64_C(0x9E3779B97F4A7C15)

static struct fake_clock fake;
static struct scripted_random scripted;
static struct log_capture capture;
static struct delivery_shared *shared;
static struct http_client *client;
static struct cancel cancel;
static struct attempt attempt;
static struct http_response response;
static struct verdict verdict;
static struct http_peer *peer;

static void set_deadline(int64_t in_ms) {
    cancel_clean_up(&cancel);
    cancel_init(&cancel, &fake.clock, fake_clock_now(&fake) + in_ms);
}

static void set_up(void) {
    ck_assert(http_global_init());
    fake_clock_init(&fake);
    scripted_random_init(&scripted, DRAW);
    log_capture_init(&capture, LOG_DEBUG);
    shared = delivery_shared_new(&fake.clock, &scripted.random);
    client = http_client_new();
    ck_assert(shared && client);
    cancel_init(&cancel, &fake.clock, CANCEL_NO_DEADLINE);
    attempt_init(&attempt, shared, client, &cancel, &capture.log, ATTEMPT_POLICY_DEFAULT);
    http_response_init(&response);
    peer = NULL;
}

static void tear_down(void) {
    http_response_clean_up(&response);
    cancel_clean_up(&cancel);
    http_client_destroy(client);
    delivery_shared_destroy(shared);
    if (peer) {
        http_peer_stop(peer);
    }
    log_capture_clean_up(&capture);
    fake_clock_clean_up(&fake);
    http_global_clean_up();
}

#define START(steps) (peer = http_peer_start(steps, sizeof(steps) / sizeof((steps)[0])))

static struct api_call a_call(void) {
    return (struct api_call){
        .request = {.method = HTTP_POST,
                    .url = http_peer_url(peer, "/path"),
                    .headers = {{"x-api-key", "the-secret-key"}},
                    .n_headers = 1,
                    .body = SLICE_LITERAL("customer@example.com")},
        .what = "posting a batch",
    };
}

static bool perform(const struct api_call *call) {
    return api_perform(&attempt.api, call, &response, &verdict);
}

static bool said(const char *words) {
    return strstr(verdict.status.message, words) != NULL;
}

static int64_t drawn(int64_t ceiling) {
    return (int64_t)(DRAW % (uint64_t)(ceiling + 1));
}

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

/* --- the budget --- */

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
};

static void judge(void *context, const struct http_response *answer, struct verdict *out) {
    struct judgement *judgement = context;
    judgement->seen_status = answer->status;
    if (judgement->calls++ > 0 && judgement->only_first) {
        return;
    }
    out->kind = judgement->kind;
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

/* --- cancelling --- */

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

/* --- side by side --- */

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
    tcase_add_test(tests, test_an_outage_ends_in_one_clear_failure);
    return tests;
}

static TCase *throttle_tests(void) {
    TCase *tests = tcase_create("throttle");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_throttled_waits_do_not_count_as_tries);
    tcase_add_test(tests, test_lesson_32_retry_after_wins_over_jitter);
    tcase_add_test(tests, test_throttled_without_a_wish_backs_off);
    tcase_add_test(tests, test_throttled_waits_at_least_a_second);
    tcase_add_test(tests, test_lesson_31_a_throttle_is_shared_by_its_scope);
    tcase_add_test(tests, test_lesson_31_somebody_elses_throttle_past_the_deadline_sends_nothing);
    tcase_add_test(tests, test_lesson_32_a_throttle_past_the_deadline_ends_at_once);
    tcase_add_test(tests, test_throttled_for_ever_ends_without_a_deadline_too);
    return tests;
}

static TCase *other_tests(void) {
    TCase *tests = tcase_create("judge, cancel, log");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_a_judge_may_find_an_answer_in_a_404);
    tcase_add_test(tests, test_a_judge_may_find_a_failure_in_a_200);
    tcase_add_test(tests, test_a_judge_may_ask_for_another_try);
    tcase_add_test(tests, test_a_judge_sees_500_but_no_answer_that_was_cut);
    tcase_add_test(tests, test_a_judge_may_throttle_a_scope_of_its_own);
    tcase_add_test(tests, test_the_scope_is_the_host_when_nobody_says);
    tcase_add_loop_test(tests, test_a_cancelled_call_sends_nothing, 0, 3);
    tcase_add_loop_test(tests, test_cancel_ends_a_wait, 0, 2);
    tcase_add_loop_test(tests, test_cancel_from_another_thread, 0, 2);
    tcase_add_test(tests, test_long_waits_say_so_every_ten_seconds);
    tcase_add_test(tests, test_an_answer_that_takes_long_is_spoken_of_every_ten_seconds);
    tcase_add_test(tests, test_lesson_37_no_bodies_and_no_keys_in_the_log);
    tcase_add_test(tests, test_lesson_37_a_text_that_names_a_record_is_not_logged);
    tcase_add_test(tests, test_a_reason_stays_on_its_line);
    tcase_add_test(tests, test_attempts_side_by_side);
    return tests;
}

int main(void) {
    Suite *suite = suite_create("attempt");
    suite_add_tcase(suite, retry_tests());
    suite_add_tcase(suite, throttle_tests());
    suite_add_tcase(suite, other_tests());
    return suite_run(suite);
}
