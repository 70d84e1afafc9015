/* One request until it is delivered or definitely not: retry with full jitter, Retry-After,
 * cool-down by scope, deadline, retry budget (architecture, rules 1, 2 and 5).
 *
 * RETRY, and UNKNOWN of a repeatable call, are tried again up to max_tries. Waits for THROTTLED do
 * not count as tries; they end with the cancel's deadline (without one, after 55 minutes). A wait
 * that would pass the deadline is not begun. */
#ifndef DELIVERY_ATTEMPT_H
#define DELIVERY_ATTEMPT_H

#include "base/log.h"
#include "delivery/delivery_shared.h"
#include "destinations/api.h"

struct attempt_policy {
    int max_tries;         /* 8 */
    int64_t first_wait_ms; /* 1000: full jitter in [0, first · 2^n] */
    int64_t max_wait_ms;   /* 30000 */
};
extern const struct attempt_policy ATTEMPT_POLICY_DEFAULT;
/* For Test, which must answer within 20 s whatever the API does: one try. */
extern const struct attempt_policy ATTEMPT_POLICY_ONCE;

struct attempt_counts {
    uint64_t requests;
    uint64_t retries;
    int64_t waited_ms;
};

/* An api (destinations/api.h) for one thread of one call. */
struct attempt {
    struct api api; /* first: give &attempt->api to a destination */
    struct delivery_shared *shared;
    struct http_client *client;
    struct cancel *cancel;
    const struct log *log;
    struct attempt_policy policy;
    struct attempt_counts counts;
};

/* shared, client, cancel and log are borrowed and outlive the attempt; cancel and log may be NULL.
 * Nothing to clean up. */
void attempt_init(struct attempt *attempt, struct delivery_shared *shared,
                  struct http_client *client, struct cancel *cancel, const struct log *log,
                  struct attempt_policy policy);

#endif
