#include "support/suite.h"
#include "table/record.h"

START_TEST(test_operations_have_names) {
    static const char *const names[] = {"upsert",         "update",   "delete",
                                        "earliest_start", "truncate", "soft_truncate"};
    for (int i = RECORD_UPSERT; i <= RECORD_SOFT_TRUNCATE; i++) {
        ck_assert_str_eq(record_operation_name((enum record_operation)i), names[i]);
    }
    ck_assert_str_eq(record_operation_name((enum record_operation)99), "unknown");
}
END_TEST

START_TEST(test_a_zeroed_cell_is_absent) {
    struct cell cell = {0};
    ck_assert_int_eq(cell.kind, CELL_ABSENT);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("record");
    TCase *c = tcase_create("record");
    tcase_add_test(c, test_operations_have_names);
    tcase_add_test(c, test_a_zeroed_cell_is_absent);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
