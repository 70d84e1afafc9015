#include "destinations/dust/tables/dust_row_session.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#define ROW "{\"row_id\":\"7\",\"value\":{\"a\":1}}"

static const struct dust_line line = {.bytes = 10, .separators = {2, 0, 0}};
static struct fixture f;
static struct dust_row_session session;
static struct dust_changes changes;

static void open_session(const struct scripted_answer *lines, size_t n) {
    static const struct write_session_ops ops = {0};
    set_up(&f, lines, n);
    changes = (struct dust_changes){0};
    dust_row_session_init(&session, &f.d, &ops);
    dust_row_session_set_table(&session, "t");
}

static void close_session(void) {
    dust_row_session_clean_up(&session);
    tear_down(&f);
}

START_TEST(the_body_around_rows_is_dust_s) {
    struct buf body;
    open_session(NULL, 0);
    buf_init(&body, 100);
    dust_row_session_open_body(&session.base, &body);
    dust_row_session_close_body(&session.base, false, true, &body);
    ck_assert_str_eq(buf_cstr(&body), "{\"rows\":[]}");
    buf_clean_up(&body);
    close_session();
}
END_TEST

START_TEST(a_body_is_posted_to_the_table) {
    const struct scripted_answer lines[] = {{"POST " SOURCE "/tables/t/rows {x}", 200, "{}"}};
    struct api_call call;
    struct verdict verdict;
    open_session(lines, 1);
    dust_row_session_post(&session, SLICE_LITERAL("{x}"), &call);
    ck_assert(call.repeatable);
    ck_assert(api_perform(f.d.api, &call, NULL, &verdict));
    close_session();
}
END_TEST

START_TEST(the_newest_row_is_seen_before_a_session_ends) {
    const struct scripted_answer lines[] = {
        {"POST " SOURCE
         "/tables/t/rows {\"rows\":[{\"row_id\":\"7\",\"value\":{\"a\":1,\"_fivetran_",
         401, DUST_ERROR("invalid_api_key_error", "no")}};
    open_session(lines, 1);
    ck_assert(dust_row_session_keep(&session, SLICE_LITERAL("7"), SLICE_LITERAL(ROW), false, &line,
                                    &f.status));
    ck_assert(!dust_row_session_confirm(&session, &changes, "note:1",
                                        &f.status)); /* the script ends here */
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    close_session();
}
END_TEST

#define REFUSED 401, DUST_ERROR("invalid_api_key_error", "no") /* a wait ends here */
#define FENCE "POST " SOURCE "/tables/t/rows {\"rows\":[{\"row_id\":\"7\",\"value\":{\"a\":1,\"_f"
#define LOOK "GET " SOURCE "/tables/t/rows/7"

static void keep_row(void) {
    ck_assert(dust_row_session_keep(&session, SLICE_LITERAL("7"), SLICE_LITERAL(ROW), false, &line,
                                    &f.status));
}

START_TEST(a_wait_that_began_is_not_begun_again) {
    const struct scripted_answer lines[] = {{FENCE, 200, "{}"}, {LOOK, REFUSED}};
    open_session(lines, 2);
    keep_row();
    ck_assert(dust_row_session_begin_finish(&session.base, &f.status));
    ck_assert_uint_eq(f.scripted.n_calls, 1);
    ck_assert(!dust_row_session_confirm(&session, &changes, "", &f.status));
    ck_assert_uint_eq(f.scripted.n_calls, 2);
    close_session();
}
END_TEST

START_TEST(rows_that_follow_a_wait_s_beginning_need_another) {
    const struct scripted_answer lines[] = {{FENCE, 200, "{}"}, {FENCE, REFUSED}};
    struct api_call call;
    open_session(lines, 2);
    keep_row();
    ck_assert(dust_row_session_begin_finish(&session.base, &f.status));
    dust_row_session_post(&session, SLICE_LITERAL("{x}"), &call);
    ck_assert(!dust_row_session_confirm(&session, &changes, "", &f.status));
    ck_assert_uint_eq(f.scripted.n_calls, 2);
    close_session();
}
END_TEST

START_TEST(without_rows_or_without_the_setting_nothing_is_waited_for) {
    open_session(NULL, 0);
    ck_assert(dust_row_session_begin_finish(&session.base, &f.status));
    ck_assert(dust_row_session_confirm(&session, &changes, "note:1", &f.status));
    f.settings.confirm_writes = false;
    keep_row();
    ck_assert(dust_row_session_begin_finish(&session.base, &f.status));
    ck_assert(dust_row_session_confirm(&session, &changes, "note:1", &f.status));
    close_session();
}
END_TEST

START_TEST(what_dust_changes_is_told_once) {
    open_session(NULL, 0);
    changes.retyped = 3;
    ck_assert(dust_row_session_confirm(&session, &changes, "note:1", &f.status));
    ck_assert(dust_row_session_confirm(&session, &changes, "note:1", &f.status));
    ck_assert_uint_eq(log_capture_count(&f.log, "values_change_in_dust retyped=3"), 1);
    ck_assert_uint_eq(log_capture_count(&f.log, " columns=note:1"), 1);
    close_session();
}
END_TEST

START_TEST(rows_that_dust_would_mix_up_are_not_sent) {
    const struct dust_line bad = {.bytes = 10, .separators = {1, 5, 0}};
    open_session(NULL, 0);
    ck_assert(dust_row_session_keep(&session, SLICE_LITERAL("7"), SLICE_LITERAL(ROW), false, &bad,
                                    &f.status));
    ck_assert(!dust_row_session_check_batch(&session.base, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    close_session();
}
END_TEST

/* Among others Dust can tell what separates its columns; posted again by itself it could not. */
START_TEST(a_newest_row_that_dust_would_mix_up_alone_is_no_fence) {
    const struct dust_line bad = {.bytes = 10, .separators = {1, 5, 0}};
    const struct scripted_answer lines[] = {
        {"POST " SOURCE "/tables/t/rows {\"rows\":[{\"row_id\":\"bigdust.fence\"", 200, "{}"}};
    open_session(lines, 1);
    for (int i = 0; i < 9; i++) {
        keep_row();
    }
    ck_assert(dust_row_session_keep(&session, SLICE_LITERAL("8"), SLICE_LITERAL(ROW), false, &bad,
                                    &f.status));
    ck_assert(dust_row_session_check_batch(&session.base, &f.status));
    ck_assert(dust_row_session_begin_finish(&session.base, &f.status));
    close_session();
}
END_TEST

START_TEST(the_key_of_a_row_is_its_id) {
    char text[32];
    open_session(NULL, 0);
    dust_row_session_key_text(&session.base, SLICE_LITERAL(ROW), text, sizeof text);
    ck_assert_str_eq(text, "row id \"7\"");
    dust_row_session_key_text(&session.base, SLICE_LITERAL("{}"), text, sizeof text);
    ck_assert_str_eq(text, "row id (unknown)");
    close_session();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_row_session");
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, the_body_around_rows_is_dust_s);
    tcase_add_test(tests, a_body_is_posted_to_the_table);
    tcase_add_test(tests, the_newest_row_is_seen_before_a_session_ends);
    tcase_add_test(tests, a_wait_that_began_is_not_begun_again);
    tcase_add_test(tests, rows_that_follow_a_wait_s_beginning_need_another);
    tcase_add_test(tests, without_rows_or_without_the_setting_nothing_is_waited_for);
    tcase_add_test(tests, what_dust_changes_is_told_once);
    tcase_add_test(tests, rows_that_dust_would_mix_up_are_not_sent);
    tcase_add_test(tests, a_newest_row_that_dust_would_mix_up_alone_is_no_fence);
    tcase_add_test(tests, the_key_of_a_row_is_its_id);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
