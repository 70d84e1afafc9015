#include "support/suite.h"
#include "table/table.h"

START_TEST(test_types_have_the_contracts_names_and_numbers) {
    static const char *const names[] = {
        "UNSPECIFIED", "BOOLEAN",        "SHORT",        "INT",
        "LONG",        "DECIMAL",        "FLOAT",        "DOUBLE",
        "NAIVE_DATE",  "NAIVE_DATETIME", "UTC_DATETIME", "BINARY",
        "XML",         "STRING",         "JSON",         "NAIVE_TIME"};
    ck_assert_uint_eq(COLUMN_TYPE_COUNT, 16);
    for (int i = 0; i < COLUMN_TYPE_COUNT; i++) {
        ck_assert_str_eq(column_type_name((enum column_type)i), names[i]);
        ck_assert_int_eq((int)column_type_of(slice_of(names[i])), i);
    }
}
END_TEST

START_TEST(test_strange_types_are_unspecified) {
    ck_assert_str_eq(column_type_name((enum column_type)16), "UNSPECIFIED");
    ck_assert_str_eq(column_type_name((enum column_type) - 1), "UNSPECIFIED");
    const char *const strange[] = {"", "boolean", "INT ", "INTEGER", "BOOLEANS"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        ck_assert_int_eq(column_type_of(slice_of(strange[i])), COLUMN_UNSPECIFIED);
    }
}
END_TEST

START_TEST(test_finding_columns_is_exact) {
    const struct column columns[] = {{.name = "id"}, {.name = "Name"}, {.name = "näme"}};
    const struct table table = {"s", "t", columns, 3};
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("id")), 0);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("Name")), 1);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("näme")), 2);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("name")), -1);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("i")), -1);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("idx")), -1);
    ck_assert_int_eq(table_find(&table, SLICE_LITERAL("")), -1);
    const struct table empty = {"s", "t", NULL, 0};
    ck_assert_int_eq(table_find(&empty, SLICE_LITERAL("id")), -1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table");
    TCase *c = tcase_create("table");
    tcase_add_test(c, test_types_have_the_contracts_names_and_numbers);
    tcase_add_test(c, test_strange_types_are_unspecified);
    tcase_add_test(c, test_finding_columns_is_exact);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
