#include "http/http_client.h"
#include "support/suite.h"

#include <pthread.h>

START_TEST(test_the_client_given_last_is_taken_first) {
    struct http_pool *pool = http_pool_new(2);
    struct http_client *first = http_pool_take(pool);
    struct http_client *second = http_pool_take(pool);
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_ne(first, second);
    http_pool_give(pool, first);
    http_pool_give(pool, second);
    ck_assert_ptr_eq(http_pool_take(pool), second);
    ck_assert_ptr_eq(http_pool_take(pool), first);
    http_pool_give(pool, first);
    http_pool_give(pool, second);
    http_pool_destroy(pool);
}
END_TEST

/* Nothing leaks and nothing is freed twice: the sanitizers watch. */
START_TEST(test_more_than_fit_are_destroyed) {
    struct http_pool *pool = http_pool_new(1);
    struct http_client *kept = http_pool_take(pool);
    struct http_client *too_many = http_pool_take(pool);
    http_pool_give(pool, kept);
    http_pool_give(pool, too_many);
    http_pool_give(pool, NULL);
    ck_assert_ptr_eq(http_pool_take(pool), kept);
    http_client_destroy(kept);
    http_pool_destroy(pool);

    pool = http_pool_new(0);
    http_pool_give(pool, http_pool_take(pool));
    http_pool_destroy(pool);
    http_pool_destroy(NULL);
    http_client_destroy(NULL);
}
END_TEST

static void *take_and_give(void *context) {
    struct http_pool *pool = context;
    for (int i = 0; i < 200; i++) {
        http_pool_give(pool, http_pool_take(pool));
    }
    return NULL;
}

START_TEST(test_many_threads_share_a_pool) {
    struct http_pool *pool = http_pool_new(2);
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, pool), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    http_pool_destroy(pool);
}
END_TEST

static void start(void) {
    ck_assert(http_global_init());
}

int main(void) {
    Suite *suite = suite_create("http_pool");
    TCase *tests = tcase_create("http_pool");
    tcase_add_checked_fixture(tests, start, http_global_clean_up);
    tcase_add_test(tests, test_the_client_given_last_is_taken_first);
    tcase_add_test(tests, test_more_than_fit_are_destroyed);
    tcase_add_test(tests, test_many_threads_share_a_pool);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
