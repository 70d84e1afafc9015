#include "delivery/attempt.h"

#include "delivery/cooldown.h"
#include "delivery/pace.h"
#include "delivery/retry.h"
#include "http/http_verdict.h"

#include <stdlib.h>

static const int64_t LEAST_THROTTLE_MS = 1000; /* a Retry-After of 0 must not become a storm */
static const int64_t PROGRESS_MS = 10000;
static const int64_t LONGEST_MS = 3300000; /* 55 minutes, when the caller named no deadline */

const struct attempt_policy ATTEMPT_POLICY_DEFAULT = {
    .max_tries = 8, .first_wait_ms = 1000, .max_wait_ms = 30000};
const struct attempt_policy ATTEMPT_POLICY_ONCE = {
    .max_tries = 1, .first_wait_ms = 1000, .max_wait_ms = 30000};

struct delivery_shared {
    const struct clock *clock;
    const struct random *random;
    struct cooldown cooldown;
    struct retry_budget budget;
    struct pace pace;
};

/* One api_call on its way; lives for one attempt_call. */
struct run {
    struct attempt *attempt;
    const struct api_call *call;
    struct http_response *response;
    struct verdict *verdict;
    char host[VERDICT_SCOPE_BYTES];
    char throttled_scope[VERDICT_SCOPE_BYTES]; /* named by the last THROTTLED; "": none yet */
    int requests;
    int failures; /* tries that count */
    int throttles;
    int64_t started_ms;
    int64_t paced_ms;  /* when its place in the window of its pace was taken */
    int64_t silent_ms; /* waited since the log last said so */
    int64_t asked_ms;  /* when the request under way went out */
    int64_t spoken_ms; /* when the log last said that its answer is awaited */
};

struct delivery_shared *delivery_shared_new(const struct clock *clock,
                                            const struct random *random) {
    struct delivery_shared *shared = calloc(1, sizeof *shared);
    if (!shared) {
        return NULL;
    }
    shared->clock = clock;
    shared->random = random;
    cooldown_init(&shared->cooldown);
    retry_budget_init(&shared->budget);
    pace_init(&shared->pace);
    return shared;
}

void delivery_shared_destroy(struct delivery_shared *shared) {
    if (!shared) {
        return;
    }
    pace_clean_up(&shared->pace);
    retry_budget_clean_up(&shared->budget);
    cooldown_clean_up(&shared->cooldown);
    free(shared);
}

/* --- time --- */

static int64_t now_ms(const struct run *run) {
    return clock_monotonic_ms(run->attempt->shared->clock);
}

static int64_t remaining_ms(const struct run *run) {
    struct cancel *cancel = run->attempt->cancel;
    int64_t left = cancel ? cancel_remaining_ms(cancel) : INT64_MAX;
    int64_t own = run->started_ms + LONGEST_MS - now_ms(run);
    return left == INT64_MAX ? own : left;
}

/* False, with the verdict CANCELLED, when it is time to stop. */
static bool go_on(struct run *run) {
    struct cancel *cancel = run->attempt->cancel;
    if (!cancel || cancel_go_on(cancel, &run->verdict->status)) {
        return true;
    }
    run->verdict->kind = VERDICT_CANCELLED;
    return status_context(&run->verdict->status, "%s", run->call->what);
}

static void tell_waiting(struct run *run, int64_t left_ms) {
    log_event(run->attempt->log, LOG_INFO, "waiting", "what=\"%s\" left_s=%lld", run->call->what,
              (long long)((left_ms + 999) / 1000));
    run->silent_ms = 0;
}

/* Waits, saying so every PROGRESS_MS; less when cancelled. */
static void wait_ms(struct run *run, int64_t ms) {
    struct attempt *attempt = run->attempt;
    int64_t until = now_ms(run) + ms;
    int64_t left = ms;
    while (left > 0 && (!attempt->cancel || cancel_check(attempt->cancel) == CANCEL_NONE)) {
        int64_t quiet = PROGRESS_MS - run->silent_ms;
        int64_t before = now_ms(run);
        clock_sleep_ms(attempt->shared->clock, left < quiet ? left : quiet, attempt->cancel);
        int64_t waited = now_ms(run) - before;
        attempt->counts.waited_ms += waited;
        run->silent_ms += waited;
        left = until - now_ms(run);
        if (run->silent_ms >= PROGRESS_MS) {
            tell_waiting(run, left);
        }
    }
}

/* --- logging; no bodies, no header values --- */

static void log_failed(struct run *run, int64_t next_ms) {
    const struct status *status = &run->verdict->status;
    char reason[STATUS_MESSAGE_BYTES];
    snprintf(reason, sizeof reason, "%s",
             status->names_record ? "(about a record, which the answer names)" : status->message);
    for (char *c = reason; *c; c++) {
        *c = *c == '"' ? '\'' : (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    log_event(run->attempt->log, run->verdict->waiting ? LOG_DEBUG : LOG_WARNING, "request_failed",
              "what=\"%s\" verdict=%s status=%d curl=%d attempt=%d ms=%lld wait_ms=%lld "
              "reason=\"%s\"",
              run->call->what, verdict_kind_name(run->verdict->kind), run->response->status,
              run->response->curl_code, run->requests, (long long)run->response->elapsed_ms,
              (long long)next_ms, reason);
}

static void log_done(struct run *run) {
    log_event(run->attempt->log, LOG_DEBUG, "request_done",
              "what=\"%s\" status=%d attempt=%d bytes=%zu ms=%lld", run->call->what,
              run->response->status, run->requests, run->call->request.body.len,
              (long long)run->response->elapsed_ms);
}

/* --- waiting for a scope that cools down --- */

static const char *scope_of(const struct run *run) {
    return run->call->scope ? run->call->scope : run->host;
}

static int64_t cooldown_of(struct run *run) {
    struct cooldown *cooldown = &run->attempt->shared->cooldown;
    int64_t left = cooldown_left_ms(cooldown, scope_of(run), now_ms(run));
    if (run->throttled_scope[0]) {
        int64_t other = cooldown_left_ms(cooldown, run->throttled_scope, now_ms(run));
        left = other > left ? other : left;
    }
    return left;
}

static bool end_throttled(struct run *run, int64_t left_ms) {
    time_t until =
        (time_t)(clock_realtime_us(run->attempt->shared->clock) / 1000000 + (left_ms + 999) / 1000);
    struct tm utc;
    char text[32] = "";
    if (gmtime_r(&until, &utc)) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    struct verdict *verdict = run->verdict;
    if (verdict->kind != VERDICT_THROTTLED) { /* somebody else's throttle: nothing was sent */
        verdict->kind = VERDICT_THROTTLED;
        status_fail(&verdict->status, STATUS_UNAVAILABLE, "%s: not sent", run->call->what);
    }
    verdict->after_ms = left_ms;
    if (verdict->waiting) {
        return status_context(&verdict->status, "no time is left to wait");
    }
    return status_context(&verdict->status,
                          "the API's rate limit is reached until %s, and this call must end before "
                          "that",
                          text);
}

/* Waits until nothing that concerns the call cools down. False with the verdict when it never
 * comes to that. */
static bool wait_for_scope(struct run *run) {
    for (;;) {
        if (!go_on(run)) {
            return false;
        }
        int64_t left = cooldown_of(run);
        if (left == 0) {
            return true;
        }
        if (left >= remaining_ms(run)) {
            return end_throttled(run, left);
        }
        wait_ms(run, left);
    }
}

/* --- waiting for a place in the window of a pace --- */

static bool end_paced(struct run *run) {
    const struct api_pace *pace = &run->call->pace;
    run->verdict->kind = VERDICT_THROTTLED;
    return status_fail(&run->verdict->status, STATUS_UNAVAILABLE,
                       "%s: not sent: %lld requests in %lld s are allowed, and what is left does "
                       "not fit into the time that this call has",
                       run->call->what, (long long)pace->max, (long long)pace->window_ms / 1000);
}

/* Waits until nothing cools down and the pace allows a request. False with the verdict when it
 * never comes to that. */
static bool wait_for_turn(struct run *run) {
    const struct api_pace *limit = &run->call->pace;
    while (wait_for_scope(run)) {
        if (!limit->key) {
            return true;
        }
        run->paced_ms = now_ms(run);
        int64_t wait =
            pace_take(&run->attempt->shared->pace, limit, remaining_ms(run), run->paced_ms);
        if (wait <= 0) {
            return wait == 0 || end_paced(run);
        }
        wait_ms(run, wait);
    }
    return false;
}

static void pace_is_answered(struct run *run) {
    if (run->call->pace.key) {
        bool counted = run->verdict->kind != VERDICT_THROTTLED;
        pace_answered(&run->attempt->shared->pace, &run->call->pace, run->paced_ms, now_ms(run),
                      counted);
    }
}

/* How long an API that keeps such a window refuses, if it did not say so itself. */
static int64_t pace_refuses_ms(struct run *run) {
    bool told = run->response->retry_after_ms >= 0;
    return told || !run->call->pace.key
               ? 0
               : pace_oldest_ms(&run->attempt->shared->pace, &run->call->pace, now_ms(run));
}

/* --- one try, and what follows from it --- */

/* The API takes its time. */
static void say_waiting(void *context) {
    struct run *run = context;
    int64_t now = now_ms(run);
    if (now - run->spoken_ms >= PROGRESS_MS) {
        run->spoken_ms = now;
        log_event(run->attempt->log, LOG_INFO, "awaiting_answer", "what=\"%s\" s=%lld",
                  run->call->what, (long long)((now - run->asked_ms) / 1000));
    }
}

static void try_once(struct run *run) {
    struct attempt *attempt = run->attempt;
    const struct api_call *call = run->call;
    struct verdict *verdict = run->verdict;
    run->requests++;
    attempt->counts.requests++;
    attempt->counts.retries += run->requests > 1;
    struct http_request request = call->request;
    request.on_wait = say_waiting;
    request.wait_context = run;
    run->asked_ms = run->spoken_ms = now_ms(run);
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
        snprintf(verdict->scope, sizeof verdict->scope, "%s", scope_of(run));
    }
    pace_is_answered(run);
}

/* The whole scope waits; wait_for_scope does it for us too. */
static void throttle(struct run *run) {
    struct attempt *attempt = run->attempt;
    int64_t wait = run->verdict->after_ms;
    run->throttles++;
    if (wait < 0) {
        wait = retry_backoff_ms(attempt->shared->random, attempt->policy.first_wait_ms,
                                attempt->policy.max_wait_ms, run->throttles);
    }
    int64_t least = run->verdict->waiting ? 0 : LEAST_THROTTLE_MS;
    int64_t window = pace_refuses_ms(run);
    wait = wait > window ? wait : window;
    wait = wait > least ? wait : least;
    memcpy(run->throttled_scope, run->verdict->scope, sizeof run->throttled_scope);
    cooldown_extend(&attempt->shared->cooldown, run->throttled_scope, now_ms(run) + wait);
    log_failed(run, wait);
}

static bool give_up(struct run *run, const char *why) {
    log_failed(run, -1);
    run->verdict->status.code = STATUS_UNAVAILABLE;
    if (run->attempt->policy.max_tries == 1) {
        return false; /* "after 1 tries" says nothing */
    }
    return status_context(&run->verdict->status, "%sgave up after %d %s in %lld s", why,
                          run->requests, run->requests == 1 ? "try" : "tries",
                          (long long)((now_ms(run) - run->started_ms) / 1000));
}

/* After a failure that may pass: waits, or gives up (false). */
static bool wait_to_retry(struct run *run) {
    struct attempt *attempt = run->attempt;
    struct delivery_shared *shared = attempt->shared;
    run->failures++;
    if (run->failures >= attempt->policy.max_tries) {
        return give_up(run, "");
    }
    int cost = run->response->outcome == HTTP_ANSWERED ? RETRY_COST_ANSWER : RETRY_COST_NO_ANSWER;
    if (!retry_budget_take(&shared->budget, run->host, cost, now_ms(run))) {
        return give_up(run, "the API failed again and again, in other calls too; ");
    }
    int64_t wait = run->verdict->after_ms;
    if (wait < 0) {
        wait = retry_backoff_ms(shared->random, attempt->policy.first_wait_ms,
                                attempt->policy.max_wait_ms, run->failures);
    }
    if (wait >= remaining_ms(run)) {
        return give_up(run, "no time is left for another try; ");
    }
    log_failed(run, wait);
    wait_ms(run, wait);
    return true;
}

/* Whether to try again; all waiting but the cool-down's is done then. */
static bool again(struct run *run) {
    switch (run->verdict->kind) {
    case VERDICT_DELIVERED:
        retry_budget_pay_back(&run->attempt->shared->budget, run->host, now_ms(run));
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
        go_on(run); /* says why */
        break;
    case VERDICT_TOO_LARGE:
    case VERDICT_REJECTED:
    case VERDICT_FATAL:
        break;
    }
    log_failed(run, -1);
    return false;
}

/* The host of an URL with its port; the whole text when it is none. */
static void host_of(const char *url, char host[VERDICT_SCOPE_BYTES]) {
    const char *after_scheme = url ? strstr(url, "://") : NULL;
    const char *start = after_scheme ? after_scheme + 3 : url ? url : "";
    snprintf(host, VERDICT_SCOPE_BYTES, "%.*s", (int)strcspn(start, "/?#"), start);
}

static bool attempt_call(struct api *api, const struct api_call *call,
                         struct http_response *response, struct verdict *verdict) {
    struct attempt *attempt = (struct attempt *)api; /* its first member */
    struct http_response own;
    http_response_init(&own);
    struct run run = {
        .attempt = attempt,
        .call = call,
        .response = response ? response : &own,
        .verdict = verdict,
        .started_ms = clock_monotonic_ms(attempt->shared->clock),
    };
    host_of(call->request.url, run.host);
    http_response_reset(run.response);
    *verdict = (struct verdict){.kind = VERDICT_CANCELLED, .after_ms = -1};
    while (wait_for_turn(&run)) {
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
