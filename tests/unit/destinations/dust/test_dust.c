#include "destinations/dust/dust.h"
#include "support/suite.h"
#include "table/table_copy.h"
#include "unit/destinations/dust/tables/dust_table_fixture.h"

#define DUST DUST_TABLES_DESTINATION

/* Migrate and AlterTable write rows again where this is so. */
START_TEST(test_rows_follow_their_columns) {
    ck_assert(DUST.migrates);
    ck_assert_ptr_nonnull(DUST.open_rows);
}
END_TEST

START_TEST(test_describe_gives_the_table_as_it_was_made) {
    struct buf answer = orders_answer("shop", FRONT_END_FIVETRAN);
    const struct scripted_answer script[] = {{GET_TABLE, 200, buf_cstr(&answer)}};
    struct fixture f;
    struct table *found = NULL;
    SET_UP(&f, script);
    ck_assert(DUST.describe(&f.d, NAME, &found, &f.status));
    ck_assert_ptr_nonnull(found);
    assert_is_orders(found); /* lesson 7 */
    table_copy_destroy(found);
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_describe_of_a_missing_table_finds_nothing) {
    static const struct scripted_answer script[] = {{GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    struct table *found = (struct table *)&f;
    SET_UP(&f, script);
    ck_assert(DUST.describe(&f.d, NAME, &found, &f.status));
    ck_assert_ptr_null(found);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_fault_is_not_a_missing_table) {
    static const struct scripted_answer script[] = {{GET_TABLE, 503, "{}"},
                                                    {GET_TABLE, 503, "{}"},
                                                    {GET_TABLE, 503, "{}"},
                                                    {GET_TABLE, 503, "{}"}};
    struct fixture f;
    struct table *found = NULL;
    enum table_presence presence;
    SET_UP(&f, script);
    f.scripted.retries = false;
    ck_assert(!DUST.describe(&f.d, NAME, &found, &f.status));
    ck_assert(!DUST.exists(&f.d, NAME, &presence, &f.status));
    ck_assert(!DUST.create(&f.d, &orders, &f.status));
    ck_assert(!DUST.drop(&f.d, NAME, &f.notice, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    tear_down(&f);
}
END_TEST

START_TEST(test_create_makes_a_missing_table_without_rows) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 404, NO_TABLE}, {POST_TABLE, 200, "{}"}, {CLEAR_TABLE, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(DUST.create(&f.d, &orders, &f.status));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_05_create_of_a_table_that_exists_is_a_task) {
    struct buf answer = orders_answer("shop", FRONT_END_FIVETRAN);
    const struct scripted_answer script[] = {{GET_TABLE, 200, buf_cstr(&answer)}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!DUST.create(&f.d, &orders, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "shop.orders exists already");
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_create_of_too_many_columns_sends_nothing) {
    static struct column columns[DUST_MAX_COLUMNS + 1];
    static char names[DUST_MAX_COLUMNS + 1][8];
    static const struct scripted_answer script[] = {{GET_TABLE, 404, NO_TABLE}};
    struct table wide = {"shop", "orders", columns, DUST_MAX_COLUMNS + 1};
    struct fixture f;
    for (size_t i = 0; i < wide.n_columns; i++) {
        snprintf(names[i], sizeof names[i], "c_%zu", i);
        columns[i] = (struct column){.name = names[i], .type = COLUMN_INT};
    }
    SET_UP(&f, script);
    ck_assert(!DUST.create(&f.d, &wide, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_exists_says_whether_the_table_is_there) {
    struct buf answer = orders_answer("shop", FRONT_END_FIVETRAN);
    const struct scripted_answer script[] = {{GET_TABLE, 200, buf_cstr(&answer)},
                                             {GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    enum table_presence presence;
    SET_UP(&f, script);
    ck_assert(DUST.exists(&f.d, NAME, &presence, &f.status));
    ck_assert_int_eq(presence, TABLE_PRESENT);
    ck_assert(DUST.exists(&f.d, NAME, &presence, &f.status));
    ck_assert_int_eq(presence, TABLE_ABSENT);
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_drop_removes_rows_and_table) {
    struct buf answer = orders_answer("shop", FRONT_END_FIVETRAN);
    const struct scripted_answer script[] = {
        {GET_TABLE, 200, buf_cstr(&answer)}, {CLEAR_TABLE, 200, "{}"}, {DELETE_TABLE, 200, ""}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(DUST.drop(&f.d, NAME, &f.notice, &f.status));
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

START_TEST(test_lesson_08_drop_of_a_missing_table_is_no_error) {
    static const struct scripted_answer script[] = {{GET_TABLE, 404, NO_TABLE}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(DUST.drop(&f.d, NAME, &f.notice, &f.status));
    tear_down(&f);
}
END_TEST

/* One GET, and nothing of anothers is changed. */
START_TEST(test_a_table_of_anothers_is_left_alone) {
    struct buf answer = orders_answer("other", FRONT_END_FIVETRAN);
    const struct scripted_answer line = {GET_TABLE, 200, buf_cstr(&answer)};
    const struct scripted_answer script[] = {line, line, line, line};
    struct fixture f;
    struct table *found = NULL;
    enum table_presence presence;
    SET_UP(&f, script);
    ck_assert(!DUST.drop(&f.d, NAME, &f.notice, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert(!DUST.create(&f.d, &orders, &f.status));
    ck_assert(!DUST.exists(&f.d, NAME, &presence, &f.status));
    ck_assert(!DUST.describe(&f.d, NAME, &found, &f.status));
    tear_down(&f);
    buf_clean_up(&answer);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust");
    TCase *tests = tcase_create("dust");
    tcase_add_test(tests, test_rows_follow_their_columns);
    tcase_add_test(tests, test_describe_gives_the_table_as_it_was_made);
    tcase_add_test(tests, test_describe_of_a_missing_table_finds_nothing);
    tcase_add_test(tests, test_a_fault_is_not_a_missing_table);
    tcase_add_test(tests, test_create_makes_a_missing_table_without_rows);
    tcase_add_test(tests, test_lesson_05_create_of_a_table_that_exists_is_a_task);
    tcase_add_test(tests, test_create_of_too_many_columns_sends_nothing);
    tcase_add_test(tests, test_exists_says_whether_the_table_is_there);
    tcase_add_test(tests, test_drop_removes_rows_and_table);
    tcase_add_test(tests, test_lesson_08_drop_of_a_missing_table_is_no_error);
    tcase_add_test(tests, test_a_table_of_anothers_is_left_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
