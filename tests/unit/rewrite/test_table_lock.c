#include "rewrite/table_lock.h"
#include "support/fake_clock.h"
#include "support/suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { THREADS = 8, ROUNDS = 200 };

struct fixture {
    struct table_locks *locks;
    struct cancel cancel;
    struct fake_clock clock;
    atomic_int waiting;
    int inside;  /* guarded by the table's lock */
    int entered; /* guarded by the table's lock */
    bool taken;
    struct status status;
};

static void set_up(struct fixture *f, int64_t deadline_ms) {
    memset(f, 0, sizeof *f);
    fake_clock_init(&f->clock);
    f->locks = table_locks_new();
    ck_assert_ptr_nonnull(f->locks);
    cancel_init(&f->cancel, &f->clock.clock, deadline_ms);
}

static void tear_down(struct fixture *f) {
    table_locks_destroy(f->locks);
    cancel_clean_up(&f->cancel);
    fake_clock_clean_up(&f->clock);
}

static bool take(struct fixture *f, const char *scope, const char *schema, const char *name,
                 struct table_lock **lock) {
    return table_lock_take(f->locks, slice_of(scope), slice_of(schema), slice_of(name), &f->cancel,
                           lock, &f->status);
}

static void *enter_often(void *context) {
    struct fixture *f = context;
    for (int i = 0; i < ROUNDS; i++) {
        struct table_lock *lock;
        struct status status = STATUS_INIT;
        ck_assert(table_lock_take(f->locks, slice_of("a"), slice_of("s"), slice_of("t"), &f->cancel,
                                  &lock, &status));
        ck_assert_int_eq(f->inside++, 0);
        sched_yield();
        f->entered++;
        ck_assert_int_eq(--f->inside, 0);
        table_lock_give(f->locks, lock);
    }
    return NULL;
}

START_TEST(test_one_at_a_time_has_a_table) {
    struct fixture f;
    pthread_t threads[THREADS];
    set_up(&f, CANCEL_NO_DEADLINE);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, enter_often, &f), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(f.entered, THREADS * ROUNDS);
    tear_down(&f);
}
END_TEST

START_TEST(test_other_tables_and_other_accounts_do_not_wait) {
    struct fixture f;
    struct table_lock *locks[4];
    set_up(&f, CANCEL_NO_DEADLINE);
    ck_assert(take(&f, "a", "s", "t", &locks[0]));
    ck_assert(take(&f, "b", "s", "t", &locks[1]));
    ck_assert(take(&f, "a", "s", "u", &locks[2]));
    ck_assert(take(&f, "a", "st", "", &locks[3]));
    for (size_t i = 0; i < 4; i++) {
        table_lock_give(f.locks, locks[i]);
    }
    table_lock_give(f.locks, NULL);
    tear_down(&f);
}
END_TEST

static void *wait_in_vain(void *context) {
    struct fixture *f = context;
    struct table_lock *lock;
    atomic_store(&f->waiting, 1);
    f->taken = take(f, "a", "s", "t", &lock);
    return NULL;
}

START_TEST(test_who_waits_goes_when_the_call_is_cancelled) {
    struct fixture f;
    pthread_t thread;
    struct table_lock *lock;
    set_up(&f, CANCEL_NO_DEADLINE);
    ck_assert(take(&f, "a", "s", "t", &lock));
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_in_vain, &f), 0);
    while (!atomic_load(&f.waiting)) {
        sched_yield();
    }
    cancel_fire(&f.cancel, CANCEL_CALLER);
    pthread_join(thread, NULL);
    ck_assert(!f.taken);
    ck_assert_int_eq(f.status.code, STATUS_CANCELLED);
    ck_assert_ptr_nonnull(strstr(f.status.message, "table s.t: "));
    table_lock_give(f.locks, lock);
    tear_down(&f);
}
END_TEST

START_TEST(test_who_waits_goes_at_the_deadline) {
    struct fixture f;
    pthread_t thread;
    struct table_lock *lock;
    set_up(&f, 1000000 + 50);
    ck_assert(take(&f, "a", "s", "t", &lock));
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_in_vain, &f), 0);
    while (!atomic_load(&f.waiting)) {
        sched_yield();
    }
    fake_clock_advance(&f.clock, 50);
    pthread_join(thread, NULL);
    ck_assert(!f.taken);
    ck_assert_int_eq(f.status.code, STATUS_DEADLINE);
    table_lock_give(f.locks, lock);
    ck_assert(!take(&f, "a", "s", "t", &lock)); /* past it nothing is taken */
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table_lock");
    TCase *tests = tcase_create("table_lock");
    tcase_add_test(tests, test_one_at_a_time_has_a_table);
    tcase_add_test(tests, test_other_tables_and_other_accounts_do_not_wait);
    tcase_add_test(tests, test_who_waits_goes_when_the_call_is_cancelled);
    tcase_add_test(tests, test_who_waits_goes_at_the_deadline);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
