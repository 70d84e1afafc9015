#include "delivery/retry.h"
#include "support/scripted_random.h"
#include "support/suite.h"

#include <stdio.h>

enum { FIRST_MS = 1000, MAX_MS = 30000 };

static int64_t ceiling_after(int failures) {
    static const int64_t ceilings[] = {1000, 2000, 4000, 8000, 16000, 30000};
    return failures > 6 ? MAX_MS : ceilings[failures - 1];
}

START_TEST(test_lesson_32_full_jitter_up_to_the_doubled_ceiling) {
    struct scripted_random scripted;
    scripted_random_init_sequence(&scripted);
    for (int failures = 1; failures <= 12; failures++) {
        int64_t ceiling = ceiling_after(failures);
        int64_t least = INT64_MAX;
        int64_t most = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t wait = retry_backoff_ms(&scripted.random, FIRST_MS, MAX_MS, failures);
            least = wait < least ? wait : least;
            most = wait > most ? wait : most;
        }
        ck_assert_int_ge(least, 0);
        ck_assert_int_le(most, ceiling);
        ck_assert_int_lt(least, ceiling / 50); /* full jitter: down to nothing … */
        ck_assert_int_gt(most, ceiling - ceiling / 50);
    }
}
END_TEST

START_TEST(test_lesson_32_the_ceiling_saturates) {
    struct scripted_random scripted;
    scripted_random_init_sequence(&scripted);
    const int many[] = {6, 31, 32, 63, 64, 65, 1000000, INT32_MAX};
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        for (int draw = 0; draw < 100; draw++) {
            int64_t wait = retry_backoff_ms(&scripted.random, FIRST_MS, MAX_MS, many[i]);
            ck_assert_int_ge(wait, 0);
            ck_assert_int_le(wait, MAX_MS);
        }
    }
    ck_assert_int_ge(retry_backoff_ms(&scripted.random, INT64_MAX / 2, INT64_MAX - 1, 60), 0);
    ck_assert_int_le(retry_backoff_ms(&scripted.random, 50000, MAX_MS, 1), MAX_MS);
}
END_TEST

START_TEST(test_the_ceiling_itself_can_be_drawn) {
    struct scripted_random scripted;
    scripted_random_init(&scripted, (UINT64_C(1) << 40) / 1001 * 1001 + 1000);
    ck_assert_int_eq(retry_backoff_ms(&scripted.random, FIRST_MS, MAX_MS, 1), 1000);
}
END_TEST

START_TEST(test_no_wait_asks_for_no_randomness) {
    struct scripted_random scripted;
    scripted_random_init(&scripted, 1);
    ck_assert_int_eq(retry_backoff_ms(&scripted.random, 0, 0, 5), 0);
    ck_assert_int_eq(retry_backoff_ms(&scripted.random, 0, MAX_MS, 5), 0);
    ck_assert_uint_eq(atomic_load(&scripted.draws), 0);
}
END_TEST

static struct retry_budget budget;

static void set_up(void) {
    retry_budget_init(&budget);
}

static void tear_down(void) {
    retry_budget_clean_up(&budget);
}

/* How many retries of this cost the host may still have at a time. */
static int drain(const char *host, int cost, int64_t now_ms) {
    int n = 0;
    while (retry_budget_take(&budget, host, cost, now_ms)) {
        n++;
    }
    return n;
}

START_TEST(test_eight_calls_with_eight_tries_fit) {
    for (int call = 0; call < 8; call++) {
        for (int retry = 0; retry < 7; retry++) {
            ck_assert(retry_budget_take(&budget, "api", RETRY_COST_NO_ANSWER, 0));
        }
    }
}
END_TEST

START_TEST(test_a_budget_runs_out_and_successes_pay_back) {
    ck_assert_int_eq(drain("api", RETRY_COST_NO_ANSWER, 500), 100);
    ck_assert(!retry_budget_take(&budget, "api", 1, 500));
    for (int i = 0; i < RETRY_COST_ANSWER - 1; i++) {
        retry_budget_pay_back(&budget, "api", 500);
        ck_assert(!retry_budget_take(&budget, "api", RETRY_COST_ANSWER, 500));
    }
    retry_budget_pay_back(&budget, "api", 500);
    ck_assert(retry_budget_take(&budget, "api", RETRY_COST_ANSWER, 500));
    ck_assert(!retry_budget_take(&budget, "api", 1, 500));
}
END_TEST

START_TEST(test_a_budget_is_never_more_than_full) {
    for (int i = 0; i < 50; i++) {
        retry_budget_pay_back(&budget, "api", i);
    }
    ck_assert_int_eq(drain("api", 1, 50), RETRY_BUDGET_CAPACITY);
    ck_assert_int_eq(drain("api", 1, INT64_MAX / 2), RETRY_BUDGET_CAPACITY);
}
END_TEST

START_TEST(test_time_fills_it_again) {
    drain("api", 1, 0);
    ck_assert_int_eq(drain("api", 1, 999), 0);
    ck_assert_int_eq(drain("api", 1, 1000), 1);
    ck_assert_int_eq(drain("api", 1, 1999), 0);
    ck_assert_int_eq(drain("api", 1, 12999), 11); /* no fraction of a token is lost */
    ck_assert_int_eq(drain("api", 1, 13000), 1);
    ck_assert_int_eq(drain("api", 1, 5000), 0); /* a clock that went back earns nothing */
}
END_TEST

START_TEST(test_hosts_have_budgets_of_their_own) {
    drain("one", 1, 0);
    ck_assert(retry_budget_take(&budget, "two", RETRY_COST_NO_ANSWER, 0));
    ck_assert(!retry_budget_take(&budget, "one", RETRY_COST_NO_ANSWER, 0));
}
END_TEST

START_TEST(test_more_hosts_than_fit_forget_the_fullest) {
    char host[32];
    drain("worst", 1, 0);
    for (int i = 0; i < 3 * RETRY_BUDGET_HOSTS; i++) {
        snprintf(host, sizeof host, "host-%d", i);
        ck_assert(retry_budget_take(&budget, host, 1, 0));
    }
    ck_assert(!retry_budget_take(&budget, "worst", 1, 0));
}
END_TEST

START_TEST(test_a_long_host_is_cut_but_found) {
    char host[2 * RETRY_HOST_BYTES];
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    drain(host, 1, 0);
    ck_assert(!retry_budget_take(&budget, host, 1, 0));
    ck_assert_uint_eq(budget.n_hosts, 1);
}
END_TEST

static void *take_many(void *context) {
    int *taken = context;
    for (int i = 0; i < 1000; i++) {
        *taken += retry_budget_take(&budget, "api", 1, 0);
    }
    return NULL;
}

START_TEST(test_threads_share_it_exactly) {
    pthread_t threads[4];
    int taken[4] = {0};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many, &taken[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(taken[0] + taken[1] + taken[2] + taken[3], RETRY_BUDGET_CAPACITY);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("retry");
    TCase *tests = tcase_create("retry");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lesson_32_full_jitter_up_to_the_doubled_ceiling);
    tcase_add_test(tests, test_lesson_32_the_ceiling_saturates);
    tcase_add_test(tests, test_the_ceiling_itself_can_be_drawn);
    tcase_add_test(tests, test_no_wait_asks_for_no_randomness);
    tcase_add_test(tests, test_eight_calls_with_eight_tries_fit);
    tcase_add_test(tests, test_a_budget_runs_out_and_successes_pay_back);
    tcase_add_test(tests, test_a_budget_is_never_more_than_full);
    tcase_add_test(tests, test_time_fills_it_again);
    tcase_add_test(tests, test_hosts_have_budgets_of_their_own);
    tcase_add_test(tests, test_more_hosts_than_fit_forget_the_fullest);
    tcase_add_test(tests, test_a_long_host_is_cut_but_found);
    tcase_add_test(tests, test_threads_share_it_exactly);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
