#include "delivery/cooldown.h"
#include "support/suite.h"

static struct cooldown cooldown;

static void set_up(void) {
    cooldown_init(&cooldown);
}

static void tear_down(void) {
    cooldown_clean_up(&cooldown);
}

START_TEST(test_a_scope_cools_down_and_is_over) {
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 0), 0);
    cooldown_extend(&cooldown, "a", 5000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 0), 5000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 4999), 1);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 5000), 0);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 9000), 0);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "b", 0), 0);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "", 0), 0);
}
END_TEST

START_TEST(test_the_longer_wish_wins) {
    cooldown_extend(&cooldown, "a", 5000);
    cooldown_extend(&cooldown, "a", 3000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 0), 5000);
    cooldown_extend(&cooldown, "a", 8000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "a", 0), 8000);
    ck_assert_uint_eq(cooldown.n_scopes, 1);
}
END_TEST

START_TEST(test_more_scopes_than_fit_forget_what_ends_first) {
    char scope[32];
    for (int i = 0; i < COOLDOWN_SCOPES; i++) {
        snprintf(scope, sizeof scope, "scope-%d", i);
        cooldown_extend(&cooldown, scope, 10000 + (i == 7 ? -1 : i));
    }
    cooldown_extend(&cooldown, "one more", 50000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "one more", 0), 50000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "scope-7", 0), 0);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "scope-0", 0), 10000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, "scope-8", 0), 10008);
}
END_TEST

START_TEST(test_a_long_scope_is_cut_but_found) {
    char scope[2 * VERDICT_SCOPE_BYTES];
    memset(scope, 's', sizeof scope - 1);
    scope[sizeof scope - 1] = '\0';
    cooldown_extend(&cooldown, scope, 5000);
    ck_assert_int_eq(cooldown_left_ms(&cooldown, scope, 0), 5000);
    scope[VERDICT_SCOPE_BYTES - 1] = '\0'; /* as a verdict carries it */
    ck_assert_int_eq(cooldown_left_ms(&cooldown, scope, 0), 5000);
    scope[VERDICT_SCOPE_BYTES - 2] = '\0';
    ck_assert_int_eq(cooldown_left_ms(&cooldown, scope, 0), 0);
}
END_TEST

static void *extend_and_look(void *context) {
    const char *scope = context;
    for (int i = 0; i < 1000; i++) {
        cooldown_extend(&cooldown, scope, i);
        cooldown_extend(&cooldown, "shared", i);
        ck_assert_int_ge(cooldown_left_ms(&cooldown, "shared", 0), i);
    }
    return NULL;
}

START_TEST(test_lesson_31_threads_share_it) {
    char scopes[4][8] = {"a", "b", "c", "d"};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, extend_and_look, scopes[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(cooldown_left_ms(&cooldown, scopes[i], 0), 999);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cooldown");
    TCase *tests = tcase_create("cooldown");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_a_scope_cools_down_and_is_over);
    tcase_add_test(tests, test_the_longer_wish_wins);
    tcase_add_test(tests, test_more_scopes_than_fit_forget_what_ends_first);
    tcase_add_test(tests, test_a_long_scope_is_cut_but_found);
    tcase_add_test(tests, test_lesson_31_threads_share_it);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
