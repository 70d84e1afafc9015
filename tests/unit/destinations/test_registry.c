#include "destinations/biggeo/biggeo.h"
#include "destinations/dust/dust.h"
#include "support/suite.h"

START_TEST(test_biggeo_is_found) {
    const struct settings settings = {.destination = DESTINATION_BIGGEO};
    ck_assert_ptr_eq(destination_find(&settings), &BIGGEO_DESTINATION);
}
END_TEST

START_TEST(test_dusts_tables_are_found) {
    const struct settings settings = {.destination = DESTINATION_DUST,
                                      .data_format = DATA_FORMAT_TABLES};
    ck_assert_ptr_eq(destination_find(&settings), &DUST_TABLES_DESTINATION);
}
END_TEST

START_TEST(test_dusts_documents_are_found) {
    const struct settings settings = {.destination = DESTINATION_DUST,
                                      .data_format = DATA_FORMAT_DOCUMENTS};
    ck_assert_ptr_eq(destination_find(&settings), &DUST_DOCUMENTS_DESTINATION);
}
END_TEST

/* The name is the setting's value: `destination` in the table of settings. */
START_TEST(test_a_destination_is_named_as_the_setting_calls_it) {
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    ck_assert_str_eq(table[0].key, "destination");
    ck_assert_str_eq(table[0].choices[DESTINATION_BIGGEO].value, BIGGEO_DESTINATION.name);
    ck_assert_str_eq(table[0].choices[DESTINATION_DUST].value, DUST_TABLES_DESTINATION.name);
    ck_assert_str_eq(table[0].choices[DESTINATION_DUST].value, DUST_DOCUMENTS_DESTINATION.name);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("registry");
    TCase *tests = tcase_create("registry");
    tcase_add_test(tests, test_biggeo_is_found);
    tcase_add_test(tests, test_dusts_tables_are_found);
    tcase_add_test(tests, test_dusts_documents_are_found);
    tcase_add_test(tests, test_a_destination_is_named_as_the_setting_calls_it);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
