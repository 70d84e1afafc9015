/* Inside attempt: one api_call on its way, the time that it has, and what it waits for before each
 * try: that nothing which concerns it cools down, and a place in the window of its pace. */
#ifndef DELIVERY_ATTEMPT_RUN_H
#define DELIVERY_ATTEMPT_RUN_H

#include "delivery/attempt.h"

enum { ATTEMPT_RUN_PROGRESS_MS = 10 * 1000 }; /* how often the log hears of a call that waits */

/* One api_call on its way; lives for one attempt_call. */
struct attempt_run {
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

/* Everything is borrowed; *response and *verdict are reset. Nothing to clean up. */
void attempt_run_init(struct attempt_run *run, struct attempt *attempt, const struct api_call *call,
                      struct http_response *response, struct verdict *verdict);

/* clock_monotonic_ms. */
int64_t attempt_run_now_ms(const struct attempt_run *run);

/* Until the deadline of the cancel, or what is left of 55 minutes without one. */
int64_t attempt_run_remaining_ms(const struct attempt_run *run);

/* False, with the verdict CANCELLED, when it is time to stop. */
bool attempt_run_go_on(struct attempt_run *run);

/* Waits, saying so every ATTEMPT_RUN_PROGRESS_MS; less when cancelled. */
void attempt_run_wait_ms(struct attempt_run *run, int64_t ms);

/* What cools down when the call is throttled: the scope that it names, else its host. */
const char *attempt_run_scope(const struct attempt_run *run);

/* Waits until nothing cools down and the pace allows a request. False with the verdict, CANCELLED
 * or THROTTLED, when it never comes to that. */
bool attempt_run_wait_for_turn(struct attempt_run *run);

/* The verdict of a try is there: whether its place in the pace's window stays taken. */
void attempt_run_answered(struct attempt_run *run);

/* The verdict is THROTTLED, and asks for wait_ms: the scope that it names cools down so long, or
 * longer when the window of the pace says so. Returns how long; does not wait. */
int64_t attempt_run_throttled(struct attempt_run *run, int64_t wait_ms);

#endif
