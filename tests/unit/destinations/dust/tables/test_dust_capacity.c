#include "destinations/dust/tables/dust_capacity.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#include <stdio.h>

#define ROWS "GET " SOURCE "/tables/t/rows?limit=100&offset=0"
#define ROW(id) "{\"row_id\":\"" id "\",\"value\":{\"a\":1}}"

static bool add(struct dust_capacity *capacity, const char *id, size_t bytes,
                struct status *status) {
    const struct dust_line line = {.bytes = bytes, .separators = {2, 0, 0}};
    return dust_capacity_add(capacity, slice_of(id), &line, status);
}

START_TEST(rows_that_fit_are_only_counted) {
    const struct scripted_answer lines[] = {{ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":1}"}};
    struct fixture f;
    struct dust_capacity capacity;
    SET_UP(&f, lines);
    dust_capacity_init(&capacity, "t");
    ck_assert(dust_capacity_measure(&capacity, &f.api, 10, &f.status));
    ck_assert_uint_eq(capacity.rows, 1);
    ck_assert(add(&capacity, "2", 10, &f.status));
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

/* 499,999 rows and two to come: their ids are read, since one of the two may be there already. */
START_TEST(near_the_limit_rows_that_are_replaced_take_no_room) {
    const struct scripted_answer lines[] = {
        {ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":499999}"},
        {ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":1}"},
    };
    struct fixture f;
    struct dust_capacity capacity;
    SET_UP(&f, lines);
    dust_capacity_init(&capacity, "t");
    ck_assert(dust_capacity_measure(&capacity, &f.api, 2, &f.status));
    ck_assert_uint_eq(capacity.rows, 0);
    capacity.rows = DUST_MAX_ROWS - 2; /* as many more as the script would have to list */
    ck_assert(add(&capacity, "1", 10, &f.status));
    ck_assert(add(&capacity, "2", 10, &f.status));
    ck_assert(!add(&capacity, "3", 10, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "more than 500000 rows");
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

/* What a sync of unknown length writes again takes no room either, long before the limit. */
START_TEST(ids_are_read_from_a_tenth_of_a_limit_on_when_nobody_says_what_comes) {
    const struct scripted_answer lines[] = {
        {ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":50000}"},
        {ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":50001}"},
        {ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":1}"},
    };
    struct fixture f;
    struct dust_capacity capacity;
    SET_UP(&f, lines);
    dust_capacity_init(&capacity, "t");
    ck_assert(dust_capacity_measure(&capacity, &f.api, 0, &f.status));
    ck_assert(!capacity.is_complete);
    ck_assert(dust_capacity_measure(&capacity, &f.api, 0, &f.status));
    ck_assert(capacity.is_complete);
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

/* Some 240 bytes as JSON, and 11 in the CSV that the limit is about. */
#define LONG_NAME                                                                                  \
    "a_column_whose_name_is_much_longer_than_what_it_holds_in_most_rows_of_the_table_it_is_in"
#define WIDE_ROW(id)                                                                               \
    "{\"row_id\":\"" id "\",\"value\":{\"" LONG_NAME "\":1234567,\"" LONG_NAME "_2\":null}}"

START_TEST(names_of_columns_do_not_count_against_the_bytes_of_a_table) {
    const struct scripted_answer lines[] = {
        {ROWS, 200, "{\"rows\":[" WIDE_ROW("1") "],\"total\":499000}"},
        {ROWS, 200, "{\"rows\":[" WIDE_ROW("1") "],\"total\":499000}"},
        {ROWS, 200, "{\"rows\":[" WIDE_ROW("1") "," WIDE_ROW("2") "],\"total\":2}"},
    };
    struct fixture f;
    struct dust_capacity capacity;
    SET_UP(&f, lines);
    dust_capacity_init(&capacity, "t");
    ck_assert_uint_gt(499000 * strlen(WIDE_ROW("1")), 90 * 1024 * 1024);
    ck_assert(dust_capacity_measure(&capacity, &f.api, 1000, &f.status));
    ck_assert_uint_eq(capacity.bytes, 499000 * strlen("1,1234567,,"));
    ck_assert(dust_capacity_measure(&capacity, &f.api, 1001, &f.status)); /* listed */
    ck_assert_uint_eq(capacity.bytes, 2 * strlen("1,1234567,,"));
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

START_TEST(a_table_that_grows_past_its_bytes_is_a_task) {
    struct fixture f;
    struct dust_capacity capacity;
    set_up(&f, NULL, 0);
    dust_capacity_init(&capacity, "t");
    ck_assert(add(&capacity, "1", DUST_MAX_TABLE_BYTES, &f.status));
    ck_assert(add(&capacity, "1", 100, &f.status)); /* replaced */
    ck_assert(!add(&capacity, "2", 1, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "100 MiB");
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

static const struct {
    size_t separators[3]; /* of each of two rows */
    bool fits;
} batches[] = {
    {{2, 0, 0}, true},  {{2, 3, 0}, true},  {{2, 0, 3}, true}, /* the header counts, too */
    {{2, 4, 0}, false}, {{2, 0, 4}, false},
};

START_TEST(a_batch_with_more_other_separators_than_commas_is_a_task) {
    struct dust_capacity capacity;
    struct status status = STATUS_INIT;
    struct dust_line line = {.bytes = 10};
    memcpy(line.separators, batches[_i].separators, sizeof line.separators);
    dust_capacity_init(&capacity, "t");
    ck_assert(dust_capacity_add(&capacity, SLICE_LITERAL("1"), &line, &status));
    ck_assert(dust_capacity_add(&capacity, SLICE_LITERAL("1"), &line, &status));
    ck_assert(dust_capacity_end_batch(&capacity, &line, &status) == batches[_i].fits);
    ck_assert_int_eq(status.code, batches[_i].fits ? STATUS_OK : STATUS_TASK);
    dust_capacity_clean_up(&capacity);
}
END_TEST

/* Dust looks at 16 KiB: what stands behind them does not help, here or once rows are merged. */
START_TEST(a_stretch_of_a_batch_with_more_other_separators_than_commas_is_a_task) {
    const struct dust_line plain = {.bytes = 100, .separators = {10, 0, 0}};
    const struct dust_line odd = {.bytes = 1000, .separators = {10, 0, 30}};
    for (int n_odd = 1; n_odd <= 18; n_odd++) {
        struct dust_capacity capacity;
        struct status status = STATUS_INIT;
        dust_capacity_init(&capacity, "t");
        for (int i = 0; i < 300; i++) {
            const struct dust_line *line = i >= 164 && i < 164 + n_odd ? &odd : &plain;
            ck_assert(dust_capacity_add(&capacity, SLICE_LITERAL("1"), line, &status));
        }
        ck_assert(dust_capacity_end_batch(&capacity, &plain, &status) == (n_odd < 14));
        ck_assert(n_odd < 14 || strstr(status.message, "more tabs than"));
        status = STATUS_INIT;
        ck_assert(dust_capacity_end_batch(&capacity, &plain, &status)); /* the next one */
        dust_capacity_clean_up(&capacity);
    }
}
END_TEST

START_TEST(a_row_may_be_clear_among_others_only) {
    ck_assert(!dust_line_confuses_alone(&(struct dust_line){.separators = {3, 6, 6}}));
    ck_assert(dust_line_confuses_alone(&(struct dust_line){.separators = {3, 7, 0}}));
    ck_assert(dust_line_confuses_alone(&(struct dust_line){.separators = {3, 0, 7}}));
}
END_TEST

START_TEST(rows_are_all_known_of_a_table_that_is_empty_or_was_listed) {
    const struct scripted_answer lines[] = {{ROWS, 200, "{\"rows\":[" ROW("1") "],\"total\":1}"},
                                            {ROWS, 200, "{\"rows\":[],\"total\":0}"}};
    struct fixture f;
    struct dust_capacity capacity;
    SET_UP(&f, lines);
    dust_capacity_init(&capacity, "t");
    ck_assert(dust_capacity_measure(&capacity, &f.api, 0, &f.status));
    ck_assert(!capacity.is_complete);
    ck_assert(add(&capacity, "2", 10, &f.status));
    dust_capacity_set_empty(&capacity);
    ck_assert(capacity.is_complete);
    ck_assert_uint_eq(capacity.rows + capacity.ids.count + capacity.bytes, 0);
    capacity.is_complete = false;
    ck_assert(dust_capacity_measure(&capacity, &f.api, 0, &f.status));
    ck_assert(capacity.is_complete);
    dust_capacity_clean_up(&capacity);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_capacity");
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, rows_that_fit_are_only_counted);
    tcase_add_test(tests, near_the_limit_rows_that_are_replaced_take_no_room);
    tcase_add_test(tests, ids_are_read_from_a_tenth_of_a_limit_on_when_nobody_says_what_comes);
    tcase_add_test(tests, names_of_columns_do_not_count_against_the_bytes_of_a_table);
    tcase_add_test(tests, a_table_that_grows_past_its_bytes_is_a_task);
    tcase_add_loop_test(tests, a_batch_with_more_other_separators_than_commas_is_a_task, 0,
                        sizeof batches / sizeof batches[0]);
    tcase_add_test(tests, a_stretch_of_a_batch_with_more_other_separators_than_commas_is_a_task);
    tcase_add_test(tests, a_row_may_be_clear_among_others_only);
    tcase_add_test(tests, rows_are_all_known_of_a_table_that_is_empty_or_was_listed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
