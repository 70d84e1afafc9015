#include "migration.h"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING n:INT");
    world_row(w, "t", "1|one|1");
    world_row(w, "t", "2|NULL|2");
    world_row(w, "t", "3|x|NULL");
    world_row(w, "t", "4|four|4");
}

static bool set_x(struct fake_world *w) {
    return migrate(
        w, (struct migration){.kind = MIGRATION_UPDATE_COLUMN_VALUE, .column = "a", .value = "x"});
}

START_TEST(test_a_value_is_set_on_all_rows) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(set_x(&w), "%s", w.status.message);
    ck_assert_str_eq(world_rows(&w, "t"), "1|x|1\n2|x|2\n3|x|NULL\n4|x|4\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_text_null_sets_null) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    MIGRATED(&w, .kind = MIGRATION_UPDATE_COLUMN_VALUE, .column = "n", .value = "NULL");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|NULL\n2|NULL|NULL\n3|x|NULL\n4|four|NULL\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_what_cannot_be_set_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    REFUSED(&w, STATUS_TASK, "\"b\"", .kind = MIGRATION_UPDATE_COLUMN_VALUE, .column = "b",
            .value = "x");
    REFUSED(&w, STATUS_TASK, "whole number", .kind = MIGRATION_UPDATE_COLUMN_VALUE, .column = "n",
            .value = "x");
    REFUSED(&w, STATUS_TASK, "primary key", .kind = MIGRATION_UPDATE_COLUMN_VALUE, .column = "id",
            .value = "5");
    REFUSED(&w, STATUS_TASK, "s.other", .kind = MIGRATION_UPDATE_COLUMN_VALUE, .table = "other",
            .column = "a", .value = "5");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(a_table, set_x), 2);
}
END_TEST

RUN("update_column_value", test_a_value_is_set_on_all_rows, test_the_text_null_sets_null,
    test_what_cannot_be_set_is_a_task, test_lesson_8_it_is_cut_anywhere_and_done_again)
