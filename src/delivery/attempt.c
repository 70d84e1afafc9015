#include "delivery/attempt.h"

#include "delivery/attempt_run.h"
#include "http/http_verdict.h"

const struct attempt_policy ATTEMPT_POLICY_DEFAULT = {
    .max_tries = 8, .first_wait_ms = 1000, .max_wait_ms = 30000};
const struct attempt_policy ATTEMPT_POLICY_ONCE = {
    .max_tries = 1, .first_wait_ms = 1000, .max_wait_ms = 30000};

/* --- logging; no bodies, no header values --- */

static void log_failed(struct attempt_run *run, int64_t next_ms) {
    const struct status *status = &run->verdict->status;
    char reason[STATUS_MESSAGE_BYTES];
    snprintf(reason, sizeof reason, "%s",
             status->names_record ? "(about a record, which the answer names)" : status->message);
    for (char *c = reason; *c; c++) {
        *c = *c == '"' ? '\'' : (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    bool is_usual = run->verdict->waiting || run->verdict->absent;
    log_event(run->attempt->log, is_usual ? LOG_DEBUG : LOG_WARNING, "request_failed",
              "what=\"%s\" verdict=%s status=%d curl=%d attempt=%d ms=%lld wait_ms=%lld "
              "reason=\"%s\"",
              run->call->what, verdict_kind_name(run->verdict->kind), run->response->status,
              run->response->curl_code, run->requests, (long long)run->response->elapsed_ms,
              (long long)next_ms, reason);
}

static void log_done(struct attempt_run *run) {
    log_event(run->attempt->log, LOG_DEBUG, "request_done",
              "what=\"%s\" status=%d attempt=%d bytes=%zu ms=%lld", run->call->what,
              run->response->status, run->requests, run->call->request.body.len,
              (long long)run->response->elapsed_ms);
}

/* --- one try, and what follows from it --- */

/* The API takes its time. */
static void say_waiting(void *context) {
    struct attempt_run *run = context;
    int64_t now = attempt_run_now_ms(run);
    if (now - run->spoken_ms >= ATTEMPT_RUN_PROGRESS_MS) {
        run->spoken_ms = now;
        log_event(run->attempt->log, LOG_INFO, "awaiting_answer", "what=\"%s\" s=%lld",
                  run->call->what, (long long)((now - run->asked_ms) / 1000));
    }
}

static void try_once(struct attempt_run *run) {
    struct attempt *attempt = run->attempt;
    const struct api_call *call = run->call;
    struct verdict *verdict = run->verdict;
    run->requests++;
    attempt->counts.requests++;
    attempt->counts.retries += run->requests > 1;
    struct http_request request = call->request;
    request.on_wait = say_waiting;
    request.wait_context = run;
    run->asked_ms = run->spoken_ms = attempt_run_now_ms(run);
    http_client_perform(attempt->client, &request, attempt->cancel, run->response);
    http_verdict(run->response, call->what, verdict);
    if (run->response->outcome == HTTP_ANSWERED && call->judge) {
        call->judge(call->context, run->response, verdict);
    }
    if (verdict->kind == VERDICT_DELIVERED) {
        verdict->status = STATUS_INIT;
    } else if (verdict->status.code == STATUS_OK) {
        status_fail(&verdict->status, STATUS_UNAVAILABLE,
                    "%s: HTTP %d with an answer that was not expected", call->what,
                    run->response->status);
    }
    if (!verdict->scope[0]) {
        snprintf(verdict->scope, sizeof verdict->scope, "%s", attempt_run_scope(run));
    }
    attempt_run_answered(run);
}

static int64_t wait_after(const struct attempt_run *run, int failures) {
    const struct attempt_policy *policy = &run->attempt->policy;
    return run->verdict->after_ms >= 0
               ? run->verdict->after_ms
               : retry_backoff_ms(run->attempt->shared->random, policy->first_wait_ms,
                                  policy->max_wait_ms, failures);
}

/* The whole scope waits; the wait for its turn does it for us too. */
static void throttle(struct attempt_run *run) {
    run->throttles++;
    log_failed(run, attempt_run_throttled(run, wait_after(run, run->throttles)));
}

static bool give_up(struct attempt_run *run, const char *why) {
    log_failed(run, -1);
    run->verdict->status.code = STATUS_UNAVAILABLE;
    if (run->attempt->policy.max_tries == 1) {
        return false; /* "after 1 tries" says nothing */
    }
    return status_context(&run->verdict->status, "%sgave up after %d %s in %lld s", why,
                          run->requests, run->requests == 1 ? "try" : "tries",
                          (long long)((attempt_run_now_ms(run) - run->started_ms) / 1000));
}

/* After a failure that may pass: waits, or gives up (false). */
static bool wait_to_retry(struct attempt_run *run) {
    struct retry_budget *budget = &run->attempt->shared->budget;
    run->failures++;
    if (run->failures >= run->attempt->policy.max_tries) {
        return give_up(run, "");
    }
    int cost = run->response->outcome == HTTP_ANSWERED ? RETRY_COST_ANSWER : RETRY_COST_NO_ANSWER;
    if (!retry_budget_take(budget, run->host, cost, attempt_run_now_ms(run))) {
        return give_up(run, "the API failed again and again, in other calls too; ");
    }
    int64_t wait = wait_after(run, run->failures);
    if (wait >= attempt_run_remaining_ms(run)) {
        return give_up(run, "no time is left for another try; ");
    }
    log_failed(run, wait);
    attempt_run_wait_ms(run, wait);
    return true;
}

/* Whether to try again; all waiting but the cool-down's is done then. */
static bool again(struct attempt_run *run) {
    switch (run->verdict->kind) {
    case VERDICT_DELIVERED:
        retry_budget_pay_back(&run->attempt->shared->budget, run->host, attempt_run_now_ms(run));
        log_done(run);
        return false;
    case VERDICT_THROTTLED:
        throttle(run);
        return true;
    case VERDICT_RETRY:
        return wait_to_retry(run);
    case VERDICT_UNKNOWN:
        if (run->call->repeatable) {
            return wait_to_retry(run);
        }
        break;
    case VERDICT_CANCELLED:
        attempt_run_go_on(run); /* says why */
        break;
    case VERDICT_TOO_LARGE:
    case VERDICT_REJECTED:
    case VERDICT_FATAL:
        break;
    }
    log_failed(run, -1);
    return false;
}

static bool attempt_call(struct api *api, const struct api_call *call,
                         struct http_response *response, struct verdict *verdict) {
    struct attempt *attempt = (struct attempt *)api; /* its first member */
    struct http_response own;
    http_response_init(&own);
    struct attempt_run run;
    attempt_run_init(&run, attempt, call, response ? response : &own, verdict);
    while (attempt_run_wait_for_turn(&run)) {
        try_once(&run);
        if (!again(&run)) {
            break;
        }
    }
    http_response_clean_up(&own);
    return verdict->kind == VERDICT_DELIVERED;
}

void attempt_init(struct attempt *attempt, struct delivery_shared *shared,
                  struct http_client *client, struct cancel *cancel, const struct log *log,
                  struct attempt_policy policy) {
    *attempt = (struct attempt){
        .api = {.call = attempt_call},
        .shared = shared,
        .client = client,
        .cancel = cancel,
        .log = log,
        .policy = policy,
    };
}
