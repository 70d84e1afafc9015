#include "destinations/dust/tables/dust_list.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#include <stdio.h>

#define ROWS "GET " SOURCE "/tables/t/rows?limit="

struct seen {
    size_t n_rows;
    size_t n_restarts;
    char last_id[32];
};

static bool see_row(void *context, struct slice id, struct slice value, struct status *status) {
    struct seen *seen = context;
    (void)status;
    seen->n_rows++;
    ck_assert_int_eq(value.data[0], '{');
    snprintf(seen->last_id, sizeof seen->last_id, "%.*s", SLICE_ARG(id));
    return true;
}

static void see_restart(void *context) {
    struct seen *seen = context;
    seen->n_restarts++;
    seen->n_rows = 0;
}

static bool list(struct fixture *f, struct seen *seen) {
    const struct dust_listing listing = {see_row, see_restart, seen};
    *seen = (struct seen){0};
    return dust_list(&f->api, "t", &listing, &f->status);
}

#define ROW(id) "{\"row_id\":\"" id "\",\"value\":{\"a\":1}}"
#define CSV(id) id ",1,"

START_TEST(pages_follow_each_other_until_all_rows_are_seen) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "," ROW("2") "],\"total\":3}"},
        {ROWS "20000&offset=2", 200, "{\"rows\":[" ROW("3") "],\"total\":3}"},
    };
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(list(&f, &seen));
    ck_assert_uint_eq(seen.n_rows, 3);
    ck_assert_uint_eq(seen.n_restarts, 0);
    ck_assert_str_eq(seen.last_id, "\"3\"");
    tear_down(&f);
}
END_TEST

START_TEST(an_empty_table_has_no_rows) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[],\"offset\":0,\"limit\":100,\"total\":0}"}};
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(list(&f, &seen));
    ck_assert_uint_eq(seen.n_rows, 0);
    tear_down(&f);
}
END_TEST

/* A merge between two pages reshuffles rows: one comes twice, another not at all. */
START_TEST(a_listing_with_a_row_twice_does_not_count) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "," ROW("2") "],\"total\":3}"},
        {ROWS "20000&offset=2", 200, "{\"rows\":[" ROW("1") "],\"total\":3}"},
        {ROWS "100&offset=0", 200,
         "{\"rows\":[" ROW("1") "," ROW("2") "," ROW("3") "],\"total\":3}"},
    };
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(list(&f, &seen));
    ck_assert_uint_eq(seen.n_rows, 3);
    ck_assert_uint_eq(seen.n_restarts, 1);
    tear_down(&f);
}
END_TEST

START_TEST(a_total_that_changes_starts_the_reading_over) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "],\"total\":2}"},
        {ROWS "20000&offset=1", 200, "{\"rows\":[" ROW("2") "],\"total\":3}"},
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "],\"total\":1}"},
    };
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(list(&f, &seen));
    ck_assert_uint_eq(seen.n_rows, 1);
    tear_down(&f);
}
END_TEST

START_TEST(a_table_that_never_stands_still_fails_the_call) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "],\"total\":0}"},
        {ROWS "100&offset=0", 200, "{\"rows\":[],\"total\":1}"},
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "," ROW("1") "],\"total\":2}"},
    };
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(!list(&f, &seen));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message, "changed each of the 3 times");
    ck_assert_uint_eq(seen.n_restarts, 3);
    tear_down(&f);
}
END_TEST

static const char *const strange[] = {
    "{}",
    "{\"rows\":[]}",
    "{\"rows\":[{\"row_id\":1,\"value\":{}}],\"total\":1}",
    "{\"rows\":[{\"row_id\":\"1\"}],\"total\":1}",
    "{\"rows\":[],\"total\":-1}",
    "{\"rows\":[],\"total\":1.5}",
    "{\"rows\":[,\"total\":1}",
};

START_TEST(an_answer_that_is_no_listing_fails_the_call) {
    const struct scripted_answer lines[] = {{ROWS "100&offset=0", 200, strange[_i]}};
    struct fixture f;
    struct seen seen;
    SET_UP(&f, lines);
    ck_assert(!list(&f, &seen));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    tear_down(&f);
}
END_TEST

START_TEST(the_total_comes_with_the_size_of_a_row) {
    const struct scripted_answer lines[] = {
        {ROWS "100&offset=0", 200, "{\"rows\":[" ROW("1") "," ROW("2") "],\"total\":7000}"}};
    struct fixture f;
    uint64_t total;
    uint64_t row_bytes;
    SET_UP(&f, lines);
    ck_assert(dust_list_total(&f.api, "t", &total, &row_bytes, &f.status));
    ck_assert_uint_eq(total, 7000);
    ck_assert_uint_eq(row_bytes, strlen(CSV("1")));
    tear_down(&f);
}
END_TEST

static const struct {
    const char *value;
    const char *csv;
} row_sizes[] = {
    {"{}", "7,"},
    {"{\"a\":null,\"b\":true,\"long_name\":-1.5}", "7,,true,-1.5,"},
    {"{\"a\":\"text\"}", "7,text,"},
    {"{\"a\":{\"type\":\"datetime\",\"epoch\":0,\"string_value\":\"1970-01-01 00:00:00\"}}",
     "7,\"1970-01-01 00:00:00\","},
};

START_TEST(a_row_is_as_large_as_its_line_of_csv) {
    ck_assert_uint_eq(dust_list_row_bytes(SLICE_LITERAL("\"7\""), slice_of(row_sizes[_i].value)),
                      strlen(row_sizes[_i].csv));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_list");
    TCase *tests = tcase_create("listings");
    tcase_add_test(tests, pages_follow_each_other_until_all_rows_are_seen);
    tcase_add_test(tests, an_empty_table_has_no_rows);
    tcase_add_test(tests, a_listing_with_a_row_twice_does_not_count);
    tcase_add_test(tests, a_total_that_changes_starts_the_reading_over);
    tcase_add_test(tests, a_table_that_never_stands_still_fails_the_call);
    tcase_add_loop_test(tests, a_row_is_as_large_as_its_line_of_csv, 0,
                        sizeof row_sizes / sizeof row_sizes[0]);
    tcase_add_loop_test(tests, an_answer_that_is_no_listing_fails_the_call, 0,
                        sizeof strange / sizeof strange[0]);
    tcase_add_test(tests, the_total_comes_with_the_size_of_a_row);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
