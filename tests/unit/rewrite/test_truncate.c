#include "fake_store.h"
#include "support/suite.h"

#define SYNCED "_fivetran_synced"

static const char all_rows[] = "1|2024-01-01T00:00:00Z|one|NULL\n"
                               "2|2024-01-01T00:00:00.122999999Z|two|false\n"
                               "3|2024-01-01T00:00:00.123Z|three|false\n"
                               "4|NULL|four|NULL\n"
                               "5|2024-01-01T02:00:00.1229+02:00|five|true\n"
                               "6|0001-01-01T00:00:00Z|six|NULL\n"
                               "7|9999-12-31T23:59:59.999999999Z|seven|NULL\n";
/* 2024-01-01T00:00:00.123Z, as the front end gives it. */
static const int64_t before_us = 1704067200123000;

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "t",
                "id:INT:key _fivetran_synced:UTC_DATETIME a:STRING _fivetran_deleted:BOOLEAN");
    world_row(w, "t", "1|2024-01-01T00:00:00Z|one|NULL");
    world_row(w, "t", "2|2024-01-01T00:00:00.122999999Z|two|false");
    world_row(w, "t", "3|2024-01-01T00:00:00.123Z|three|false");
    world_row(w, "t", "4|NULL|four|NULL");
    world_row(w, "t", "5|2024-01-01T02:00:00.1229+02:00|five|true");
    world_row(w, "t", "6|0001-01-01T00:00:00Z|six|NULL");
    world_row(w, "t", "7|9999-12-31T23:59:59.999999999Z|seven|NULL");
}

static bool truncate_at(struct fake_world *w, const char *table, int64_t us, const char *synced,
                        const char *deleted) {
    const struct truncate truncate = {us, synced, deleted};
    return rewrite_truncate(&w->rw, slice_of("s"), slice_of(table), &truncate, &w->status);
}

static bool hard(struct fake_world *w) {
    return truncate_at(w, "t", before_us, SYNCED, NULL);
}

static bool soft(struct fake_world *w) {
    return truncate_at(w, "t", before_us, SYNCED, "_fivetran_deleted");
}

static const char after_hard[] = "3|2024-01-01T00:00:00.123Z|three|false\n"
                                 "4|NULL|four|NULL\n"
                                 "7|9999-12-31T23:59:59.999999999Z|seven|NULL\n";

START_TEST(test_lesson_6_rows_strictly_before_are_removed) {
    struct fake_world w;
    set_up(&w);
    w.removals_per_minute = 1000;
    w.restarts_once = true;
    ck_assert_str_eq(world_rows(&w, "t"), all_rows);
    ck_assert_msg(hard(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), after_hard);
    ck_assert_uint_eq(w.n_removed, 4);
    ck_assert_uint_eq(w.n_clears, 0);
    ck_assert_uint_eq(w.report.records, 4);
    world_clean_up(&w);
}
END_TEST

/* A finer time than milliseconds is no finer than they are. */
START_TEST(test_lesson_6_milliseconds_decide) {
    struct fake_world w;
    set_up(&w);
    ck_assert(truncate_at(&w, "t", before_us + 999, SYNCED, NULL));
    ck_assert_str_eq(world_rows(&w, "t"), after_hard);
    ck_assert(truncate_at(&w, "t", before_us + 1000, SYNCED, NULL));
    ck_assert_ptr_eq(strstr(world_rows(&w, "t"), "4|"), world_rows(&w, "t"));
    world_clean_up(&w);
    set_up(&w);
    world_row(&w, "t", "8|1969-12-31T23:59:59.999Z|eight|NULL");
    ck_assert(truncate_at(&w, "t", -1, SYNCED, NULL)); /* -1 µs is in millisecond -1 */
    ck_assert_uint_eq(w.n_removed, 1);
    ck_assert_ptr_null(strstr(world_rows(&w, "t"), "six"));
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_table_of_old_rows_alone_is_cleared_at_once) {
    struct fake_world w;
    set_up(&w);
    w.removals_per_minute = 1000;
    ck_assert(truncate_at(&w, "t", 253402300800000000, SYNCED, NULL));
    ck_assert_str_eq(world_rows(&w, "t"), "4|NULL|four|NULL\n"); /* no time: not older */
    ck_assert_uint_eq(w.n_clears, 0);
    world_clean_up(&w);
    world_init(&w);
    w.removals_per_minute = 1000;
    world_table(&w, "s", "t", "id:INT:key _fivetran_synced:UTC_DATETIME");
    world_row(&w, "t", "1|2024-01-01T00:00:00Z");
    world_row(&w, "t", "2|2024-01-01T00:00:00Z");
    ck_assert(hard(&w));
    ck_assert_str_eq(world_rows(&w, "t"), "");
    ck_assert_uint_eq(w.n_clears, 1);
    ck_assert_uint_eq(w.n_removed, 0);
    ck_assert_uint_eq(w.report.records, 2);
    world_clean_up(&w);
}
END_TEST

/* A listing that missed the young rows must not have them cleared. */
START_TEST(test_where_removing_is_fast_a_listing_that_misses_rows_removes_none_of_them) {
    struct fake_world w;
    set_up(&w);
    world_row(&w, "t", "0|2024-05-05T00:00:00Z|young|NULL");
    struct fake_row last = w.tables[0].rows.rows[7];
    memmove(w.tables[0].rows.rows + 1, w.tables[0].rows.rows, 7 * sizeof last);
    w.tables[0].rows.rows[0] = last;
    w.skip_rows = 7; /* all but the last of them, seven */
    ck_assert(truncate_at(&w, "t", 253402300800000000, SYNCED, NULL));
    ck_assert_str_eq(world_rows(&w, "t"), "4|NULL|four|NULL\n");
    ck_assert_uint_eq(w.n_clears, 0);
    ck_assert_uint_eq(w.n_reads, 3);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_soft_truncate_sets_the_column_of_whole_rows) {
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(soft(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), "1|2024-01-01T00:00:00Z|one|true\n"
                                          "2|2024-01-01T00:00:00.122999999Z|two|true\n"
                                          "3|2024-01-01T00:00:00.123Z|three|false\n"
                                          "4|NULL|four|NULL\n"
                                          "5|2024-01-01T02:00:00.1229+02:00|five|true\n"
                                          "6|0001-01-01T00:00:00Z|six|true\n"
                                          "7|9999-12-31T23:59:59.999999999Z|seven|NULL\n");
    ck_assert_uint_eq(w.report.records, 3);
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_soft_truncate_finds_rows_that_a_listing_missed) {
    struct fake_world w;
    set_up(&w);
    w.skip_rows = 2;
    w.settings.confirm_writes = false;
    ck_assert_msg(soft(&w), "%s", w.status.message);
    ck_assert_ptr_nonnull(strstr(world_rows(&w, "t"), "|one|true\n"));
    ck_assert_ptr_nonnull(strstr(world_rows(&w, "t"), "|six|true\n"));
    world_clean_up(&w);
}
END_TEST

/* A listing that shows the column set: nothing is found and written again. */
START_TEST(test_another_synced_column_is_read_with_whole_rows) {
    struct fake_world w;
    world_init(&w);
    world_table(&w, "s", "t", "id:INT:key seen:NAIVE_DATE gone:BOOLEAN");
    world_row(&w, "t", "1|2023-12-31|NULL");
    world_row(&w, "t", "2|2023-12-31|TRUE");
    world_row(&w, "t", "3|2024-01-02|NULL");
    for (int delivery = 0; delivery < 2; delivery++) {
        world_next_call(&w);
        ck_assert(truncate_at(&w, "t", before_us, "seen", "gone"));
        ck_assert_uint_eq(w.report.records, delivery ? 0 : 1);
        ck_assert_uint_eq(w.n_reads, delivery ? 1 : 3);
        ck_assert_str_eq(world_rows(&w, "t"), "1|2023-12-31|true\n2|2023-12-31|TRUE\n"
                                              "3|2024-01-02|NULL\n");
    }
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_written_before_the_call_are_truncated_too) {
    struct fake_world w;
    static const char *const lines[] = {"upsert 8|2023-01-01T00:00:00Z|x|NULL"};
    struct lines_source source;
    set_up(&w);
    w.settings.confirm_writes = false;
    lines_init(&source, world_shape(&w, "t"), lines, 1);
    ck_assert(rewrite_write(&w.rw, world_shape(&w, "t"), &source.source, &w.status));
    ck_assert(hard(&w));
    ck_assert_str_eq(world_rows(&w, "t"), after_hard);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_6_a_table_that_is_not_there_is_success) {
    struct fake_world w;
    set_up(&w);
    ck_assert(truncate_at(&w, "nowhere", before_us, SYNCED, NULL));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_column_that_is_not_there_is_a_task) {
    struct fake_world w;
    set_up(&w);
    ck_assert(!truncate_at(&w, "t", before_us, "updated", NULL));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "Table s.t has no column \"updated\""));
    w.status = STATUS_INIT;
    ck_assert(!truncate_at(&w, "t", before_us, SYNCED, "gone"));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "Table s.t has no column \"gone\""));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

static bool remove_nothing(struct row_store *store, const struct slice *ids, size_t n_ids,
                           struct status *status) {
    (void)store;
    (void)ids;
    (void)n_ids;
    (void)status;
    return true;
}

static bool open_stubborn(struct destination *d, struct slice schema, struct slice name,
                          struct row_store **store, struct status *status) {
    static struct row_store_ops ops;
    bool ok = fake_open_rows(d, schema, name, store, status);
    ops = *(*store)->ops;
    ops.remove = remove_nothing;
    (*store)->ops = &ops;
    return ok;
}

START_TEST(test_rows_that_stay_are_no_success) {
    struct fake_world w;
    set_up(&w);
    w.ops.open_rows = open_stubborn;
    ck_assert(!hard(&w));
    ck_assert_int_eq(w.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(w.status.message, "table s.t"));
    ck_assert_uint_eq(w.n_reads, 5);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_a_truncate_cut_anywhere_and_repeated_ends_in_the_same_rows) {
    for (int how = 0; how < 4; how++) {
        bool done = false;
        for (size_t cut = 0; !done; cut++) {
            struct fake_world w;
            ck_assert_uint_lt(cut, 20);
            set_up(&w);
            w.settings.confirm_writes = how % 2;
            w.cut_after = cut;
            done = how < 2 ? hard(&w) : soft(&w);
            ck_assert(done || w.status.code == STATUS_UNAVAILABLE);
            world_next_call(&w);
            ck_assert(how < 2 ? hard(&w) : soft(&w));
            if (how < 2) {
                ck_assert_str_eq(world_rows(&w, "t"), after_hard);
            } else {
                ck_assert_ptr_nonnull(strstr(world_rows(&w, "t"), "|one|true\n"));
                ck_assert_ptr_nonnull(strstr(world_rows(&w, "t"), "|six|true\n"));
                ck_assert_ptr_nonnull(strstr(world_rows(&w, "t"), "|three|false\n"));
            }
            world_clean_up(&w);
        }
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("truncate");
    TCase *tests = tcase_create("truncate");
    tcase_add_test(tests, test_lesson_6_rows_strictly_before_are_removed);
    tcase_add_test(tests, test_lesson_6_milliseconds_decide);
    tcase_add_test(tests, test_a_table_of_old_rows_alone_is_cleared_at_once);
    tcase_add_test(tests,
                   test_where_removing_is_fast_a_listing_that_misses_rows_removes_none_of_them);
    tcase_add_test(tests, test_a_soft_truncate_sets_the_column_of_whole_rows);
    tcase_add_test(tests, test_a_soft_truncate_finds_rows_that_a_listing_missed);
    tcase_add_test(tests, test_another_synced_column_is_read_with_whole_rows);
    tcase_add_test(tests, test_rows_written_before_the_call_are_truncated_too);
    tcase_add_test(tests, test_lesson_6_a_table_that_is_not_there_is_success);
    tcase_add_test(tests, test_a_column_that_is_not_there_is_a_task);
    tcase_add_test(tests, test_rows_that_stay_are_no_success);
    tcase_add_test(tests, test_lesson_8_a_truncate_cut_anywhere_and_repeated_ends_in_the_same_rows);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
