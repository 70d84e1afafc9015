#include "delivery/pace.h"
#include "support/suite.h"

#include <stdio.h>

enum { MINUTE = 60 * 1000, PLENTY = 3600 * 1000, START = 5000000 };

static struct pace pace;
static struct api_pace limit;

static void set_up(void) {
    pace_init(&pace);
    limit = (struct api_pace){.key = "host/w1", .max = 3, .window_ms = MINUTE};
}

static void tear_down(void) {
    pace_clean_up(&pace);
}

static int64_t take(int64_t now_ms) {
    return pace_take(&pace, &limit, PLENTY, now_ms);
}

START_TEST(test_as_many_as_allowed_go_at_once) {
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(take(START), 0);
    }
    ck_assert_int_eq(take(START), MINUTE);
    ck_assert_int_eq(take(START + 1), MINUTE - 1); /* asking takes nothing */
}
END_TEST

START_TEST(test_the_window_slides) {
    ck_assert_int_eq(take(START), 0);
    ck_assert_int_eq(take(START + 1000), 0);
    ck_assert_int_eq(take(START + 2000), 0);
    ck_assert_int_eq(take(START + 3000), MINUTE - 3000);
    ck_assert_int_eq(take(START + MINUTE), 0);
    ck_assert_int_eq(take(START + MINUTE), 1000);
    ck_assert_int_eq(take(START + MINUTE + 1000), 0);
    ck_assert_int_eq(take(START + 10 * MINUTE), 0);
}
END_TEST

START_TEST(test_no_window_ever_holds_more_than_allowed) {
    static int64_t taken[500];
    size_t n = 0;
    limit.max = 7;
    for (int64_t now = START; n < 500; now += 137) {
        int64_t wait = take(now);
        if (wait == 0) {
            taken[n++] = now;
        } else {
            ck_assert_int_ge(wait, 1);
            ck_assert_int_eq(wait, taken[n - 7] + MINUTE - now);
        }
    }
    for (size_t i = 7; i < 500; i++) {
        ck_assert_int_ge(taken[i] - taken[i - 7], MINUTE);
        ck_assert_int_lt(taken[i] - taken[i - 7], MINUTE + 137); /* and hardly less */
    }
}
END_TEST

START_TEST(test_keys_have_windows_of_their_own) {
    struct api_pace other = limit;
    other.key = "host/w2";
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(take(START), 0);
    }
    ck_assert_int_gt(take(START), 0);
    ck_assert_int_eq(pace_take(&pace, &other, PLENTY, START), 0);
    limit.key = "host/w1"; /* the same text elsewhere is the same key */
    char copy[16];
    snprintf(copy, sizeof copy, "%s", limit.key);
    limit.key = copy;
    ck_assert_int_gt(take(START), 0);
}
END_TEST

START_TEST(test_the_idlest_key_is_forgotten) {
    char key[32];
    limit.max = 1;
    for (int i = 0; i < PACE_KEYS + 1; i++) {
        snprintf(key, sizeof key, "host/%d", i);
        limit.key = key;
        ck_assert_int_eq(take(START + i), 0);
    }
    snprintf(key, sizeof key, "host/1");
    ck_assert_int_gt(take(START + PACE_KEYS), 0);
    snprintf(key, sizeof key, "host/0");
    ck_assert_int_eq(take(START + PACE_KEYS), 0);
}
END_TEST

START_TEST(test_calls_with_different_limits_share_the_window) {
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(take(START + i), 0);
    }
    limit.max = 5;
    ck_assert_int_eq(take(START + 3), 0);
    ck_assert_int_eq(take(START + 4), 0);
    ck_assert_int_eq(take(START + 5), MINUTE - 5);
    limit.max = 1; /* waits for all but none of them */
    ck_assert_int_eq(take(START + 5), MINUTE - 1);
}
END_TEST

START_TEST(test_nonsense_limits_do_no_harm) {
    limit.max = 0;
    ck_assert_int_eq(take(START), 0);
    ck_assert_int_eq(take(START), MINUTE);
    limit = (struct api_pace){.key = "b", .max = INT64_MAX, .window_ms = 0, .left = UINT64_MAX};
    ck_assert_int_eq(take(START), 0);
}
END_TEST

START_TEST(test_an_answered_request_counts_from_its_answer) {
    limit.max = 2;
    ck_assert_int_eq(take(START), 0);
    ck_assert_int_eq(take(START + 10), 0);
    pace_answered(&pace, &limit, START, START + 700, true);
    ck_assert_int_eq(take(START + 1000), MINUTE - 990);
    pace_answered(&pace, &limit, START + 10, START + 1200, true);
    ck_assert_int_eq(take(START + 2000), MINUTE - 1300);
    ck_assert_int_eq(take(START + MINUTE + 699), 1);
    ck_assert_int_eq(take(START + MINUTE + 700), 0);
}
END_TEST

START_TEST(test_a_refused_request_gives_its_place_back) {
    limit.max = 1;
    ck_assert_int_eq(take(START), 0);
    pace_answered(&pace, &limit, START, START + 100, false);
    ck_assert_int_eq(pace_oldest_ms(&pace, &limit, START + 100), 0);
    ck_assert_int_eq(take(START + 100), 0);
}
END_TEST

START_TEST(test_an_answer_after_the_window_still_counts) {
    limit.max = 1;
    ck_assert_int_eq(take(START), 0);
    pace_answered(&pace, &limit, START, START + 2 * MINUTE, true);
    ck_assert_int_eq(take(START + 2 * MINUTE + 1), MINUTE - 1);
    pace_answered(&pace, &limit, START, START + 2 * MINUTE + 2, true); /* no room: not kept */
    ck_assert_int_eq(take(START + 2 * MINUTE + 2), MINUTE - 2);
}
END_TEST

START_TEST(test_the_oldest_tells_how_long_a_full_window_refuses) {
    ck_assert_int_eq(pace_oldest_ms(&pace, &limit, START), 0);
    ck_assert_int_eq(take(START), 0);
    ck_assert_int_eq(take(START + 500), 0);
    ck_assert_int_eq(pace_oldest_ms(&pace, &limit, START + 1000), MINUTE - 1000);
    ck_assert_int_eq(pace_oldest_ms(&pace, &limit, START + MINUTE), 500);
    ck_assert_int_eq(pace_oldest_ms(&pace, &limit, START + 2 * MINUTE), 0);
}
END_TEST

START_TEST(test_a_wait_past_the_deadline_is_not_begun) {
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(take(START), 0);
    }
    ck_assert_int_eq(pace_take(&pace, &limit, MINUTE, START), PACE_NO_TIME);
    ck_assert_int_eq(pace_take(&pace, &limit, MINUTE + 1, START), MINUTE);
}
END_TEST

START_TEST(test_what_fits_may_use_all_the_time) {
    limit.reserve_ms = 30000;
    limit.left = 3;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pace_take(&pace, &limit, 1000, START), 0);
        limit.left--;
    }
    limit.left = 1;
    ck_assert_int_eq(pace_take(&pace, &limit, MINUTE + 1, START), MINUTE);
}
END_TEST

/* Ten to write, three a minute: after the third window all but one are out. */
START_TEST(test_what_does_not_fit_ends_before_the_reserve) {
    const int64_t deadline = START + 2 * MINUTE + 45000;
    int64_t now = START;
    int written = 0;
    int64_t wait = 0;
    limit.reserve_ms = 30000;
    limit.left = 10;
    while ((wait = pace_take(&pace, &limit, deadline - now, now)) != PACE_NO_TIME) {
        written += wait == 0;
        limit.left -= wait == 0;
        now += wait ? wait : 10;
    }
    ck_assert_int_eq(written, 9);
    ck_assert_int_lt(now, deadline - 30000);
    limit.left = 1; /* it would have waited past the deadline */
    ck_assert_int_eq(pace_take(&pace, &limit, deadline - now, now), PACE_NO_TIME);
}
END_TEST

START_TEST(test_nothing_begins_within_the_reserve_when_the_rest_does_not_fit) {
    limit.reserve_ms = 30000;
    limit.left = 4; /* the fourth needs a minute */
    ck_assert_int_eq(pace_take(&pace, &limit, 30000, START), PACE_NO_TIME);
    ck_assert_int_eq(pace_take(&pace, &limit, 30001, START), 0);
    limit.left = 2;
    ck_assert_int_eq(pace_take(&pace, &limit, 29000, START), 0);
}
END_TEST

START_TEST(test_without_a_deadline_there_is_time_for_everything) {
    limit.left = 1000000000;
    ck_assert_int_eq(pace_take(&pace, &limit, INT64_MAX, START), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("pace");
    TCase *tc = tcase_create("pace");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_as_many_as_allowed_go_at_once);
    tcase_add_test(tc, test_the_window_slides);
    tcase_add_test(tc, test_no_window_ever_holds_more_than_allowed);
    tcase_add_test(tc, test_keys_have_windows_of_their_own);
    tcase_add_test(tc, test_the_idlest_key_is_forgotten);
    tcase_add_test(tc, test_calls_with_different_limits_share_the_window);
    tcase_add_test(tc, test_nonsense_limits_do_no_harm);
    tcase_add_test(tc, test_an_answered_request_counts_from_its_answer);
    tcase_add_test(tc, test_a_refused_request_gives_its_place_back);
    tcase_add_test(tc, test_an_answer_after_the_window_still_counts);
    tcase_add_test(tc, test_the_oldest_tells_how_long_a_full_window_refuses);
    tcase_add_test(tc, test_a_wait_past_the_deadline_is_not_begun);
    tcase_add_test(tc, test_what_fits_may_use_all_the_time);
    tcase_add_test(tc, test_what_does_not_fit_ends_before_the_reserve);
    tcase_add_test(tc, test_nothing_begins_within_the_reserve_when_the_rest_does_not_fit);
    tcase_add_test(tc, test_without_a_deadline_there_is_time_for_everything);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
