#include "table/table_copy.h"

#include <check.h>

static bool same_column(const struct column *a, const struct column *b) {
    return strcmp(a->name, b->name) == 0 && a->type == b->type &&
           a->primary_key == b->primary_key && a->has_decimal == b->has_decimal &&
           a->precision == b->precision && a->scale == b->scale;
}

START_TEST(test_deep_copy) {
    char names[][8] = {"schema", "table", "id", "", "pr\xC3\xA9"};
    struct column columns[] = {
        {names[2], COLUMN_LONG, true, false, 0, 0},
        {names[3], COLUMN_STRING, false, false, 0, 0},
        {names[4], COLUMN_DECIMAL, false, true, 38, 37},
    };
    struct table table = {names[0], names[1], columns, 3};
    struct table *copy = table_copy(&table);
    const struct column kept[] = {{"id", COLUMN_LONG, true, false, 0, 0},
                                  {"", COLUMN_STRING, false, false, 0, 0},
                                  {"pr\xC3\xA9", COLUMN_DECIMAL, false, true, 38, 37}};
    memset(names, 'x', sizeof names);
    memset(columns, 0, sizeof columns);
    ck_assert_str_eq(copy->schema, "schema");
    ck_assert_str_eq(copy->name, "table");
    ck_assert_uint_eq(copy->n_columns, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(same_column(&copy->columns[i], &kept[i]));
    }
    table_copy_destroy(copy);
}
END_TEST

START_TEST(test_no_columns) {
    struct table *copy = table_copy(&(struct table){"s", "t", NULL, 0});
    ck_assert_uint_eq(copy->n_columns, 0);
    ck_assert_str_eq(copy->name, "t");
    table_copy_destroy(copy);
    table_copy_destroy(NULL);
}
END_TEST

START_TEST(test_copy_of_a_copy) {
    struct column column = {"a", COLUMN_JSON, false, false, 0, 0};
    struct table *first = table_copy(&(struct table){"s", "t", &column, 1});
    struct table *second = table_copy(first);
    table_copy_destroy(first);
    ck_assert_str_eq(second->schema, "s");
    ck_assert(same_column(&second->columns[0], &column));
    table_copy_destroy(second);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table_copy");
    TCase *tests = tcase_create("table_copy");
    tcase_add_test(tests, test_deep_copy);
    tcase_add_test(tests, test_no_columns);
    tcase_add_test(tests, test_copy_of_a_copy);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
