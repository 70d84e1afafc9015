#include "history.h"

static void versions(struct fake_world *w) {
    history_columns_of(w);
    world_row(w, "t", "1|old|2024-01-01T00:00:00Z|2024-01-31T23:59:59.999Z|false|NULL");
    world_row(w, "t", "1|one|2024-02-01T00:00:00.5Z|" ALWAYS "|true|NULL");
    world_row(w, "t", "1|mid|2024-02-01T00:00:00Z|2024-02-01T00:00:00.499Z|false|NULL");
    world_row(w, "t", "2|two|0001-01-01T00:00:00Z|" ALWAYS "|true|NULL");
    world_row(w, "t", "3|older|2023-02-01T00:00:00Z|2024-01-31T23:59:59.999Z|false|NULL");
    world_row(w, "t", "3|three|2024-02-01T00:00:00Z|2024-03-01T00:00:00Z|false|NULL");
}

static bool convert(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_HISTORY_TO_SOFT_DELETE,
                                         .soft_deleted_column = "_fivetran_deleted"});
}

static bool convert_and_drop(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_HISTORY_TO_SOFT_DELETE,
                                         .soft_deleted_column = "_fivetran_deleted",
                                         .drop_deleted_rows = true});
}

START_TEST(test_the_latest_version_of_each_row_stays) {
    struct fake_world w;
    migration_world(&w);
    versions(&w);
    ck_assert_msg(convert(&w), "%s", w.status.message);
    STATE(&w, "t _fivetran_deleted:BOOLEAN _fivetran_synced:UTC_DATETIME a:STRING id:INT:key\n"
              "1|one|NULL|false\n2|two|NULL|false\n3|three|NULL|true\nt 1;\nt 2;\nt 3;\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_that_are_not_active_go_when_they_are_not_to_be_kept) {
    struct fake_world w;
    migration_world(&w);
    versions(&w);
    ck_assert_msg(convert_and_drop(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|NULL|false\n2|two|NULL|false\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_27_the_deleted_column_has_a_name_of_its_own) {
    struct fake_world w;
    migration_world(&w);
    versions(&w);
    MIGRATED(&w, .kind = MIGRATION_HISTORY_TO_SOFT_DELETE);
    ck_assert_ptr_nonnull(strstr(world_columns(&w, "t"), "_fivetran_deleted:BOOLEAN"));
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_column_of_the_source_is_set) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t",
                "id:INT:key gone:BOOLEAN _fivetran_start:UTC_DATETIME:key "
                "_fivetran_end:UTC_DATETIME _fivetran_active:BOOLEAN");
    world_row(&w, "t", "1|true|" T "|" ALWAYS "|true");
    MIGRATED(&w, .kind = MIGRATION_HISTORY_TO_SOFT_DELETE, .soft_deleted_column = "gone");
    ck_assert_str_eq(world_rows(&w, "t"), "1|false\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_table_loses_the_columns) {
    struct fake_world w;
    migration_world(&w);
    history_columns_of(&w);
    ck_assert(convert(&w));
    ck_assert_str_eq(world_columns(&w, "t"),
                     "_fivetran_deleted:BOOLEAN _fivetran_synced:UTC_DATETIME a:STRING id:INT:key");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_table_that_is_not_in_history_mode_is_a_task_unless_it_was_done) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING");
    REFUSED(&w, STATUS_TASK, "history mode", .kind = MIGRATION_HISTORY_TO_SOFT_DELETE);
    world_table(&w, "s", "done", "id:INT:key _fivetran_deleted:BOOLEAN");
    MIGRATED(&w, .kind = MIGRATION_HISTORY_TO_SOFT_DELETE, .table = "done");
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_key_of_the_start_alone_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t",
                "a:STRING _fivetran_start:UTC_DATETIME:key _fivetran_end:UTC_DATETIME "
                "_fivetran_active:BOOLEAN");
    world_row(&w, "t", "one|" T "|" ALWAYS "|true");
    REFUSED(&w, STATUS_TASK, "alone", .kind = MIGRATION_HISTORY_TO_SOFT_DELETE);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(versions, convert), 10);
    ck_assert_uint_ge(cut_everywhere(versions, convert_and_drop), 9);
}
END_TEST

RUN("history_to_soft_delete", test_the_latest_version_of_each_row_stays,
    test_rows_that_are_not_active_go_when_they_are_not_to_be_kept,
    test_lesson_27_the_deleted_column_has_a_name_of_its_own, test_a_column_of_the_source_is_set,
    test_an_empty_table_loses_the_columns,
    test_a_table_that_is_not_in_history_mode_is_a_task_unless_it_was_done,
    test_a_key_of_the_start_alone_is_a_task, test_lesson_8_it_is_cut_anywhere_and_done_again)
