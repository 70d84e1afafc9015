#include "migration.h"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING");
    world_row(w, "t", "1|one");
    world_row(w, "t", "2|NULL");
    world_row(w, "t", "3|three");
}

static bool copy(struct fake_world *w) {
    return migrate(w, (struct migration){.kind = MIGRATION_COPY_TABLE, .to_table = "copy"});
}

START_TEST(test_a_table_is_copied_with_its_rows) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(copy(&w), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "copy"), "a:STRING id:INT:key");
    ck_assert_str_eq(world_rows(&w, "copy"), "1|one\n2|NULL\n3|three\n");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one\n2|NULL\n3|three\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_an_empty_table_is_copied) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING");
    ck_assert(copy(&w));
    ck_assert_str_eq(world_columns(&w, "copy"), "a:STRING id:INT:key");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_a_copy_finds_its_target_there) {
    ck_assert_uint_ge(cut_everywhere(a_table, copy), 3);
}
END_TEST

START_TEST(test_another_table_of_that_name_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    world_table(&w, "s", "copy", "id:INT:key a:STRING");
    world_row(&w, "copy", "1|one");
    world_row(&w, "copy", "4|four");
    REFUSED(&w, STATUS_TASK, "s.copy", .kind = MIGRATION_COPY_TABLE, .to_table = "copy");
    world_table(&w, "s", "wider", "id:INT:key a:STRING b:STRING");
    REFUSED(&w, STATUS_TASK, "s.wider", .kind = MIGRATION_COPY_TABLE, .to_table = "wider");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_missing_table_is_a_task) {
    struct fake_world w;
    migration_world(&w);
    REFUSED(&w, STATUS_TASK, "s.t", .kind = MIGRATION_COPY_TABLE, .to_table = "copy");
    world_clean_up(&w);
}
END_TEST

RUN("copy_table", test_a_table_is_copied_with_its_rows, test_an_empty_table_is_copied,
    test_lesson_8_a_copy_finds_its_target_there, test_another_table_of_that_name_is_a_task,
    test_a_missing_table_is_a_task)
