#include "migration.h"

#define NEVER "1970-01-01T00:00:00.000Z"
#define ALWAYS "9999-12-31T23:59:59.999Z"
#define LATEST "2024-05-02T00:00:00.25Z"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t",
                "id:INT:key a:STRING _fivetran_deleted:BOOLEAN _fivetran_synced:UTC_DATETIME");
    world_row(w, "t", "1|one|false|2024-05-01T00:00:00Z");
    world_row(w, "t", "2|two|true|" LATEST);
    world_row(w, "t", "3|three|NULL|2024-05-01T00:00:00Z");
    world_row(w, "t", "4|NULL|true|NULL");
}

static bool convert_by(struct fake_world *w, const char *deleted) {
    return migrate(w, (struct migration){.kind = MIGRATION_SOFT_DELETE_TO_HISTORY,
                                         .soft_deleted_column = deleted});
}

static bool convert(struct fake_world *w) {
    return convert_by(w, "_fivetran_deleted");
}

static const char columns[] = "_fivetran_active:BOOLEAN _fivetran_end:UTC_DATETIME "
                              "_fivetran_start:UTC_DATETIME:key _fivetran_synced:UTC_DATETIME "
                              "a:STRING id:INT:key";

START_TEST(test_rows_enter_history_live_or_deleted) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(convert(&w), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "t"), columns);
    ck_assert_str_eq(world_rows(&w, "t"),
                     "1|one|2024-05-01T00:00:00Z|" LATEST "|" ALWAYS "|true\n"
                     "2|two|" LATEST "|" NEVER "|" NEVER "|false\n"
                     "3|three|2024-05-01T00:00:00Z|" LATEST "|" ALWAYS "|true\n"
                     "4|NULL|NULL|" NEVER "|" NEVER "|false\n");
    char *state = world_state(&w);
    ck_assert_ptr_nonnull(strstr(state, "t 1714608000.250000000;1;\n"));
    ck_assert_ptr_nonnull(strstr(state, "t 0.000000000;2;\n"));
    ck_assert_ptr_null(strstr(state, "t 1;\n"));
    free(state);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_27_without_a_deleted_column_all_rows_are_live) {
    static const char *const absent[] = {NULL, ""};
    struct fake_world w;
    for (size_t i = 0; i < 2; i++) {
        migration_world(&w);
        world_table(&w, "s", "t", "id:INT:key _fivetran_synced:UTC_DATETIME");
        world_row(&w, "t", "1|" LATEST);
        ck_assert(convert_by(&w, absent[i]));
        ck_assert_str_eq(world_rows(&w, "t"), "1|" LATEST "|" LATEST "|" ALWAYS "|true\n");
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_a_column_of_the_source_that_says_deleted_stays) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key gone:BOOLEAN _fivetran_synced:UTC_DATETIME");
    world_row(&w, "t", "1|true|" LATEST);
    ck_assert(convert_by(&w, "gone"));
    ck_assert_str_eq(world_rows(&w, "t"), "1|true|" LATEST "|" NEVER "|" NEVER "|false\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_table_gets_the_columns) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t",
                "id:INT:key a:STRING _fivetran_deleted:BOOLEAN _fivetran_synced:UTC_DATETIME");
    ck_assert(convert(&w));
    ck_assert_str_eq(world_columns(&w, "t"), columns);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_missing_column_is_a_task_unless_it_was_done) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    REFUSED(&w, STATUS_TASK, "\"gone\"", .kind = MIGRATION_SOFT_DELETE_TO_HISTORY,
            .soft_deleted_column = "gone");
    ck_assert(convert(&w));
    world_next_call(&w);
    ck_assert(convert(&w));
    ck_assert_uint_eq(w.n_requests + w.n_reads, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(a_table, convert), 8);
}
END_TEST

RUN("soft_delete_to_history", test_rows_enter_history_live_or_deleted,
    test_lesson_27_without_a_deleted_column_all_rows_are_live,
    test_a_column_of_the_source_that_says_deleted_stays, test_an_empty_table_gets_the_columns,
    test_a_missing_column_is_a_task_unless_it_was_done,
    test_lesson_8_it_is_cut_anywhere_and_done_again)
