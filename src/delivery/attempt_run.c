#include "delivery/attempt_run.h"

static const int64_t LEAST_THROTTLE_MS = 1000; /* a Retry-After of 0 must not become a storm */
static const int64_t LONGEST_MS = 3300000;     /* 55 minutes, when the caller named no deadline */

/* The host of an URL with its port; the whole text when it is none. */
static void host_of(const char *url, char host[VERDICT_SCOPE_BYTES]) {
    const char *after_scheme = url ? strstr(url, "://") : NULL;
    const char *start = after_scheme ? after_scheme + 3 : url ? url : "";
    snprintf(host, VERDICT_SCOPE_BYTES, "%.*s", (int)strcspn(start, "/?#"), start);
}

void attempt_run_init(struct attempt_run *run, struct attempt *attempt, const struct api_call *call,
                      struct http_response *response, struct verdict *verdict) {
    *run = (struct attempt_run){
        .attempt = attempt,
        .call = call,
        .response = response,
        .verdict = verdict,
        .started_ms = clock_monotonic_ms(attempt->shared->clock),
    };
    host_of(call->request.url, run->host);
    http_response_reset(response);
    *verdict = (struct verdict){.kind = VERDICT_CANCELLED, .after_ms = -1};
}

/* --- time --- */

int64_t attempt_run_now_ms(const struct attempt_run *run) {
    return clock_monotonic_ms(run->attempt->shared->clock);
}

int64_t attempt_run_remaining_ms(const struct attempt_run *run) {
    struct cancel *cancel = run->attempt->cancel;
    int64_t left = cancel ? cancel_remaining_ms(cancel) : INT64_MAX;
    int64_t own = run->started_ms + LONGEST_MS - attempt_run_now_ms(run);
    return left == INT64_MAX ? own : left;
}

bool attempt_run_go_on(struct attempt_run *run) {
    struct cancel *cancel = run->attempt->cancel;
    if (!cancel || cancel_go_on(cancel, &run->verdict->status)) {
        return true;
    }
    run->verdict->kind = VERDICT_CANCELLED;
    return status_context(&run->verdict->status, "%s", run->call->what);
}

static void tell_waiting(struct attempt_run *run, int64_t left_ms) {
    log_event(run->attempt->log, LOG_INFO, "waiting", "what=\"%s\" left_s=%lld", run->call->what,
              (long long)((left_ms + 999) / 1000));
    run->silent_ms = 0;
}

void attempt_run_wait_ms(struct attempt_run *run, int64_t ms) {
    struct attempt *attempt = run->attempt;
    int64_t until = attempt_run_now_ms(run) + ms;
    int64_t left = ms;
    while (left > 0 && (!attempt->cancel || cancel_check(attempt->cancel) == CANCEL_NONE)) {
        int64_t quiet = ATTEMPT_RUN_PROGRESS_MS - run->silent_ms;
        int64_t before = attempt_run_now_ms(run);
        clock_sleep_ms(attempt->shared->clock, left < quiet ? left : quiet, attempt->cancel);
        int64_t waited = attempt_run_now_ms(run) - before;
        attempt->counts.waited_ms += waited;
        run->silent_ms += waited;
        left = until - attempt_run_now_ms(run);
        if (run->silent_ms >= ATTEMPT_RUN_PROGRESS_MS) {
            tell_waiting(run, left);
        }
    }
}

/* --- waiting for a scope that cools down --- */

const char *attempt_run_scope(const struct attempt_run *run) {
    return run->call->scope ? run->call->scope : run->host;
}

static int64_t cooldown_of(struct attempt_run *run) {
    struct cooldown *cooldown = &run->attempt->shared->cooldown;
    int64_t left = cooldown_left_ms(cooldown, attempt_run_scope(run), attempt_run_now_ms(run));
    if (run->throttled_scope[0]) {
        int64_t other = cooldown_left_ms(cooldown, run->throttled_scope, attempt_run_now_ms(run));
        left = other > left ? other : left;
    }
    return left;
}

static bool end_throttled(struct attempt_run *run, int64_t left_ms) {
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
static bool wait_for_scope(struct attempt_run *run) {
    for (;;) {
        if (!attempt_run_go_on(run)) {
            return false;
        }
        int64_t left = cooldown_of(run);
        if (left == 0) {
            return true;
        }
        if (left >= attempt_run_remaining_ms(run)) {
            return end_throttled(run, left);
        }
        attempt_run_wait_ms(run, left);
    }
}

/* --- waiting for a place in the window of a pace --- */

static bool end_paced(struct attempt_run *run) {
    const struct api_pace *pace = &run->call->pace;
    run->verdict->kind = VERDICT_THROTTLED;
    return status_fail(&run->verdict->status, STATUS_UNAVAILABLE,
                       "%s: not sent: %lld requests in %lld s are allowed, and what is left does "
                       "not fit into the time that this call has",
                       run->call->what, (long long)pace->max, (long long)pace->window_ms / 1000);
}

bool attempt_run_wait_for_turn(struct attempt_run *run) {
    const struct api_pace *limit = &run->call->pace;
    while (wait_for_scope(run)) {
        if (!limit->key) {
            return true;
        }
        run->paced_ms = attempt_run_now_ms(run);
        int64_t wait = pace_take(&run->attempt->shared->pace, limit, attempt_run_remaining_ms(run),
                                 run->paced_ms);
        if (wait <= 0) {
            return wait == 0 || end_paced(run);
        }
        attempt_run_wait_ms(run, wait);
    }
    return false;
}

/* --- what an answer says of both --- */

void attempt_run_answered(struct attempt_run *run) {
    if (run->call->pace.key) {
        bool counted = run->verdict->kind != VERDICT_THROTTLED;
        pace_answered(&run->attempt->shared->pace, &run->call->pace, run->paced_ms,
                      attempt_run_now_ms(run), counted);
    }
}

/* How long an API that keeps such a window refuses, if it did not say so itself. */
static int64_t pace_refuses_ms(struct attempt_run *run) {
    bool told = run->response->retry_after_ms >= 0;
    return told || !run->call->pace.key ? 0
                                        : pace_oldest_ms(&run->attempt->shared->pace,
                                                         &run->call->pace, attempt_run_now_ms(run));
}

int64_t attempt_run_throttled(struct attempt_run *run, int64_t wait_ms) {
    struct delivery_shared *shared = run->attempt->shared;
    int64_t least = run->verdict->waiting ? 0 : LEAST_THROTTLE_MS;
    int64_t window = pace_refuses_ms(run);
    int64_t wait = wait_ms > window ? wait_ms : window;
    wait = wait > least ? wait : least;
    memcpy(run->throttled_scope, run->verdict->scope, sizeof run->throttled_scope);
    cooldown_extend(&shared->cooldown, run->throttled_scope, attempt_run_now_ms(run) + wait);
    return wait;
}
