#include "migration.h"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING");
    world_row(w, "t", "1|one");
    world_row(w, "t", "2|NULL");
    world_row(w, "t", "3|three");
}

static bool add(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE,
                                         .column = "n",
                                         .type = COLUMN_INT,
                                         .value = "7"});
}

START_TEST(test_a_column_is_added_and_set_on_all_rows) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(add(&w), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING id:INT:key n:INT");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|7\n2|NULL|7\n3|three|7\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_default_null_leaves_rows_alone) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    MIGRATED(&w, .kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE, .column = "n", .type = COLUMN_INT,
             .value = "NULL");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|NULL\n2|NULL|NULL\n3|three|NULL\n");
    ck_assert_uint_eq(w.n_requests, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_column_that_is_there_gets_the_value) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    MIGRATED(&w, .kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE, .column = "a",
             .type = COLUMN_STRING, .value = "x");
    ck_assert_str_eq(world_rows(&w, "t"), "1|x\n2|x\n3|x\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_impossible_default_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    REFUSED(&w, STATUS_TASK, "\"n\" (BOOLEAN)", .kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE,
            .column = "n", .type = COLUMN_BOOLEAN, .value = "7");
    REFUSED(&w, STATUS_TASK, "primary key", .kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE,
            .column = "id", .type = COLUMN_INT, .value = "7");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_it_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(a_table, add), 3);
}
END_TEST

RUN("add_column_with_default_value", test_a_column_is_added_and_set_on_all_rows,
    test_the_default_null_leaves_rows_alone, test_a_column_that_is_there_gets_the_value,
    test_an_impossible_default_is_a_task, test_lesson_8_it_is_cut_anywhere_and_done_again)
