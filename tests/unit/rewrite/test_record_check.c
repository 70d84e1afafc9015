#include "rewrite/record_check.h"
#include "support/suite.h"

static const struct column columns[] = {{.name = "id", .type = COLUMN_INT, .primary_key = true},
                                        {.name = "when", .type = COLUMN_NAIVE_DATE}};
static const struct table table = {"s", "t", columns, 2};

START_TEST(test_a_text_that_its_type_forbids_names_file_line_and_column_but_no_value) {
    const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("7")},
                                 {CELL_TEXT, SLICE_LITERAL("yesterday")}};
    const struct record record = {.cells = cells, .file = "f.csv", .line = 12};
    struct status status = STATUS_INIT;
    ck_assert(!record_check(&table, &record, &status));
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_eq(strstr(status.message, "file f.csv, line 12: column \"when\" (NAIVE_DATE)"),
                     status.message);
    ck_assert_ptr_null(strstr(status.message, "yesterday"));
}
END_TEST

START_TEST(test_what_has_no_text_is_not_checked) {
    const struct cell cells[] = {{.kind = CELL_UNMODIFIED}, {.kind = CELL_NULL}};
    const struct cell absent[] = {{.kind = CELL_ABSENT}, {CELL_TEXT, SLICE_LITERAL("2020-02-29")}};
    struct record record = {.cells = cells};
    struct status status = STATUS_INIT;
    ck_assert(record_check(&table, &record, &status));
    record.cells = absent;
    ck_assert(record_check(&table, &record, &status));
    ck_assert_int_eq(status.code, STATUS_OK);
}
END_TEST

START_TEST(test_a_record_from_elsewhere_names_the_column_alone) {
    const struct record record = {.file = NULL};
    struct status status = STATUS_INIT;
    ck_assert(!record_refuse(&record, "id", "is empty", &status));
    ck_assert_str_eq(status.message, "column \"id\" is empty");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("record_check");
    TCase *tests = tcase_create("record_check");
    tcase_add_test(tests,
                   test_a_text_that_its_type_forbids_names_file_line_and_column_but_no_value);
    tcase_add_test(tests, test_what_has_no_text_is_not_checked);
    tcase_add_test(tests, test_a_record_from_elsewhere_names_the_column_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
