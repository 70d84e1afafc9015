#include "migration.h"

#define NEVER "1970-01-01T00:00:00.000Z"
#define ALWAYS "9999-12-31T23:59:59.999Z"
#define LATEST "2024-05-02T00:00:00.25Z"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t",
                "id:INT:key _fivetran_deleted:BOOLEAN a:STRING _fivetran_synced:UTC_DATETIME");
    world_row(w, "t", "1|false|one|2024-05-01T00:00:00Z");
    world_row(w, "t", "2|true|two|" LATEST);
    world_row(w, "t", "3|NULL|NULL|2024-05-01T00:00:00Z");
}

static bool copy_by(struct fake_world *w, const char *deleted) {
    return migrate(w, (struct migration){.kind = MIGRATION_COPY_TABLE_TO_HISTORY_MODE,
                                         .to_table = "h",
                                         .soft_deleted_column = deleted});
}

static bool copy(struct fake_world *w) {
    return copy_by(w, "_fivetran_deleted");
}

START_TEST(test_the_copy_is_in_history_mode_and_the_table_stays) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    char *before = fake_copy(slice_of(world_rows(&w, "t")));
    ck_assert_msg(copy(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), before);
    ck_assert_str_eq(world_columns(&w, "h"),
                     "_fivetran_active:BOOLEAN _fivetran_end:UTC_DATETIME "
                     "_fivetran_start:UTC_DATETIME:key _fivetran_synced:UTC_DATETIME a:STRING "
                     "id:INT:key");
    ck_assert_str_eq(world_rows(&w, "h"),
                     "1|one|2024-05-01T00:00:00Z|" LATEST "|" ALWAYS "|true\n"
                     "2|two|" LATEST "|" NEVER "|" NEVER "|false\n"
                     "3|NULL|2024-05-01T00:00:00Z|" LATEST "|" ALWAYS "|true\n");
    free(before);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_27_without_a_deleted_column_all_rows_are_live) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key _fivetran_synced:UTC_DATETIME");
    world_row(&w, "t", "1|" LATEST);
    ck_assert(copy_by(&w, ""));
    ck_assert_str_eq(world_rows(&w, "h"), "1|" LATEST "|" LATEST "|" ALWAYS "|true\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_table_is_copied) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key");
    ck_assert(copy_by(&w, NULL));
    ck_assert_str_eq(world_columns(&w, "h"), "_fivetran_active:BOOLEAN _fivetran_end:UTC_DATETIME "
                                             "_fivetran_start:UTC_DATETIME:key id:INT:key");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_what_is_missing_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    REFUSED(&w, STATUS_TASK, "\"gone\"", .kind = MIGRATION_COPY_TABLE_TO_HISTORY_MODE,
            .to_table = "h", .soft_deleted_column = "gone");
    REFUSED(&w, STATUS_TASK, "s.other", .kind = MIGRATION_COPY_TABLE_TO_HISTORY_MODE,
            .table = "other", .to_table = "h");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(a_table, copy), 3);
}
END_TEST

RUN("copy_table_to_history_mode", test_the_copy_is_in_history_mode_and_the_table_stays,
    test_lesson_27_without_a_deleted_column_all_rows_are_live, test_an_empty_table_is_copied,
    test_what_is_missing_is_a_task, test_lesson_8_it_is_cut_anywhere_and_done_again)
