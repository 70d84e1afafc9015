#include "migration.h"

/* Of the key in two_keys: ids are of its values in the order of the columns' names, so that all of
 * them change. */
static const struct migration a_to_z = {
    .kind = MIGRATION_RENAME_COLUMN, .column = "a", .to_column = "z"};

static bool rename_a(struct fake_world *w) {
    return migrate(w, a_to_z);
}

START_TEST(test_a_column_takes_its_values_along) {
    check_migrated(a_to_z, "b:INT id:INT:key z:STRING", "1|1|one\n2|2|NULL\n3|3|three\n");
}
END_TEST

START_TEST(test_lesson_8_a_rename_is_cut_anywhere_and_done_again) {
    ck_assert_uint_ge(cut_everywhere(three_rows, rename_a), 3);
}
END_TEST

static void two_keys(struct fake_world *w) {
    world_table(w, "s", "t", "a:INT:key b:INT:key c:STRING");
    world_row(w, "t", "1|2|one");
    world_row(w, "t", "2|1|two");
    world_row(w, "t", "3|3|three");
}

START_TEST(test_a_key_column_stays_a_key_column) {
    struct fake_world w;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING");
    world_row(&w, "t", "1|one");
    MIGRATED(&w, .kind = MIGRATION_RENAME_COLUMN, .column = "id", .to_column = "key");
    STATE(&w, "t a:STRING key:INT:key\none|1\nt 1;\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_name_that_changes_ids_is_cut_anywhere_and_done_again) {
    struct fake_world w;
    ck_assert_uint_ge(cut_everywhere(two_keys, rename_a), 6);
    cut_world(&w, two_keys, true);
    ck_assert(rename_a(&w));
    STATE(&w, "t b:INT:key c:STRING z:INT:key\n1|two|2\n2|one|1\n3|three|3\n"
              "t 1;2;\nt 2;1;\nt 3;3;\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_columns_that_do_not_fit_are_a_task) {
    struct fake_world w;
    migration_world(&w);
    three_rows(&w);
    REFUSED(&w, STATUS_TASK, "\"x\"", .kind = MIGRATION_RENAME_COLUMN, .column = "x",
            .to_column = "y");
    REFUSED(&w, STATUS_TASK, "\"b\"", .kind = MIGRATION_RENAME_COLUMN, .column = "a",
            .to_column = "b");
    MIGRATED(&w, .kind = MIGRATION_RENAME_COLUMN, .column = "x", .to_column = "b"); /* done */
    world_clean_up(&w);
}
END_TEST

RUN("rename_column", test_a_column_takes_its_values_along,
    test_lesson_8_a_rename_is_cut_anywhere_and_done_again, test_a_key_column_stays_a_key_column,
    test_a_name_that_changes_ids_is_cut_anywhere_and_done_again,
    test_columns_that_do_not_fit_are_a_task)
