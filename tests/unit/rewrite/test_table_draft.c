#include "rewrite/table_draft.h"
#include "support/suite.h"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "d", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 10, .scale = 2},
    {.name = "a", .type = COLUMN_STRING},
};
static const struct table table = {"s", "t", columns, 3};

START_TEST(test_a_draft_is_a_copy_that_can_be_changed) {
    struct table_draft draft;
    struct status status = STATUS_INIT;
    ck_assert(table_draft_init(&draft, &table, 1, &status));
    ck_assert(table_columns_equal(&draft.table, &table));
    ck_assert_ptr_ne(draft.columns[0].name, columns[0].name);
    ck_assert(table_draft_add(&draft, &(struct column){.name = "b"}, &status));
    table_draft_find(&draft, "a")->type = COLUMN_JSON;
    ck_assert(table_draft_rename(&draft, "other", &status));
    table_draft_remove(&draft, "d");
    table_draft_remove(&draft, "nobody");
    ck_assert_str_eq(draft.table.name, "other");
    ck_assert_str_eq(draft.table.schema, "s");
    ck_assert_uint_eq(draft.table.n_columns, 3);
    ck_assert_str_eq(draft.columns[0].name, "id");
    ck_assert_str_eq(draft.columns[1].name, "a");
    ck_assert_int_eq(draft.columns[1].type, COLUMN_JSON);
    ck_assert_str_eq(draft.columns[2].name, "b");
    ck_assert_ptr_null(table_draft_find(&draft, "d"));
    table_draft_clean_up(&draft);
}
END_TEST

START_TEST(test_a_draft_has_no_room_beyond_what_was_asked_for) {
    struct table_draft draft;
    struct status status = STATUS_INIT;
    ck_assert(table_draft_init(&draft, &table, 0, &status));
    ck_assert(!table_draft_add(&draft, &(struct column){.name = "b"}, &status));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
    table_draft_clean_up(&draft);
}
END_TEST

START_TEST(test_columns_are_equal_whatever_their_order) {
    struct column other[3] = {columns[2], columns[0], columns[1]};
    const struct table same = {"x", "y", other, 3};
    ck_assert(table_columns_equal(&table, &same));
    other[2].scale = 3;
    ck_assert(!table_columns_equal(&table, &same));
    other[2] = columns[1];
    other[2].has_decimal = false;
    ck_assert(!table_columns_equal(&table, &same));
    other[2] = columns[1];
    other[1].primary_key = false;
    ck_assert(!table_columns_equal(&table, &same));
    other[1] = columns[0];
    other[0].type = COLUMN_JSON;
    ck_assert(!table_columns_equal(&table, &same));
    other[0] = columns[2];
    other[0].name = "b";
    ck_assert(!table_columns_equal(&table, &same));
    const struct table fewer = {"s", "t", columns, 2};
    ck_assert(!table_columns_equal(&table, &fewer));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table_draft");
    TCase *tests = tcase_create("table_draft");
    tcase_add_test(tests, test_a_draft_is_a_copy_that_can_be_changed);
    tcase_add_test(tests, test_a_draft_has_no_room_beyond_what_was_asked_for);
    tcase_add_test(tests, test_columns_are_equal_whatever_their_order);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
