#include "cut.h"
#include "support/suite.h"

static void a_world(struct fake_world *w, const char *columns) {
    world_init(w);
    w->ops.migrates = true;
    world_table(w, "s", "t", columns);
}

static bool alter(struct fake_world *w, const char *columns, bool drop_columns) {
    struct fake_world wanted; /* for its parser of columns */
    world_init(&wanted);
    world_table(&wanted, "s", "t", columns);
    bool ok = rewrite_alter(&w->rw, world_shape(&wanted, "t"), drop_columns, &w->status);
    world_clean_up(&wanted);
    return ok;
}

#define ALTERED(w, columns, drop_columns)                                                          \
    ck_assert_msg(alter(w, columns, drop_columns), "%s", (w)->status.message)

/* All that is there when a table with these rows (NULL behind the last) was altered. */
static void check_altered(const char *columns, const char *const *rows, const char *wanted,
                          bool drop_columns, const char *state) {
    struct fake_world w;
    a_world(&w, columns);
    for (; *rows; rows++) {
        world_row(&w, "t", *rows);
    }
    ALTERED(&w, wanted, drop_columns);
    STATE(&w, state);
    world_clean_up(&w);
}

START_TEST(test_an_alter_that_changes_nothing_writes_and_reads_nothing) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:STRING");
    world_row(&w, "t", "1|one");
    ALTERED(&w, "a:STRING id:INT:key", true);
    ck_assert_uint_eq(w.n_requests + w.n_reads + w.n_settles, 0);
    ALTERED(&w, "id:INT:key", false);
    ck_assert_uint_eq(w.n_requests + w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_new_columns_are_set_and_rows_left_alone) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:STRING");
    world_row(&w, "t", "1|one");
    ALTERED(&w, "id:INT:key b:JSON a:STRING _fivetran_deleted:BOOLEAN", true);
    ck_assert_str_eq(world_columns(&w, "t"),
                     "_fivetran_deleted:BOOLEAN a:STRING b:JSON id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|NULL|NULL\n");
    ck_assert_uint_eq(w.n_requests, 1);
    ck_assert_uint_eq(w.n_reads + w.n_settles, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_decimal_parameters_change_columns_alone) {
    static const struct column columns[] = {
        {.name = "id", .type = COLUMN_INT, .primary_key = true},
        {.name = "d", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 38, .scale = 9},
    };
    const struct table wanted = {"s", "t", columns, 2};
    struct fake_world w;
    a_world(&w, "id:INT:key d:DECIMAL");
    world_row(&w, "t", "1|1.5");
    ck_assert(rewrite_alter(&w.rw, &wanted, false, &w.status));
    ck_assert_uint_eq(world_shape(&w, "t")->columns[1].scale, 9);
    ck_assert_uint_eq(w.n_requests, 1);
    ck_assert_uint_eq(w.n_reads, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_new_type_rewrites_the_rows_with_a_value) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:INT b:STRING");
    world_row(&w, "t", "1|10|x");
    world_row(&w, "t", "2|NULL|y");
    world_row(&w, "t", "3|30|NULL");
    world_row(&w, "t", "4|NULL|NULL");
    ALTERED(&w, "id:INT:key a:STRING b:STRING", false);
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING b:STRING id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|10|x\n2|NULL|y\n3|30|NULL\n4|NULL|NULL\n");
    ck_assert_uint_eq(w.report.records, 2);
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}
END_TEST

static const struct {
    const char *types; /* old and new */
    const char *row;
    const char *becomes; /* NULL: a Task */
} times[] = {
    {"NAIVE_DATE NAIVE_DATETIME", "0001-01-01", "0001-01-01T00:00:00"},
    {"NAIVE_DATE UTC_DATETIME", "9999-12-31", "9999-12-31T00:00:00Z"},
    {"NAIVE_DATETIME UTC_DATETIME", "2024-02-29T10:15:30.000000001",
     "2024-02-29T10:15:30.000000001Z"},
    {"NAIVE_DATETIME UTC_DATETIME", "NULL", "NULL"},
    {"STRING UTC_DATETIME", "2024-02-29T10:15:30.50Z", "2024-02-29T10:15:30.50Z"},
    {"STRING UTC_DATETIME", "yesterday", NULL},
    {"NAIVE_DATETIME NAIVE_DATE", "2024-02-29T10:15:30", NULL},
};

/* The row is there twice, under a key of its own each. */
START_TEST(test_dates_become_times_and_times_instants) {
    char old[64];
    char new[64];
    char row[64];
    char rows[128];
    int space = (int)strcspn(times[_i].types, " ");
    snprintf(old, sizeof old, "id:INT:key a:%.*s", space, times[_i].types);
    snprintf(new, sizeof new, "id:INT:key a:%s", times[_i].types + space + 1);
    struct fake_world w;
    a_world(&w, old);
    for (int id = 1; id <= 2; id++) {
        snprintf(row, sizeof row, "%d|%s", id, times[_i].row);
        world_row(&w, "t", row);
    }
    const char *becomes = times[_i].becomes ? times[_i].becomes : times[_i].row;
    ck_assert(alter(&w, new, false) == (times[_i].becomes != NULL));
    ck_assert_int_eq(w.status.code, times[_i].becomes ? STATUS_OK : STATUS_TASK);
    snprintf(rows, sizeof rows, "1|%s\n2|%s\n", becomes, becomes);
    ck_assert_str_eq(world_rows(&w, "t"), rows);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_values_that_the_new_type_forbids_are_a_task) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:STRING");
    world_row(&w, "t", "1|10");
    world_row(&w, "t", "2|ten");
    ck_assert(!alter(&w, "id:INT:key a:INT", false));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "\"a\""));
    ck_assert_ptr_null(strstr(w.status.message, "ten"));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_5_columns_are_dropped_only_when_told_to) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:STRING b:STRING");
    world_row(&w, "t", "1|one|x");
    world_row(&w, "t", "2|NULL|y");
    ALTERED(&w, "id:INT:key b:STRING", false);
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING b:STRING id:INT:key");
    ALTERED(&w, "id:INT:key b:STRING", true);
    ck_assert_str_eq(world_columns(&w, "t"), "b:STRING id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|x\n2|y\n");
    ck_assert_uint_eq(w.report.records, 1); /* the other had nothing to lose */
    world_clean_up(&w);
}
END_TEST

/* A dropped column that comes again is empty: what it held went with it. */
START_TEST(test_a_dropped_column_takes_its_values_along) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:STRING");
    world_row(&w, "t", "1|one");
    w.cut_after = 1; /* the row, but not the columns */
    ck_assert(!alter(&w, "id:INT:key", true));
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_new_key_gives_rows_new_ids) {
    check_altered("a:INT:key b:STRING", (const char *[]){"1|x", "2|y", NULL}, "a:INT b:STRING:key",
                  false, "t a:INT b:STRING:key\n1|x\n2|y\nt x;\nt y;\n");
}
END_TEST

START_TEST(test_a_column_that_is_not_wanted_leaves_the_key) {
    check_altered("a:INT:key b:STRING:key", (const char *[]){"1|x", "2|y", NULL}, "b:STRING:key",
                  true, "t b:STRING:key\nx\ny\nt x;\nt y;\n");
}
END_TEST

START_TEST(test_rows_that_would_share_a_key_are_a_task_and_nothing_changes) {
    struct fake_world w;
    a_world(&w, "a:INT:key b:STRING");
    world_row(&w, "t", "1|x");
    world_row(&w, "t", "2|x");
    ck_assert(!alter(&w, "a:INT b:STRING:key c:JSON", true));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "s.t"));
    ck_assert_uint_eq(w.n_requests, 0);
    world_next_call(&w);
    ck_assert(!alter(&w, "a:INT b:STRING c:JSON:key", true)); /* all NULL */
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_values_that_may_be_changed_cannot_join_the_key) {
    struct fake_world w;
    a_world(&w, "a:INT:key b:STRING c:STRING");
    world_row(&w, "t", "1|x|y");
    world_row(&w, "t", "7|7|z");
    ck_assert(!alter(&w, "a:INT b:STRING:key c:STRING", false));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "s.t"));
    ck_assert_ptr_nonnull(strstr(w.status.message, "\"b\""));
    ck_assert_uint_eq(w.n_requests, 0);
    world_next_call(&w);
    ALTERED(&w, "a:INT:key b:STRING c:STRING:key", false);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_new_key_column_is_fine_on_an_empty_table) {
    check_altered("a:INT:key", (const char *[]){NULL}, "a:INT c:JSON:key", false,
                  "t a:INT c:JSON:key\n");
}
END_TEST

START_TEST(test_a_new_key_column_beside_the_old_is_fine) {
    check_altered("a:INT:key", (const char *[]){"1", NULL}, "a:INT:key c:JSON:key", false,
                  "t a:INT:key c:JSON:key\n1|NULL\nt 1;(null);\n");
}
END_TEST

START_TEST(test_more_rows_to_move_than_there_is_time_for_are_a_task_at_once) {
    struct fake_world w;
    a_world(&w, "a:INT:key b:STRING");
    world_row(&w, "t", "1|x");
    world_row(&w, "t", "2|y");
    w.removals_per_minute = 1;
    w.cancel.deadline_ms = fake_clock_now(&w.clock) + 60 * 1000;
    ck_assert(!alter(&w, "a:INT b:STRING:key c:JSON", false));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_missing_table_is_made) {
    struct fake_world w;
    a_world(&w, "a:INT:key");
    struct table wanted = *world_shape(&w, "t");
    wanted.name = "other";
    ck_assert(rewrite_alter(&w.rw, &wanted, false, &w.status));
    ck_assert_str_eq(world_columns(&w, "other"), "a:INT:key");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_destination_that_does_not_migrate_sets_columns_alone) {
    struct fake_world w;
    a_world(&w, "id:INT:key a:INT b:STRING");
    w.ops.migrates = false;
    world_row(&w, "t", "1|10|x");
    ALTERED(&w, "id:INT a:STRING:key c:JSON", true);
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING:key c:JSON id:INT");
    ck_assert_uint_eq(w.n_requests, 1);
    ck_assert_uint_eq(w.n_reads, 0);
    world_clean_up(&w);
}
END_TEST

static bool altered_elsewhere(struct destination *d, const struct table *table, bool drop_columns,
                              struct notice *notice, struct status *status) {
    (void)d;
    (void)status;
    notice_add(notice, "%s %d", table->name, drop_columns);
    return true;
}

START_TEST(test_a_destination_without_rows_alters_as_it_does) {
    struct fake_world w;
    a_world(&w, "id:INT:key");
    w.ops.open_rows = NULL;
    w.ops.alter = altered_elsewhere;
    ALTERED(&w, "id:INT:key a:INT", true);
    ck_assert_str_eq(w.notice.text, "t 1");
    world_clean_up(&w);
}
END_TEST

/* --- cuts --- */

static void many_rows(struct fake_world *w) {
    world_table(w, "s", "t", "a:INT:key b:INT c:STRING _fivetran_synced:UTC_DATETIME");
    world_row(w, "t", "1|11|one|2024-01-01T00:00:00Z");
    world_row(w, "t", "2|12|two|2024-01-01T00:00:00.120Z");
    world_row(w, "t", "3|13|NULL|2024-01-01T00:00:00Z");
    world_row(w, "t", "4|14|four|NULL");
    world_row(w, "t", "5|15|five|2024-01-01T00:00:00Z");
}

static bool everything_at_once(struct fake_world *w) {
    return alter(w, "b:LONG:key c:JSON _fivetran_synced:UTC_DATETIME d:XML", true);
}

START_TEST(test_lesson_8_every_change_at_once_is_cut_anywhere_and_done_again) {
    struct fake_world w;
    ck_assert_uint_gt(cut_everywhere(many_rows, everything_at_once), 12);
    cut_world(&w, many_rows, true);
    ck_assert(everything_at_once(&w));
    STATE(&w, "t _fivetran_synced:UTC_DATETIME b:LONG:key c:JSON d:XML\n"
              "11|one|2024-01-01T00:00:00Z|NULL\n"
              "12|two|2024-01-01T00:00:00.120Z|NULL\n"
              "13|NULL|2024-01-01T00:00:00Z|NULL\n"
              "14|four|NULL|NULL\n"
              "15|five|2024-01-01T00:00:00Z|NULL\n"
              "t 11;\nt 12;\nt 13;\nt 14;\nt 15;\n");
    world_clean_up(&w);
}
END_TEST

/* 1 → 2 → 3 → 1, 4 ↔ 5, 6 → 7 → nobody's: ids that are taken by rows which move themselves. */
static void rows_that_swap(struct fake_world *w) {
    world_table(w, "s", "t", "a:INT:key b:INT c:STRING");
    world_row(w, "t", "1|2|one");
    world_row(w, "t", "2|3|two");
    world_row(w, "t", "3|1|three");
    world_row(w, "t", "4|5|four");
    world_row(w, "t", "5|4|five");
    world_row(w, "t", "6|7|six");
    world_row(w, "t", "7|70|seven");
    world_row(w, "t", "8|8|eight");
}

static bool key_of_b(struct fake_world *w) {
    return alter(w, "a:INT b:INT:key c:STRING", false);
}

START_TEST(test_rows_that_take_each_others_ids_are_never_lost) {
    struct fake_world w;
    cut_everywhere(rows_that_swap, key_of_b);
    cut_world(&w, rows_that_swap, true);
    ck_assert(key_of_b(&w));
    ck_assert_str_eq(world_rows(&w, "t"), "1|2|one\n2|3|two\n3|1|three\n4|5|four\n5|4|five\n"
                                          "6|7|six\n7|70|seven\n8|8|eight\n");
    world_clean_up(&w);
}
END_TEST

/* At every moment somebody who reads finds every row. */
START_TEST(test_a_cut_leaves_every_row_readable) {
    static const char *const rows[] = {"1|2|one",  "2|3|two", "3|1|three",  "4|5|four",
                                       "5|4|five", "6|7|six", "7|70|seven", "8|8|eight"};
    struct fake_world w;
    for (size_t cut = 0; cut < 20; cut++) {
        cut_world(&w, rows_that_swap, true);
        w.cut_after = cut;
        key_of_b(&w);
        for (size_t i = 0; i < 8; i++) {
            ck_assert_msg(strstr(world_rows(&w, "t"), rows[i]), "cut after %zu: no %s", cut,
                          rows[i]);
        }
        world_clean_up(&w);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("alter");
    TCase *tests = tcase_create("alter");
    tcase_add_test(tests, test_an_alter_that_changes_nothing_writes_and_reads_nothing);
    tcase_add_test(tests, test_new_columns_are_set_and_rows_left_alone);
    tcase_add_test(tests, test_decimal_parameters_change_columns_alone);
    tcase_add_test(tests, test_a_new_type_rewrites_the_rows_with_a_value);
    tcase_add_loop_test(tests, test_dates_become_times_and_times_instants, 0,
                        sizeof times / sizeof times[0]);
    tcase_add_test(tests, test_values_that_the_new_type_forbids_are_a_task);
    tcase_add_test(tests, test_lesson_5_columns_are_dropped_only_when_told_to);
    tcase_add_test(tests, test_a_dropped_column_takes_its_values_along);
    tcase_add_test(tests, test_a_new_key_gives_rows_new_ids);
    tcase_add_test(tests, test_a_column_that_is_not_wanted_leaves_the_key);
    tcase_add_test(tests, test_rows_that_would_share_a_key_are_a_task_and_nothing_changes);
    tcase_add_test(tests, test_values_that_may_be_changed_cannot_join_the_key);
    tcase_add_test(tests, test_a_new_key_column_is_fine_on_an_empty_table);
    tcase_add_test(tests, test_a_new_key_column_beside_the_old_is_fine);
    tcase_add_test(tests, test_more_rows_to_move_than_there_is_time_for_are_a_task_at_once);
    tcase_add_test(tests, test_a_missing_table_is_made);
    tcase_add_test(tests, test_a_destination_that_does_not_migrate_sets_columns_alone);
    tcase_add_test(tests, test_a_destination_without_rows_alters_as_it_does);
    tcase_add_test(tests, test_lesson_8_every_change_at_once_is_cut_anywhere_and_done_again);
    tcase_add_test(tests, test_rows_that_take_each_others_ids_are_never_lost);
    tcase_add_test(tests, test_a_cut_leaves_every_row_readable);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
