/* When to try again: the arithmetic of waits, and the budget that ends a storm of retries. */
#ifndef DELIVERY_RETRY_H
#define DELIVERY_RETRY_H

#include "base/random.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The wait before the try that follows `failures` failed ones (1 or more): full jitter, a number in
 * [0, min(max_ms, first_ms · 2^(failures-1))]. Saturates. */
int64_t retry_backoff_ms(const struct random *random, int64_t first_ms, int64_t max_ms,
                         int failures);

/* Tokens that retries cost and successes pay back, by host, as in the AWS SDKs' standard retry
 * strategy. What one call may retry is bounded by its tries; the budget bounds what all calls of
 * the process retry together, so that an outage ends in one clear failure. */
enum {
    RETRY_BUDGET_CAPACITY = 1000, /* eight calls' eight tries at once cost 8 · 7 · 10 = 560 */
    RETRY_COST_NO_ANSWER = 10,    /* no connection, or no answer on it */
    RETRY_COST_ANSWER = 5,        /* an answer that says: again */
    RETRY_PAY_BACK = 1,           /* a success */
    RETRY_REFILL_MS = 1000, /* a token comes back by itself: yesterday's outage is forgotten */
    RETRY_BUDGET_HOSTS = 64,
    RETRY_HOST_BYTES = 160,
};

struct retry_budget_host {
    char host[RETRY_HOST_BYTES];
    int tokens;
    int64_t refilled_ms; /* tokens are right as of this time */
};

/* Any thread. Host names are cut to RETRY_HOST_BYTES - 1. Times are clock_monotonic_ms. */
struct retry_budget {
    pthread_mutex_t mutex; /* guards what follows */
    size_t n_hosts;
    struct retry_budget_host hosts[RETRY_BUDGET_HOSTS];
};

void retry_budget_init(struct retry_budget *budget);
void retry_budget_clean_up(struct retry_budget *budget);

/* Takes cost tokens for one retry. False when there are not so many: do not retry. */
bool retry_budget_take(struct retry_budget *budget, const char *host, int cost, int64_t now_ms);

/* A request to host succeeded. */
void retry_budget_pay_back(struct retry_budget *budget, const char *host, int64_t now_ms);

#endif
