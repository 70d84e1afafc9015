#include "migration.h"

static void a_table(struct fake_world *w) {
    world_table(w, "s", "t", "id:INT:key a:STRING b:INT");
    world_row(w, "t", "1|one|1");
    world_row(w, "t", "2|NULL|2");
    world_row(w, "t", "3|three|3");
}

static bool copy(struct fake_world *w) {
    return migrate(
        w, (struct migration){.kind = MIGRATION_COPY_COLUMN, .column = "a", .to_column = "c"});
}

START_TEST(test_a_column_is_copied) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    ck_assert_msg(copy(&w), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING b:INT c:STRING id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|1|one\n2|NULL|2|NULL\n3|three|3|three\n");
    ck_assert_uint_eq(w.report.records, 2); /* NULL is there already */
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_copy_of_a_key_column_is_no_key) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    MIGRATED(&w, .kind = MIGRATION_COPY_COLUMN, .column = "id", .to_column = "c");
    ck_assert_str_eq(world_columns(&w, "t"), "a:STRING b:INT c:INT id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|one|1|1\n2|NULL|2|2\n3|three|3|3\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_columns_that_do_not_fit_are_a_task) {
    struct fake_world w;
    migration_world(&w);
    a_table(&w);
    REFUSED(&w, STATUS_TASK, "\"x\"", .kind = MIGRATION_COPY_COLUMN, .column = "x",
            .to_column = "c");
    REFUSED(&w, STATUS_TASK, "\"b\"", .kind = MIGRATION_COPY_COLUMN, .column = "a",
            .to_column = "b"); /* another type */
    REFUSED(&w, STATUS_TASK, "\"id\"", .kind = MIGRATION_COPY_COLUMN, .column = "b",
            .to_column = "id"); /* the key */
    world_clean_up(&w);
}
END_TEST

START_TEST(test_lesson_8_a_copy_finds_its_column_there) {
    ck_assert_uint_ge(cut_everywhere(a_table, copy), 2);
}
END_TEST

RUN("copy_column", test_a_column_is_copied, test_the_copy_of_a_key_column_is_no_key,
    test_columns_that_do_not_fit_are_a_task, test_lesson_8_a_copy_finds_its_column_there)
