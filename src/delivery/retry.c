#include "delivery/retry.h"

#include <stdio.h>
#include <string.h>

int64_t retry_backoff_ms(const struct random *random, int64_t first_ms, int64_t max_ms,
                         int failures) {
    int64_t ceiling = first_ms < max_ms ? first_ms : max_ms;
    for (int i = 1; i < failures && ceiling > 0 && ceiling < max_ms; i++) {
        ceiling = ceiling > max_ms / 2 ? max_ms : ceiling * 2;
    }
    return ceiling > 0 ? (int64_t)random_below(random, (uint64_t)ceiling + 1) : 0;
}

void retry_budget_init(struct retry_budget *budget) {
    *budget = (struct retry_budget){.n_hosts = 0};
    pthread_mutex_init(&budget->mutex, NULL);
}

void retry_budget_clean_up(struct retry_budget *budget) {
    pthread_mutex_destroy(&budget->mutex);
}

static void refill_locked(struct retry_budget_host *host, int64_t now_ms) {
    int64_t earned = (now_ms - host->refilled_ms) / RETRY_REFILL_MS;
    if (earned <= 0) {
        return;
    }
    host->refilled_ms += earned * RETRY_REFILL_MS;
    int room = RETRY_BUDGET_CAPACITY - host->tokens;
    host->tokens += earned < room ? (int)earned : room;
}

/* The host's entry. A newcomer starts full; when there is no room it takes the place of the one
 * that loses least by starting full again. */
static struct retry_budget_host *find_locked(struct retry_budget *budget, const char *name,
                                             int64_t now_ms) {
    char host[RETRY_HOST_BYTES];
    snprintf(host, sizeof host, "%s", name);
    struct retry_budget_host *fullest = NULL;
    for (size_t i = 0; i < budget->n_hosts; i++) {
        struct retry_budget_host *at = &budget->hosts[i];
        refill_locked(at, now_ms);
        if (strcmp(at->host, host) == 0) {
            return at;
        }
        if (!fullest || at->tokens > fullest->tokens) {
            fullest = at;
        }
    }
    if (budget->n_hosts < RETRY_BUDGET_HOSTS) {
        fullest = &budget->hosts[budget->n_hosts++];
    }
    *fullest = (struct retry_budget_host){.tokens = RETRY_BUDGET_CAPACITY, .refilled_ms = now_ms};
    memcpy(fullest->host, host, sizeof host);
    return fullest;
}

bool retry_budget_take(struct retry_budget *budget, const char *host, int cost, int64_t now_ms) {
    pthread_mutex_lock(&budget->mutex);
    struct retry_budget_host *at = find_locked(budget, host, now_ms);
    bool enough = at->tokens >= cost;
    if (enough) {
        at->tokens -= cost;
    }
    pthread_mutex_unlock(&budget->mutex);
    return enough;
}

void retry_budget_pay_back(struct retry_budget *budget, const char *host, int64_t now_ms) {
    pthread_mutex_lock(&budget->mutex);
    struct retry_budget_host *at = find_locked(budget, host, now_ms);
    if (at->tokens < RETRY_BUDGET_CAPACITY) {
        at->tokens += RETRY_PAY_BACK;
    }
    pthread_mutex_unlock(&budget->mutex);
}
