#include "base/cancel.h"
#include "base/clock.h"
#include "support/suite.h"

#include <time.h>

START_TEST(test_monotonic_time_only_grows) {
    int64_t last = clock_monotonic_ms(clock_system());
    for (int i = 0; i < 100000; i++) {
        int64_t now = clock_monotonic_ms(clock_system());
        if (now < last) {
            ck_abort_msg("%lld after %lld", (long long)now, (long long)last);
        }
        last = now;
    }
}
END_TEST

START_TEST(test_real_time_is_the_systems_in_microseconds) {
    int64_t before = (int64_t)time(NULL);
    int64_t now = clock_realtime_us(clock_system());
    int64_t after = (int64_t)time(NULL);
    ck_assert_int_ge(now / 1000000, before - 1); /* time() may lag by a tick */
    ck_assert_int_le(now / 1000000, after + 1);
}
END_TEST

START_TEST(test_sleeps_last_as_long_as_asked) {
    int64_t before = clock_monotonic_ms(clock_system());
    clock_sleep_ms(clock_system(), 30, NULL);
    ck_assert_int_ge(clock_monotonic_ms(clock_system()) - before, 29);
    before = clock_monotonic_ms(clock_system());
    clock_sleep_ms(clock_system(), 0, NULL);
    clock_sleep_ms(clock_system(), -5000, NULL);
    ck_assert_int_lt(clock_monotonic_ms(clock_system()) - before, 4000);
}
END_TEST

START_TEST(test_a_cancelled_sleep_returns_at_once) {
    struct cancel cancel;
    cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
    cancel_fire(&cancel, CANCEL_SHUTDOWN);
    int64_t before = clock_monotonic_ms(clock_system());
    clock_sleep_ms(clock_system(), 30 * 1000, &cancel);
    ck_assert_int_lt(clock_monotonic_ms(clock_system()) - before, 15 * 1000);
    cancel_clean_up(&cancel);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("clock");
    TCase *c = tcase_create("clock");
    tcase_add_test(c, test_monotonic_time_only_grows);
    tcase_add_test(c, test_real_time_is_the_systems_in_microseconds);
    tcase_add_test(c, test_sleeps_last_as_long_as_asked);
    tcase_add_test(c, test_a_cancelled_sleep_returns_at_once);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
