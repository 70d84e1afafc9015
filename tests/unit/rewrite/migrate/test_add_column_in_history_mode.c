#include "history.h"

#define SYNCED "|2024-05-02T00:00:00Z"

static bool add_named(struct fake_world *w, const char *column, const char *value) {
    return migrate(w, (struct migration){.kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
                                         .column = column,
                                         .type = COLUMN_INT,
                                         .value = value,
                                         .timestamp = T});
}

static bool add(struct fake_world *w) {
    return add_named(w, "n", "7");
}

START_TEST(test_active_versions_end_and_go_on_with_the_default) {
    struct fake_world w;
    migration_world(&w);
    history_table(&w);
    ck_assert_msg(add(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|old|2024-01-01T00:00:00Z|2024-01-31T23:59:59.999Z|false" SYNCED "|NULL\n"
                     "1|one|2024-02-01T00:00:00Z|" BEFORE_T "|false" SYNCED "|NULL\n"
                     "1|one|" T "|" ALWAYS "|true" SYNCED "|7\n"
                     "2|NULL|2024-02-01T00:00:00Z|" BEFORE_T "|false" SYNCED "|NULL\n"
                     "2|NULL|" T "|" ALWAYS "|true" SYNCED "|7\n"
                     "3|three|2024-02-01T00:00:00Z|2024-03-01T00:00:00Z|false" SYNCED "|NULL\n"
                     "4|four|" T "|" ALWAYS "|true" SYNCED "|7\n");
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_default_null_makes_versions_too) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    world_row(&w, "t", "1|one|2024-02-01T00:00:00Z|" ALWAYS "|true|NULL");
    ck_assert(add_named(&w, "n", "NULL"));
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|one|2024-02-01T00:00:00Z|" BEFORE_T "|false|NULL|NULL\n"
                     "1|one|" T "|" ALWAYS "|true|NULL|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_27_several_migrations_share_a_timestamp) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    world_row(&w, "t", "1|one|2024-02-01T00:00:00Z|" ALWAYS "|true|NULL");
    ck_assert(add_named(&w, "n", "7"));
    ck_assert(add_named(&w, "m", "8"));
    MIGRATED(&w, .kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE, .column = "a", .timestamp = T);
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|NULL|" T "|" ALWAYS "|true|NULL|7|8\n"
                     "1|one|2024-02-01T00:00:00Z|" BEFORE_T "|false|NULL|NULL|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_27_an_empty_table_still_gets_the_column) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    ck_assert(add(&w));
    ck_assert_ptr_nonnull(strstr(world_columns(&w, "t"), "n:INT"));
    ck_assert_uint_eq(w.n_requests, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_what_cannot_be_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    history_table(&w);
    world_row(&w, "t", "5|five|2024-05-01T10:00:00.001Z|" ALWAYS "|true|NULL");
    REFUSED(&w, STATUS_TASK, "start later", .kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
            .column = "n", .type = COLUMN_INT, .value = "7", .timestamp = T);
    REFUSED(&w, STATUS_TASK, "\"n\" (INT)", .kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
            .column = "n", .type = COLUMN_INT, .value = "x", .timestamp = T);
    REFUSED(&w, STATUS_TASK, "primary key", .kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
            .column = "id", .type = COLUMN_INT, .value = "7", .timestamp = T);
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "operation_timestamp",
            .kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE, .column = "n", .type = COLUMN_INT,
            .value = "7", .timestamp = "yesterday");
    world_table(&w, "s", "live", "id:INT:key");
    REFUSED(&w, STATUS_TASK, "history mode", .kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
            .table = "live", .column = "n", .type = COLUMN_INT, .value = "7", .timestamp = T);
    world_clean_up(&w);
}
END_TEST

/* An ended version may start after the operation: nothing is said of it. */
START_TEST(test_versions_that_ended_may_start_later) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    world_row(&w, "t", "5|five|2024-06-01T00:00:00Z|2024-07-01T00:00:00Z|false|NULL");
    ck_assert_msg(add(&w), "%s", w.status.message);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(history_table, add), 4);
}
END_TEST

RUN("add_column_in_history_mode", test_active_versions_end_and_go_on_with_the_default,
    test_the_default_null_makes_versions_too, test_lesson_27_several_migrations_share_a_timestamp,
    test_lesson_27_an_empty_table_still_gets_the_column, test_what_cannot_be_is_a_task,
    test_versions_that_ended_may_start_later, test_lesson_8_it_is_cut_anywhere_and_done_again)
