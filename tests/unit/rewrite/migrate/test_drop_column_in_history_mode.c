#include "history.h"

#define SYNCED "|2024-05-02T00:00:00Z"

static bool drop(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE,
                                         .column = "a",
                                         .timestamp = "2024-05-01T12:00:00+02:00"}); /* T */
}

START_TEST(test_lesson_28_the_column_stays_and_active_versions_lose_it) {
    struct fake_world w;
    migration_world(&w);
    history_table(&w);
    ck_assert_msg(drop(&w), "%s", w.status.message);
    ck_assert_ptr_nonnull(strstr(world_columns(&w, "t"), "a:STRING"));
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|NULL|" T "|" ALWAYS "|true" SYNCED "\n"
                     "1|old|2024-01-01T00:00:00Z|2024-01-31T23:59:59.999Z|false" SYNCED "\n"
                     "1|one|2024-02-01T00:00:00Z|" BEFORE_T "|false" SYNCED "\n"
                     "2|NULL|2024-02-01T00:00:00Z|" ALWAYS "|true" SYNCED "\n"
                     "3|three|2024-02-01T00:00:00Z|2024-03-01T00:00:00Z|false" SYNCED "\n"
                     "4|NULL|" T "|" ALWAYS "|true" SYNCED "\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_table_is_left_alone) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    ck_assert(drop(&w));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_what_cannot_be_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    history_table(&w);
    REFUSED(&w, STATUS_TASK, "\"b\"", .kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE, .column = "b",
            .timestamp = T);
    REFUSED(&w, STATUS_TASK, "primary key", .kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE,
            .column = "id", .timestamp = T);
    REFUSED(&w, STATUS_TASK, "start later", .kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE,
            .column = "a", .timestamp = "2024-05-01T09:00:00Z");
    REFUSED(&w, STATUS_INVALID_ARGUMENT, "operation_timestamp",
            .kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE, .column = "a");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(history_table, drop), 2);
}
END_TEST

RUN("drop_column_in_history_mode", test_lesson_28_the_column_stays_and_active_versions_lose_it,
    test_an_empty_table_is_left_alone, test_what_cannot_be_is_a_task,
    test_lesson_8_it_is_cut_anywhere_and_done_again)
