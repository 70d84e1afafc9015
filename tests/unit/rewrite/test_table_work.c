#include "fake_store.h"
#include "support/suite.h"

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "t", "id:INT:key a:STRING");
    world_row(w, "t", "1|one");
}

static bool count_row(void *context, const struct row *row, struct status *status) {
    (void)row;
    (void)status;
    ++*(size_t *)context;
    return true;
}

static void count_again(void *context) {
    *(size_t *)context = 0;
}

static size_t count(struct table_work *work) {
    size_t n = 0;
    struct status status = STATUS_INIT;
    const struct row_visitor visitor = {count_row, count_again, &n};
    ck_assert(work->store->ops->read(work->store, READ_WHOLE, &visitor, &status));
    return n;
}

static bool begin(struct table_work *work, struct fake_world *w, const char *name) {
    return table_work_begin(work, &w->rw, slice_of("s"), slice_of(name), &w->status);
}

static bool write(struct table_work *work, struct fake_world *w, const char *const *lines,
                  size_t n) {
    struct lines_source source;
    lines_init(&source, world_shape(w, "t"), lines, n);
    return table_work_write(work, world_shape(w, "t"), &source.source, &w->status);
}

static const char *const two[] = {"upsert 2|two", "upsert 3|three", "upsert 4|four"};

START_TEST(test_a_write_that_confirms_needs_no_settling) {
    struct fake_world w;
    struct table_work work;
    set_up(&w);
    ck_assert(begin(&work, &w, "t"));
    ck_assert(write(&work, &w, two, 3));
    ck_assert(table_work_settle(&work, &w.status));
    ck_assert_uint_eq(w.n_settles, 0);
    ck_assert_uint_eq(count(&work), 4);
    ck_assert_uint_eq(w.report.records, 3);
    ck_assert_uint_eq(w.report.batches, 2);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_write_that_does_not_confirm_settles_before_reading) {
    struct fake_world w;
    struct table_work work;
    set_up(&w);
    w.settings.confirm_writes = false;
    ck_assert(begin(&work, &w, "t"));
    ck_assert(table_work_settle(&work, &w.status)); /* who knows what was written before */
    ck_assert_uint_eq(w.n_settles, 1);
    ck_assert(table_work_settle(&work, &w.status));
    ck_assert_uint_eq(w.n_settles, 1);
    ck_assert(write(&work, &w, two, 3));
    ck_assert_uint_eq(count(&work), 1);
    ck_assert(table_work_settle(&work, &w.status));
    ck_assert_uint_eq(w.n_settles, 2);
    ck_assert_uint_eq(count(&work), 4);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_removals_are_confirmed_at_the_end_when_the_setting_says_so) {
    for (int confirm = 0; confirm < 2; confirm++) {
        struct fake_world w;
        struct table_work work;
        const struct slice ids[] = {SLICE_LITERAL("1;"), SLICE_LITERAL("9;")};
        set_up(&w);
        w.settings.confirm_writes = confirm;
        ck_assert(begin(&work, &w, "t"));
        ck_assert(table_work_remove(&work, ids, 2, &w.status));
        ck_assert(table_work_confirm(&work, &w.status));
        ck_assert_uint_eq(count(&work), confirm ? 0 : 1);
        ck_assert_uint_eq(w.n_settles, (size_t)confirm);
        ck_assert_uint_eq(w.report.records, 2);
        table_work_end(&work);
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_a_write_behind_removals_confirms_them_too) {
    struct fake_world w;
    struct table_work work;
    const struct slice ids[] = {SLICE_LITERAL("1;")};
    set_up(&w);
    ck_assert(begin(&work, &w, "t"));
    ck_assert(table_work_remove(&work, ids, 1, &w.status));
    ck_assert(write(&work, &w, two, 3));
    ck_assert(table_work_confirm(&work, &w.status));
    ck_assert_uint_eq(w.n_settles, 0);
    ck_assert_uint_eq(count(&work), 3);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_missing_table_has_no_store_until_it_was_written) {
    struct fake_world w;
    struct table_work work;
    struct lines_source source;
    const struct column columns[] = {{.name = "id", .type = COLUMN_INT, .primary_key = true},
                                     {.name = "a", .type = COLUMN_STRING}};
    const struct table fresh = {"s", "fresh", columns, 2};
    set_up(&w);
    ck_assert(begin(&work, &w, "fresh"));
    ck_assert_ptr_null(work.store);
    ck_assert(table_work_settle(&work, &w.status));
    ck_assert(table_work_confirm(&work, &w.status));
    lines_init(&source, &fresh, two, 3);
    ck_assert(table_work_write(&work, &fresh, &source.source, &w.status));
    ck_assert(table_work_reopen(&work, &w.status));
    ck_assert_uint_eq(count(&work), 3);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

enum { MANY = 2500 };

static struct slice many_ids[MANY];

START_TEST(test_removing_tells_the_time_left) {
    struct fake_world w;
    struct table_work work;
    set_up(&w);
    w.removals_per_minute = 600;
    w.request_ms = 100;
    for (size_t i = 0; i < MANY; i++) {
        many_ids[i] = slice_of("5;");
    }
    ck_assert(begin(&work, &w, "t"));
    ck_assert(table_work_remove(&work, many_ids, MANY, &w.status));
    ck_assert_uint_eq(w.n_removed, MANY);
    /* 250 s: a line every 10 s, but for the end. */
    ck_assert_uint_eq(log_capture_count(&w.log, "removing"), 24);
    ck_assert_uint_eq(log_capture_count(&w.log, "rows=101 left=2399 seconds_left=240"), 1);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_removals_that_cannot_end_in_time_are_a_task_and_do_not_begin) {
    struct fake_world w;
    struct table_work work;
    set_up(&w);
    w.removals_per_minute = 10;
    cancel_clean_up(&w.cancel);
    cancel_init(&w.cancel, &w.clock.clock, fake_clock_now(&w.clock) + 3600 * 1000);
    ck_assert(begin(&work, &w, "t"));
    ck_assert(table_work_can_remove(&work, 600, &w.status));
    ck_assert(!table_work_can_remove(&work, 601, &w.status));
    ck_assert(!table_work_remove(&work, many_ids, 601, &w.status));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "Table s.t: 601 rows"));
    ck_assert_ptr_nonnull(strstr(w.status.message, "1.0 hours at the 10 a minute"));
    ck_assert_uint_eq(w.n_removed, 0);
    ck_assert(table_work_remove(&work, many_ids, 600, &w.status));
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_cancelled_call_removes_no_more) {
    struct fake_world w;
    struct table_work work;
    set_up(&w);
    ck_assert(begin(&work, &w, "t"));
    cancel_fire(&w.cancel, CANCEL_SHUTDOWN);
    ck_assert(!table_work_remove(&work, many_ids, 5, &w.status));
    ck_assert_int_eq(w.status.code, STATUS_UNAVAILABLE);
    ck_assert_uint_eq(w.n_removed, 0);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table_work");
    TCase *tests = tcase_create("table_work");
    tcase_add_test(tests, test_a_write_that_confirms_needs_no_settling);
    tcase_add_test(tests, test_a_write_that_does_not_confirm_settles_before_reading);
    tcase_add_test(tests, test_removals_are_confirmed_at_the_end_when_the_setting_says_so);
    tcase_add_test(tests, test_a_write_behind_removals_confirms_them_too);
    tcase_add_test(tests, test_a_missing_table_has_no_store_until_it_was_written);
    tcase_add_test(tests, test_removing_tells_the_time_left);
    tcase_add_test(tests, test_removals_that_cannot_end_in_time_are_a_task_and_do_not_begin);
    tcase_add_test(tests, test_a_cancelled_call_removes_no_more);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
