#include "base/cancel.h"
#include "support/fake_clock.h"
#include "support/suite.h"

struct fixture {
    struct fake_clock fake;
    struct cancel cancel;
};

/* A cancel on a clock of the test's own, whose deadline is in ms milliseconds. */
static void set_up(struct fixture *f, int64_t ms) {
    fake_clock_init(&f->fake);
    int64_t deadline = ms == CANCEL_NO_DEADLINE ? ms : fake_clock_now(&f->fake) + ms;
    cancel_init(&f->cancel, &f->fake.clock, deadline);
}

static void tear_down(struct fixture *f) {
    cancel_clean_up(&f->cancel);
    fake_clock_clean_up(&f->fake);
}

START_TEST(test_the_first_reason_stays) {
    struct fixture f;
    set_up(&f, CANCEL_NO_DEADLINE);
    ck_assert_int_eq(cancel_check(&f.cancel), CANCEL_NONE);
    cancel_fire(&f.cancel, CANCEL_SHUTDOWN);
    cancel_fire(&f.cancel, CANCEL_CALLER);
    ck_assert_int_eq(cancel_check(&f.cancel), CANCEL_SHUTDOWN);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_deadline_is_a_reason_too) {
    struct fixture f;
    set_up(&f, 100);
    ck_assert_int_eq(cancel_remaining_ms(&f.cancel), 100);
    fake_clock_advance(&f.fake, 99);
    ck_assert_int_eq(cancel_check(&f.cancel), CANCEL_NONE);
    ck_assert_int_eq(cancel_remaining_ms(&f.cancel), 1);
    fake_clock_advance(&f.fake, 1);
    ck_assert_int_eq(cancel_check(&f.cancel), CANCEL_DEADLINE);
    fake_clock_advance(&f.fake, 1000);
    ck_assert_int_eq(cancel_remaining_ms(&f.cancel), 0);
    tear_down(&f);
    set_up(&f, CANCEL_NO_DEADLINE);
    ck_assert_int_eq(cancel_remaining_ms(&f.cancel), INT64_MAX);
    tear_down(&f);
}
END_TEST

START_TEST(test_going_on_says_why_not) {
    const struct {
        enum cancel_reason reason;
        enum status_code code;
    } rows[] = {{CANCEL_CALLER, STATUS_CANCELLED},
                {CANCEL_SHUTDOWN, STATUS_UNAVAILABLE},
                {CANCEL_DEADLINE, STATUS_DEADLINE}};
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;
        set_up(&f, CANCEL_NO_DEADLINE);
        struct status status = STATUS_INIT;
        ck_assert(cancel_go_on(&f.cancel, &status));
        ck_assert_int_eq(status.code, STATUS_OK);
        cancel_fire(&f.cancel, rows[i].reason);
        ck_assert(!cancel_go_on(&f.cancel, &status));
        ck_assert_int_eq(status.code, rows[i].code);
        tear_down(&f);
    }
    struct fixture f;
    set_up(&f, 0);
    struct status status = STATUS_INIT;
    ck_assert(!cancel_go_on(&f.cancel, &status));
    ck_assert_int_eq(status.code, STATUS_DEADLINE);
    tear_down(&f);
}
END_TEST

static void count_wake(void *context) {
    ++*(int *)context;
}

START_TEST(test_wakers_are_roused_until_removed) {
    struct fixture f;
    set_up(&f, CANCEL_NO_DEADLINE);
    int counts[3] = {0};
    struct cancel_waker wakers[3];
    for (size_t i = 0; i < 3; i++) {
        wakers[i] = (struct cancel_waker){count_wake, &counts[i], NULL};
        cancel_add_waker(&f.cancel, &wakers[i]);
    }
    cancel_remove_waker(&f.cancel, &wakers[1]);
    cancel_remove_waker(&f.cancel, &wakers[1]); /* again is nothing */
    cancel_fire(&f.cancel, CANCEL_CALLER);
    cancel_fire(&f.cancel, CANCEL_CALLER);
    ck_assert_int_eq(counts[0], 1);
    ck_assert_int_eq(counts[1], 0);
    ck_assert_int_eq(counts[2], 1);
    cancel_remove_waker(&f.cancel, &wakers[0]);
    cancel_remove_waker(&f.cancel, &wakers[2]);
    ck_assert_ptr_null(f.cancel.wakers);
    cancel_add_waker(&f.cancel, &wakers[1]); /* too late: at once */
    ck_assert_int_eq(counts[1], 1);
    tear_down(&f);
}
END_TEST

static void *fire_soon(void *context) {
    clock_sleep_ms(clock_system(), 50, NULL);
    cancel_fire(context, CANCEL_CALLER);
    return NULL;
}

static int64_t wait_real(struct cancel *cancel, int64_t ms) {
    int64_t before = clock_monotonic_ms(clock_system());
    cancel_wait(cancel, ms);
    return clock_monotonic_ms(clock_system()) - before;
}

START_TEST(test_a_wait_ends_when_fired) {
    const int64_t waits[] = {20 * 1000, INT64_MAX};
    for (size_t i = 0; i < 2; i++) {
        struct cancel cancel;
        cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, fire_soon, &cancel), 0);
        ck_assert_int_lt(wait_real(&cancel, waits[i]), 15 * 1000);
        ck_assert_int_eq(cancel_check(&cancel), CANCEL_CALLER);
        pthread_join(thread, NULL);
        ck_assert_int_lt(wait_real(&cancel, 20 * 1000), 10 * 1000); /* fired already */
        cancel_clean_up(&cancel);
    }
}
END_TEST

START_TEST(test_a_wait_ends_with_its_time_or_the_deadline) {
    struct cancel cancel;
    cancel_init(&cancel, clock_system(), CANCEL_NO_DEADLINE);
    ck_assert_int_ge(wait_real(&cancel, 30), 29);
    ck_assert_int_lt(wait_real(&cancel, 0), 10 * 1000);
    ck_assert_int_lt(wait_real(&cancel, -1), 10 * 1000);
    ck_assert_int_lt(wait_real(&cancel, -1500), 10 * 1000);
    cancel_clean_up(&cancel);
    cancel_init(&cancel, clock_system(), clock_monotonic_ms(clock_system()) + 30);
    ck_assert_int_lt(wait_real(&cancel, 20 * 1000), 15 * 1000);
    ck_assert_int_eq(cancel_check(&cancel), CANCEL_DEADLINE);
    cancel_clean_up(&cancel);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("cancel");
    TCase *c = tcase_create("cancel");
    tcase_add_test(c, test_the_first_reason_stays);
    tcase_add_test(c, test_the_deadline_is_a_reason_too);
    tcase_add_test(c, test_going_on_says_why_not);
    tcase_add_test(c, test_wakers_are_roused_until_removed);
    tcase_add_test(c, test_a_wait_ends_when_fired);
    tcase_add_test(c, test_a_wait_ends_with_its_time_or_the_deadline);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
