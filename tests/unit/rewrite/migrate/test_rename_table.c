#include "migration.h"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING");
    world_row(w, "t", "1|one");
    world_row(w, "t", "2|NULL");
    world_row(w, "t", "3|three");
}

static bool rename_it(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_RENAME_TABLE, .to_table = "a"});
}

START_TEST(test_the_rows_are_under_the_new_name_and_the_old_is_gone) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(rename_it(&w), "%s", w.status.message);
    STATE(&w, "a a:STRING id:INT:key\n1|one\n2|NULL\n3|three\na 1;\na 2;\na 3;\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_a_rename_is_delivered_again) {
    ck_assert_uint_ge(cut_everywhere(a_table, rename_it), 5);
}
END_TEST

/* Whatever is cut, the rows are whole under one of the names. */
START_TEST(test_no_cut_loses_a_row) {
    static const char rows[] = "1|one\n2|NULL\n3|three\n";
    struct fake_world w;
    for (size_t cut = 0; cut < 6; cut++) {
        cut_world(&w, a_table, true);
        w.cut_after = cut;
        bool done = rename_it(&w);
        bool old = !done && strcmp(world_rows(&w, "t"), rows) == 0;
        ck_assert_msg(old || strcmp(world_rows(&w, "a"), rows) == 0, "cut after %zu", cut);
        world_clean_up(&w);
    }
}
END_TEST

START_TEST(test_neither_table_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    REFUSED(&w, STATUS_TASK, "s.t", .kind = MIGRATION_RENAME_TABLE, .to_table = "a");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_another_table_of_the_new_name_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    world_table(&w, "s", "a", "id:INT:key a:STRING");
    world_row(&w, "a", "9|nine");
    REFUSED(&w, STATUS_TASK, "s.a", .kind = MIGRATION_RENAME_TABLE, .to_table = "a");
    world_clean_up(&w);
}
END_TEST

RUN("rename_table", test_the_rows_are_under_the_new_name_and_the_old_is_gone,
    test_lesson_8_a_rename_is_delivered_again, test_no_cut_loses_a_row,
    test_neither_table_is_a_task, test_another_table_of_the_new_name_is_a_task)
