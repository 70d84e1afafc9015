#include "destinations/biggeo/biggeo_state.h"
#include "support/suite.h"

#include <pthread.h>

enum { DRAWS = 20000 };

START_TEST(test_op_at_follows_the_clock) {
    struct biggeo_state *state = biggeo_state_new();
    ck_assert_int_eq(biggeo_state_next_op_at(state, 1000), 1000);
    ck_assert_int_eq(biggeo_state_next_op_at(state, 5000), 5000);
    biggeo_state_destroy(state);
}
END_TEST

START_TEST(test_op_at_grows_when_the_clock_stands_or_goes_back) {
    struct biggeo_state *state = biggeo_state_new();
    ck_assert_int_eq(biggeo_state_next_op_at(state, 1000), 1000);
    ck_assert_int_eq(biggeo_state_next_op_at(state, 1000), 1001);
    ck_assert_int_eq(biggeo_state_next_op_at(state, 10), 1002);
    biggeo_state_destroy(state);
}
END_TEST

struct drawer {
    struct biggeo_state *state;
    int64_t first, last;
    bool grew;
};

static void *draw(void *context) {
    struct drawer *d = context;
    d->grew = true;
    for (int i = 0; i < DRAWS; i++) {
        int64_t op_at = biggeo_state_next_op_at(d->state, 7);
        d->grew = d->grew && (i == 0 || op_at > d->last);
        d->last = op_at;
    }
    return NULL;
}

START_TEST(test_op_at_is_given_once_across_threads) {
    struct drawer a = {.state = biggeo_state_new()};
    struct drawer b = {.state = a.state};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, draw, &a), 0);
    draw(&b);
    pthread_join(thread, NULL);
    ck_assert(a.grew && b.grew);
    /* Every number from 7 on was given exactly once. */
    ck_assert_int_eq(biggeo_state_next_op_at(a.state, 0), 7 + 2 * DRAWS);
    biggeo_state_destroy(a.state);
}
END_TEST

START_TEST(test_finals_are_kept_by_table) {
    struct biggeo_state *state = biggeo_state_new();
    struct slice one = SLICE_LITERAL("https://x#1#a");
    struct slice two = SLICE_LITERAL("https://x#1#b");
    ck_assert_int_eq(biggeo_state_finals(state, one), BIGGEO_FINALS_NONE);
    ck_assert(biggeo_state_set_finals(state, one, BIGGEO_FINALS_ONE));
    ck_assert(biggeo_state_set_finals(state, one, BIGGEO_FINALS_REPLACE));
    ck_assert_int_eq(biggeo_state_finals(state, one), BIGGEO_FINALS_REPLACE);
    ck_assert_int_eq(biggeo_state_finals(state, two), BIGGEO_FINALS_NONE);
    biggeo_state_destroy(state);
    biggeo_state_destroy(NULL);
}
END_TEST

START_TEST(test_one_session_is_the_first_and_leaves_a_row_to_look_for) {
    struct biggeo_state *state = biggeo_state_new();
    struct slice key = SLICE_LITERAL("https://x#1#a");
    ck_assert_int_eq(biggeo_state_first_row(state, key), 0);
    ck_assert(biggeo_state_first_final(state, key, 17));
    ck_assert(!biggeo_state_first_final(state, key, 18));
    ck_assert_int_eq(biggeo_state_finals(state, key), BIGGEO_FINALS_ONE);
    ck_assert_int_eq(biggeo_state_first_row(state, key), 17);
    biggeo_state_destroy(state);
}
END_TEST

START_TEST(test_a_replaced_table_stays_replaced) {
    struct biggeo_state *state = biggeo_state_new();
    struct slice key = SLICE_LITERAL("https://x#1#a");
    ck_assert(biggeo_state_set_finals(state, key, BIGGEO_FINALS_REPLACE));
    ck_assert(biggeo_state_set_finals(state, key, BIGGEO_FINALS_UNCLEAR));
    ck_assert_int_eq(biggeo_state_finals(state, key), BIGGEO_FINALS_REPLACE);
    biggeo_state_destroy(state);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_state");
    TCase *tests = tcase_create("state");
    tcase_add_test(tests, test_op_at_follows_the_clock);
    tcase_add_test(tests, test_op_at_grows_when_the_clock_stands_or_goes_back);
    tcase_add_test(tests, test_op_at_is_given_once_across_threads);
    tcase_add_test(tests, test_finals_are_kept_by_table);
    tcase_add_test(tests, test_one_session_is_the_first_and_leaves_a_row_to_look_for);
    tcase_add_test(tests, test_a_replaced_table_stays_replaced);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
