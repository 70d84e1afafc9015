#include "rewrite/joined_table.h"
#include "support/suite.h"

static const struct column asked[] = {
    {.name = "b", .type = COLUMN_LONG},
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "fresh", .type = COLUMN_JSON},
};
static const struct column kept[] = {
    {.name = "id", .type = COLUMN_INT, .primary_key = true},
    {.name = "old", .type = COLUMN_XML, .primary_key = true},
    {.name = "b", .type = COLUMN_INT},
};
static const struct table request = {"s", "t", asked, 3};
static const struct table stored = {"s", "t", kept, 3};

START_TEST(test_the_requests_columns_come_first_as_it_describes_them) {
    struct joined_table joined;
    struct status status = STATUS_INIT;
    ck_assert(joined_table_init(&joined, &request, &stored, &status));
    ck_assert_str_eq(joined.table.schema, "s");
    ck_assert_str_eq(joined.table.name, "t");
    ck_assert_uint_eq(joined.table.n_columns, 4);
    ck_assert_str_eq(joined.table.columns[0].name, "b");
    ck_assert_int_eq(joined.table.columns[0].type, COLUMN_LONG);
    ck_assert(joined.table.columns[1].primary_key);
    ck_assert_str_eq(joined.table.columns[2].name, "fresh");
    joined_table_clean_up(&joined);
}
END_TEST

START_TEST(test_what_is_only_stored_comes_behind_and_is_no_key) {
    struct joined_table joined;
    struct status status = STATUS_INIT;
    ck_assert(joined_table_init(&joined, &request, &stored, &status));
    ck_assert_str_eq(joined.table.columns[3].name, "old");
    ck_assert_int_eq(joined.table.columns[3].type, COLUMN_XML);
    ck_assert(!joined.table.columns[3].primary_key);
    joined_table_clean_up(&joined);
}
END_TEST

START_TEST(test_stored_cells_find_their_places) {
    struct joined_table joined;
    struct status status = STATUS_INIT;
    const struct cell cells[] = {
        {CELL_TEXT, SLICE_LITERAL("1")}, {CELL_TEXT, SLICE_LITERAL("<x/>")}, {.kind = CELL_ABSENT}};
    struct cell placed[4];
    memset(placed, 0xff, sizeof placed);
    ck_assert(joined_table_init(&joined, &request, &stored, &status));
    joined_table_place(&joined, cells, placed);
    ck_assert_int_eq(placed[0].kind, CELL_NULL);
    ck_assert(slice_equal_text(placed[1].text, "1"));
    ck_assert_int_eq(placed[2].kind, CELL_NULL);
    ck_assert(slice_equal_text(placed[3].text, "<x/>"));
    joined_table_clean_up(&joined);
}
END_TEST

START_TEST(test_without_a_stored_table_it_is_the_requests) {
    struct joined_table joined;
    struct status status = STATUS_INIT;
    ck_assert(joined_table_init(&joined, &request, NULL, &status));
    ck_assert_uint_eq(joined.table.n_columns, 3);
    joined_table_clean_up(&joined);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("joined_table");
    TCase *tests = tcase_create("joined_table");
    tcase_add_test(tests, test_the_requests_columns_come_first_as_it_describes_them);
    tcase_add_test(tests, test_what_is_only_stored_comes_behind_and_is_no_key);
    tcase_add_test(tests, test_stored_cells_find_their_places);
    tcase_add_test(tests, test_without_a_stored_table_it_is_the_requests);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
