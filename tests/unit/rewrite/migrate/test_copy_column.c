#include "migration.h"

static const struct migration copy_a = {
    .kind = MIGRATION_COPY_COLUMN, .column = "a", .to_column = "c"};

static bool copy(struct fake_world *w) {
    return migrate(w, copy_a);
}

START_TEST(test_a_column_is_copied) {
    check_migrated(copy_a, "a:STRING b:INT c:STRING id:INT:key",
                   "1|one|1|one\n2|NULL|2|NULL\n3|three|3|three\n");
}
END_TEST

START_TEST(test_what_is_null_is_there_already) {
    struct fake_world w;
    migration_world(&w);
    three_rows(&w);
    ck_assert(copy(&w));
    ck_assert_uint_eq(w.report.records, 2);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_the_copy_of_a_key_column_is_no_key) {
    check_migrated(
        (struct migration){.kind = MIGRATION_COPY_COLUMN, .column = "id", .to_column = "c"},
        "a:STRING b:INT c:INT id:INT:key", "1|one|1|1\n2|NULL|2|2\n3|three|3|3\n");
}
END_TEST

START_TEST(test_columns_that_do_not_fit_are_a_task) {
    struct fake_world w;
    migration_world(&w);
    three_rows(&w);
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
    ck_assert_uint_ge(cut_everywhere(three_rows, copy), 2);
}
END_TEST

RUN("copy_column", test_a_column_is_copied, test_what_is_null_is_there_already,
    test_the_copy_of_a_key_column_is_no_key, test_columns_that_do_not_fit_are_a_task,
    test_lesson_8_a_copy_finds_its_column_there)
