#include "biggeo_fixture.h"
#include "destinations/biggeo/biggeo_read.h"
#include "support/suite.h"

#define READ "GET https://x/data-sources/v1/get-data-source/"
#define ROW(op_at) "{\"_fivetran_op_at\":" op_at "}"
#define PAGE(rows) "{\"data\":[" rows "],\"hasMore\":false}"
#define MORE(rows, rest) "{\"data\":[" rows "],\"hasMore\":true" rest "}"

/* Looks for the session of op_at 100 to 109. */
static bool look(struct fixture *f, bool want_older, struct biggeo_seen *seen) {
    const struct biggeo_look wanted = {.first_op_at = 100,
                                       .last_op_at = 109,
                                       .want_older = want_older,
                                       .patience_ms = 10000,
                                       .budget_ms = 60000};
    return biggeo_read_back(&f->d, SLICE_LITERAL("s__t"), &wanted, seen, &f->status);
}

START_TEST(test_the_sessions_last_row_is_seen) {
    static const struct scripted_answer script[] = {
        {READ "s__t?chunkSize=1000 ", 200, PAGE(ROW("105") "," ROW("109"))}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, false, &seen));
    ck_assert(seen.last && !seen.older && seen.complete);
    tear_down(&f);
}
END_TEST

START_TEST(test_older_is_a_smaller_op_at_or_none) {
    static const char *const rows[] = {ROW("99"), "{\"id\":1}", ROW("\"99\"")};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char page[200];
        snprintf(page, sizeof page, PAGE("%s," ROW("109")), rows[i]);
        const struct scripted_answer script[] = {{READ, 200, page}};
        struct fixture f;
        struct biggeo_seen seen;
        SET_UP(&f, script);
        ck_assert(look(&f, true, &seen));
        ck_assert(seen.last && seen.older);
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_pages_are_followed_by_cursor_and_session) {
    static const struct scripted_answer script[] = {
        {READ "s__t?chunkSize=1000 ", 200,
         MORE(ROW("100"), ",\"nextCursor\":\"a b&\",\"syncId\":\"i/1\"")},
        {READ "s__t?chunkSize=1000&cursor=a%20b%26&syncId=i%2F1 ", 200, PAGE(ROW("109"))},
    };
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, true, &seen));
    ck_assert(seen.last && !seen.older && seen.complete);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_cursor_may_be_a_number) {
    static const struct scripted_answer script[] = {
        {READ, 200, MORE(ROW("100"), ",\"nextCursor\":1000")},
        {READ "s__t?chunkSize=1000&cursor=1000 ", 200, PAGE(ROW("109"))},
    };
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, true, &seen));
    ck_assert(seen.last && seen.complete);
    tear_down(&f);
}
END_TEST

/* Nothing may be concluded from rows that could not be reached: contracts/biggeo.md, "Unknown". */
START_TEST(test_more_rows_without_a_way_to_them_are_not_complete) {
    static const struct scripted_answer script[] = {{READ, 200, MORE(ROW("109"), "")}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, true, &seen));
    ck_assert(seen.last && !seen.older && !seen.complete);
    tear_down(&f);
}
END_TEST

START_TEST(test_it_stops_when_it_has_seen_what_it_wants) {
    static const struct scripted_answer script[] = {
        {READ, 200, MORE(ROW("109"), ",\"nextCursor\":\"n\"")}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, false, &seen));
    ck_assert(seen.last && !seen.complete);
    tear_down(&f);
}
END_TEST

START_TEST(test_an_export_that_lags_is_waited_for) {
    static const struct scripted_answer script[] = {
        {READ, 404, "{}"}, {READ, 200, PAGE("")}, {READ, 200, PAGE(ROW("109"))}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    int64_t started = fake_clock_now(&f.clock);
    ck_assert(look(&f, false, &seen));
    ck_assert(seen.last && seen.complete);
    ck_assert_int_eq(fake_clock_now(&f.clock) - started, 4000);
    tear_down(&f);
}
END_TEST

START_TEST(test_patience_ends) {
    static const struct scripted_answer script[] = {{READ, 200, PAGE("")}, {READ, 200, PAGE("")},
                                                    {READ, 200, PAGE("")}, {READ, 200, PAGE("")},
                                                    {READ, 200, PAGE("")}, {READ, 200, PAGE("")}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(look(&f, false, &seen));
    ck_assert(!seen.last && !seen.older && seen.complete);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_page_that_is_not_json_is_unknown) {
    static const struct scripted_answer script[] = {{READ, 200, "<html>"}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(!look(&f, false, &seen));
    ck_assert(!seen.complete);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(f.status.message, "not JSON"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_key_that_is_refused_is_no_empty_table) {
    static const struct scripted_answer script[] = {{READ, 401, "{}"}};
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    ck_assert(!look(&f, false, &seen));
    ck_assert(!seen.complete);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

static enum table_presence presence_of(struct fixture *f, struct slice name, bool wanted) {
    enum table_presence presence = TABLE_PRESENT;
    ck_assert_int_eq(biggeo_read_exists(&f->d, name, &presence, &f->status), wanted);
    return presence;
}

START_TEST(test_a_names_case_and_characters_are_kept) {
    static const struct scripted_answer script[] = {
        {READ "S__a%20b%2F%C3%A9?chunkSize=1 ", 404, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert_int_eq(presence_of(&f, SLICE_LITERAL("S__a b/\xC3\xA9"), true), TABLE_ABSENT);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_very_long_name_is_asked_for_whole) {
    static char name[40001];
    static char url[40100];
    memset(name, 'n', sizeof name - 1);
    snprintf(url, sizeof url, "/%s?chunkSize=1 ", name);
    const struct scripted_answer script[] = {{url, 200, PAGE("")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert_int_eq(presence_of(&f, slice_of(name), true), TABLE_PRESENT);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_fault_does_not_say_whether_a_table_exists) {
    static const struct scripted_answer script[] = {{READ, 0, NULL}, {READ, 403, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    presence_of(&f, SLICE_LITERAL("s__t"), false);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    presence_of(&f, SLICE_LITERAL("s__t"), false);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(test_rows_are_counted_where_they_have_no_op_at) {
    static const struct scripted_answer script[] = {
        {READ "s__t?", 200, MORE("{\"n\":1},{\"n\":2}", ",\"nextCursor\":\"c\"")},
        {"cursor=c", 200, PAGE("{\"n\":3}")}, /* lags: read again, and not counted twice */
        {"cursor=c", 200, PAGE("{\"n\":3},{\"n\":4}")},
    };
    struct fixture f;
    struct biggeo_seen seen;
    SET_UP(&f, script);
    const struct biggeo_look wanted = {.want_rows = 4, .patience_ms = 10000, .budget_ms = 60000};
    ck_assert(biggeo_read_back(&f.d, SLICE_LITERAL("s__t"), &wanted, &seen, &f.status));
    ck_assert_uint_eq(seen.n_rows, 4);
    ck_assert(seen.complete);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_read");
    TCase *tests = tcase_create("biggeo_read");
    tcase_add_test(tests, test_the_sessions_last_row_is_seen);
    tcase_add_test(tests, test_older_is_a_smaller_op_at_or_none);
    tcase_add_test(tests, test_pages_are_followed_by_cursor_and_session);
    tcase_add_test(tests, test_a_cursor_may_be_a_number);
    tcase_add_test(tests, test_more_rows_without_a_way_to_them_are_not_complete);
    tcase_add_test(tests, test_it_stops_when_it_has_seen_what_it_wants);
    tcase_add_test(tests, test_an_export_that_lags_is_waited_for);
    tcase_add_test(tests, test_patience_ends);
    tcase_add_test(tests, test_a_page_that_is_not_json_is_unknown);
    tcase_add_test(tests, test_a_key_that_is_refused_is_no_empty_table);
    tcase_add_test(tests, test_a_names_case_and_characters_are_kept);
    tcase_add_test(tests, test_a_very_long_name_is_asked_for_whole);
    tcase_add_test(tests, test_a_fault_does_not_say_whether_a_table_exists);
    tcase_add_test(tests, test_rows_are_counted_where_they_have_no_op_at);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
