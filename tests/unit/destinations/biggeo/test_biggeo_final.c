#include "destinations/biggeo/biggeo_final.h"
#include "destinations/biggeo/biggeo_state.h"
#include "destinations/biggeo/catalogue.h"
#include "support/log_capture.h"
#include "support/suite.h"
#include "unit/destinations/scripted_api.h"

static const struct table table = {"s", "t", NULL, 0};

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    struct destination_shared shared;
    struct settings settings;
    struct scripted_api api;
    struct destination d;
    struct biggeo_final final;
    struct notice notice;
    struct status status;
};

static void set_up(struct fixture *f, const struct scripted_answer *answers, size_t n_answers) {
    memset(f, 0, sizeof *f);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_DEBUG);
    f->shared = (struct destination_shared){
        .clock = &f->clock.clock,
        .random = random_system(),
        .catalogue = catalogue_open(NULL, &f->log.log, &f->status),
        .biggeo = biggeo_state_new(),
    };
    f->settings =
        (struct settings){.api_key = (char *)"secret", .biggeo_base_url = (char *)"https://x"};
    f->api = (struct scripted_api){
        .api = {scripted_call}, .answers = answers, .n_answers = n_answers, .clock = &f->clock};
    f->d = (struct destination){
        .settings = &f->settings, .shared = &f->shared, .log = &f->log.log, .api = &f->api.api};
    ck_assert(biggeo_final_init(&f->final, &f->d, &table, &f->status));
    random_uuid(f->shared.random, f->final.sync_id);
    f->final.first_op_at = 100;
    f->final.last_op_at = 109;
}

static void tear_down(struct fixture *f) {
    ck_assert_uint_eq(f->api.n_calls, f->api.n_answers); /* every line of the script was used */
    ck_assert_uint_eq(log_capture_count(&f->log, "secret"), 0);
    biggeo_final_clean_up(&f->final);
    biggeo_state_destroy(f->shared.biggeo);
    catalogue_close(f->shared.catalogue);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

#define SET_UP(f, lines) set_up((f), (lines), sizeof(lines) / sizeof(lines)[0])

static bool run(struct fixture *f) {
    return biggeo_final_run(&f->final, &f->d, &table, &f->notice, &f->status);
}

#define FINAL "\"table_name\":\"s__t\",\"is_final\":true,\"chunks\":[]}"
#define OK "{\"success\":true,\"records_processed\":0,\"path\":\"x\"}"
#define REFUSED "{\"success\":false,\"message\":\"no such session\"}"
#define READ "GET https://x/data-sources/v1/get-data-source/s__t?chunkSize="
#define ROW(op_at) "{\"_fivetran_op_at\":" op_at "}"
#define PAGE(rows) "{\"data\":[" rows "],\"hasMore\":false}"

START_TEST(test_a_final_carries_no_chunks) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_refused_at_once_fails_and_tells_what_biggeo_said) {
    static const struct scripted_answer script[] = {{FINAL, 200, REFUSED}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "no such session"));
    ck_assert_ptr_nonnull(strstr(f.status.message, "s.t"));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_33_an_unknown_final_is_repeated) {
    static const struct scripted_answer script[] = {{FINAL, 0, NULL}, {FINAL, 200, OK}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_that_is_not_json_is_unknown) {
    static const struct scripted_answer script[] = {{FINAL, 200, "<html>"}, {FINAL, 200, OK}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_unknown_then_refused_is_found_by_reading_back) {
    static const struct scripted_answer script[] = {
        {FINAL, 0, NULL}, {FINAL, 200, REFUSED}, {READ, 200, PAGE(ROW("5") "," ROW("109"))}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_reading_back_waits_for_an_export_that_lags) {
    static const struct scripted_answer script[] = {{FINAL, 0, NULL},
                                                    {FINAL, 200, REFUSED},
                                                    {READ, 404, "{}"},
                                                    {READ, 200, PAGE(ROW("5"))},
                                                    {READ, 200, PAGE(ROW("109"))}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_unknown_then_refused_and_not_found_fails) {
    /* Every 2 s for 30 s, and once more. */
    struct scripted_answer script[2 + 16] = {{FINAL, 0, NULL}, {FINAL, 200, REFUSED}};
    for (size_t i = 2; i < sizeof script / sizeof script[0]; i++) {
        script[i] = (struct scripted_answer){READ, 200, PAGE(ROW("108"))};
    }
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(f.status.message, "cannot be found"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_failure_says_whether_the_batch_may_have_been_kept) {
    static const struct scripted_answer refused[] = {{FINAL, 401, "{}"}};
    static const struct scripted_answer lost_first[] = {{FINAL, 0, NULL}, {FINAL, 401, "{}"}};
    struct fixture f;
    SET_UP(&f, refused);
    ck_assert(!run(&f));
    ck_assert_ptr_nonnull(strstr(f.status.message, "so none of this batch was kept"));
    tear_down(&f);
    SET_UP(&f, lost_first);
    ck_assert(!run(&f));
    ck_assert_ptr_nonnull(strstr(f.status.message, "may or may not have been kept"));
    tear_down(&f);
}
END_TEST

START_TEST(test_pages_are_followed) {
    static const struct scripted_answer script[] = {
        {FINAL, 0, NULL},
        {FINAL, 200, REFUSED},
        {READ, 200,
         "{\"data\":[" ROW("5") "],\"hasMore\":true,\"nextCursor\":\"a b\",\"syncId\":\"S\"}"},
        {"&cursor=a%20b&syncId=S", 200, PAGE(ROW("109"))}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

/* A second final of the same table in the process, whose read-back shows rows. */
static void run_second(struct fixture *f) {
    ck_assert(
        biggeo_state_set_finals(f->shared.biggeo, buf_slice(&f->final.scope), BIGGEO_FINALS_ONE));
}

START_TEST(test_a_second_final_that_appended) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK},
                                                    {READ, 200, PAGE(ROW("5") "," ROW("109"))}};
    struct fixture f;
    SET_UP(&f, script);
    run_second(&f);
    ck_assert(run(&f));
    ck_assert_str_eq(f.notice.text, "");
    ck_assert_int_eq(biggeo_state_finals(f.shared.biggeo, buf_slice(&f.final.scope)),
                     BIGGEO_FINALS_APPEND);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_row_of_a_session_written_at_the_same_time_shows_that_it_appended) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK},
                                                    {READ, 200, PAGE(ROW("109") "," ROW("150"))}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(biggeo_state_first_final(f.shared.biggeo, buf_slice(&f.final.scope), 150));
    ck_assert(run(&f));
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_second_final_that_replaced_is_a_task_and_closes_the_table) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK},
                                                    {READ, 200, PAGE(ROW("100") "," ROW("109"))}};
    struct fixture f;
    struct biggeo_final next;
    SET_UP(&f, script);
    run_second(&f);
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "replaced"));
    f.status = STATUS_INIT;
    ck_assert(!biggeo_final_init(&next, &f.d, &table, &f.status)); /* nothing more is sent */
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    biggeo_final_clean_up(&next);
    tear_down(&f);
}
END_TEST

START_TEST(test_rows_without_op_at_are_older_rows) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK},
                                                    {READ, 200, PAGE("{\"id\":1}," ROW("109"))}};
    struct fixture f;
    SET_UP(&f, script);
    run_second(&f);
    ck_assert(run(&f));
    ck_assert_str_eq(f.notice.text, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_a_second_final_that_cannot_be_read_back_is_a_warning) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK}, {READ, 500, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    run_second(&f);
    ck_assert(run(&f));
    ck_assert_ptr_nonnull(strstr(f.notice.text, "s.t"));
    tear_down(&f);
}
END_TEST

START_TEST(test_the_third_final_is_not_looked_at_again) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(
        biggeo_state_set_finals(f.shared.biggeo, buf_slice(&f.final.scope), BIGGEO_FINALS_APPEND));
    ck_assert(run(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_durable_table_is_written_in_the_catalogue) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK}};
    struct fixture f;
    struct buf account;
    SET_UP(&f, script);
    buf_init(&account, 1000);
    ck_assert(run(&f));
    buf_append_slice(&account, buf_slice(&f.final.scope));
    buf_truncate(&account, account.len - strlen("#s__t"));
    ck_assert(catalogue_is_written(f.shared.catalogue, buf_slice(&account), SLICE_LITERAL("s"),
                                   SLICE_LITERAL("t")));
    buf_clean_up(&account);
    tear_down(&f);
}
END_TEST

/* Sessions of rows without op_at: the first had 2 rows, this one n. */
static void be_counted(struct fixture *f, uint64_t n) {
    f->final.first_op_at = f->final.last_op_at = 0;
    f->final.n_rows = n;
    ck_assert(biggeo_state_first_final(f->shared.biggeo, buf_slice(&f->final.scope), 2));
}

#define RAW "{\"n\":1}"

START_TEST(test_without_op_at_enough_rows_show_that_it_appended) {
    static const struct scripted_answer script[] = {
        {FINAL, 200, OK}, {READ, 200, PAGE(RAW "," RAW "," RAW "," RAW "," RAW)}};
    struct fixture f;
    SET_UP(&f, script);
    be_counted(&f, 3);
    ck_assert(run(&f));
    ck_assert_str_eq(f.notice.text, "");
    ck_assert_int_eq(biggeo_state_finals(f.shared.biggeo, buf_slice(&f.final.scope)),
                     BIGGEO_FINALS_APPEND);
    tear_down(&f);
}
END_TEST

/* Answers every read with the same page until the patience is over. */
static void run_counted(struct fixture *f, const char *page, uint64_t n) {
    static struct scripted_answer script[40];
    script[0] = (struct scripted_answer){FINAL, 200, OK};
    for (size_t i = 1; i < 40; i++) {
        script[i] = (struct scripted_answer){READ, 200, page};
    }
    set_up(f, script, 40);
    be_counted(f, n);
    bool ok = run(f);
    ck_assert_int_eq(ok, f->status.code == STATUS_OK);
    f->api.n_answers = f->api.n_calls; /* what is left of the script was not needed */
}

START_TEST(test_without_op_at_the_session_s_rows_alone_show_that_it_replaced) {
    struct fixture f;
    run_counted(&f, PAGE(RAW "," RAW "," RAW), 3);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "replaced"));
    tear_down(&f);
}
END_TEST

START_TEST(test_without_op_at_other_counts_are_unclear) {
    static const struct {
        const char *page;
        uint64_t n;
    } rows[] = {
        {PAGE(RAW "," RAW), 2},         /* the old rows, or the new ones */
        {PAGE(RAW "," RAW "," RAW), 4}, /* neither */
        {PAGE(""), 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        run_counted(&f, rows[i].page, rows[i].n);
        ck_assert_int_eq(f.status.code, STATUS_OK);
        ck_assert_ptr_nonnull(strstr(f.notice.text, "could not be confirmed"));
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_without_op_at_an_unknown_final_that_is_refused_is_not_looked_for) {
    static const struct scripted_answer script[] = {{FINAL, 0, NULL}, {FINAL, 200, REFUSED}};
    struct fixture f;
    SET_UP(&f, script);
    f.final.first_op_at = 0;
    ck_assert(!run(&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(f.status.message, "may or may not"));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_final");
    TCase *tests = tcase_create("final");
    tcase_add_test(tests, test_a_final_carries_no_chunks);
    tcase_add_test(tests, test_refused_at_once_fails_and_tells_what_biggeo_said);
    tcase_add_test(tests, test_lesson_33_an_unknown_final_is_repeated);
    tcase_add_test(tests, test_a_200_that_is_not_json_is_unknown);
    tcase_add_test(tests, test_unknown_then_refused_is_found_by_reading_back);
    tcase_add_test(tests, test_reading_back_waits_for_an_export_that_lags);
    tcase_add_test(tests, test_unknown_then_refused_and_not_found_fails);
    tcase_add_test(tests, test_a_failure_says_whether_the_batch_may_have_been_kept);
    tcase_add_test(tests, test_pages_are_followed);
    tcase_add_test(tests, test_a_second_final_that_appended);
    tcase_add_test(tests,
                   test_the_row_of_a_session_written_at_the_same_time_shows_that_it_appended);
    tcase_add_test(tests, test_a_second_final_that_replaced_is_a_task_and_closes_the_table);
    tcase_add_test(tests, test_rows_without_op_at_are_older_rows);
    tcase_add_test(tests, test_a_second_final_that_cannot_be_read_back_is_a_warning);
    tcase_add_test(tests, test_the_third_final_is_not_looked_at_again);
    tcase_add_test(tests, test_a_durable_table_is_written_in_the_catalogue);
    tcase_add_test(tests, test_without_op_at_enough_rows_show_that_it_appended);
    tcase_add_test(tests, test_without_op_at_the_session_s_rows_alone_show_that_it_replaced);
    tcase_add_test(tests, test_without_op_at_other_counts_are_unclear);
    tcase_add_test(tests, test_without_op_at_an_unknown_final_that_is_refused_is_not_looked_for);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
