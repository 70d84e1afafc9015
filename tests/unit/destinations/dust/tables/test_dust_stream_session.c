#include "destinations/dust/tables/dust_stream_session.h"
#include "dust_stream_fixture.h"
#include "support/suite.h"

#define MEASURE "GET " STREAM "/rows?limit=100&offset=0"
#define NO_ROWS "{\"rows\":[],\"total\":0}"
#define POST_ROWS "POST " STREAM "/rows {\"rows\":[{\"row_id\":\"users-"
#define TABLE_A STREAM_ANSWER(COLUMN_TAG(0, "a", "a"))

static struct fixture f;
static struct stream_mode stream;
static struct write_session *session;
static struct buf body;

static void open_session(const struct scripted_answer *lines, size_t n) {
    set_up(&f, lines, n);
    f.settings.front_end = FRONT_END_AIRBYTE;
    f.settings.confirm_writes = false;
    f.d.stream = &stream;
    buf_init(&body, 1 << 20);
    session = dust_stream_session_open(&f.d, &users, &f.notice, &f.status);
    ck_assert_ptr_nonnull(session);
}
#define OPEN(lines) open_session((lines), sizeof(lines) / sizeof(lines)[0])

static void close_session(void) {
    session->ops->destroy(session);
    buf_clean_up(&body);
    tear_down(&f);
}

/* Sends the finished body as delivery does. */
static bool deliver(size_t n_records) {
    struct api_call call;
    struct verdict verdict;
    bool more = true;
    bool ok = true;
    session->ops->post(session, buf_slice(&body), n_records, &call);
    for (; ok && more; more = ok && session->ops->follow(session, &call)) {
        ok = api_perform(f.d.api, &call, NULL, &verdict);
    }
    return ok;
}

/* A session's records from begin to finish; NULL: none. */
static bool sync_record(const char *json) {
    const struct record record = {
        .operation = RECORD_UPSERT, .json = slice_of(json), .emitted_at_ms = 1};
    buf_reset(&body);
    ck_assert_msg(session->ops->begin(session, &f.status), "%s", f.status.message);
    session->ops->open_body(session, &body);
    ck_assert(!json || session->ops->encode(session, &record, &body, &f.status));
    ck_assert(session->ops->check_batch(session, &f.status));
    session->ops->close_body(session, json != NULL, true, &body);
    return deliver(json != NULL) && session->ops->finish(session, &f.notice, &f.status);
}

START_TEST(opening_sends_nothing) {
    stream = (struct stream_mode){.mode = WRITE_OVERWRITE, .replaces = true};
    open_session(NULL, 0);
    ck_assert_uint_eq(session->caps.max_records, 500);
    ck_assert_int_eq(session->on_unknown, ON_UNKNOWN_REPEAT);
    close_session();
}
END_TEST

START_TEST(a_key_of_too_many_fields_is_a_task_at_once) {
    stream = (struct stream_mode){.mode = WRITE_APPEND_DEDUP, .n_primary_key = 65};
    set_up(&f, NULL, 0);
    f.d.stream = &stream;
    ck_assert_ptr_null(dust_stream_session_open(&f.d, &users, &f.notice, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

START_TEST(rows_are_added_and_tags_told_only_when_they_change) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A}, {MEASURE, 200, NO_ROWS}, {POST_ROWS, 200, "{}"},
        {POST_TAGS, 200, "{}"},     {POST_ROWS, 200, "{}"},  {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    ck_assert(sync_record("{\"a\":1,\"b\":2}"));
    ck_assert(sync_record("{\"b\":2}"));
    close_session();
}
END_TEST

START_TEST(older_rows_go_once_and_the_tags_name_the_generation) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A}, {CLEAR_STREAM, 200, "{}"}, {POST_TAGS, 200, "{}"},
        {POST_ROWS, 200, "{}"},     {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND, .replaces = true, .generation_id = 3};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    ck_assert(sync_record("{\"a\":2}"));
    close_session();
}
END_TEST

START_TEST(without_a_generation_older_rows_go_once_a_process) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A},
        {CLEAR_STREAM, 200, "{}"},
        {POST_ROWS, 200, "{}"},
        {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_OVERWRITE, .replaces = true};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    ck_assert(sync_record("{\"a\":2}"));
    close_session();
}
END_TEST

START_TEST(a_generation_that_the_tags_name_goes_on) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(",\"bigdust:generation:3\"" COLUMN_TAG(0, "a", "a"))},
        {MEASURE, 200, NO_ROWS},
        {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_OVERWRITE, .replaces = true, .generation_id = 3};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    close_session();
}
END_TEST

START_TEST(an_empty_sync_of_another_generation_empties_the_table) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(",\"bigdust:generation:2\"" COLUMN_TAG(0, "a", "a"))},
        {CLEAR_STREAM, 200, "{}"},
        {POST_TAGS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_OVERWRITE, .replaces = true, .generation_id = 3};
    OPEN(lines);
    f.settings.confirm_writes = true; /* there is no row to see */
    ck_assert(sync_record(NULL));
    close_session();
}
END_TEST

START_TEST(an_empty_rest_of_the_same_generation_changes_nothing) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, STREAM_ANSWER(",\"bigdust:generation:3\"" COLUMN_TAG(0, "a", "a"))},
        {MEASURE, 200, NO_ROWS},
        {POST_TAGS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_OVERWRITE, .replaces = true, .generation_id = 3};
    OPEN(lines);
    ck_assert(sync_record(NULL));
    close_session();
}
END_TEST

START_TEST(a_clear_that_failed_is_not_forgotten) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A}, {CLEAR_STREAM, 401, DUST_ERROR("invalid_api_key_error", "no")},
        {CLEAR_STREAM, 200, "{}"},  {POST_TAGS, 200, "{}"},
        {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND, .replaces = true, .generation_id = 3};
    OPEN(lines);
    ck_assert(!sync_record("{\"a\":1}"));
    ck_assert(deliver(1));
    close_session();
}
END_TEST

START_TEST(an_empty_session_does_not_send_the_last_row_of_the_one_before) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A},
        {MEASURE, 200, NO_ROWS},
        {POST_ROWS, 200, "{}"},
        {POST_TAGS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    f.settings.confirm_writes = true;
    ck_assert(sync_record(NULL));
    close_session();
}
END_TEST

START_TEST(the_wait_for_the_rows_begins_before_it_is_waited_for) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A},
        {MEASURE, 200, NO_ROWS},
        {POST_ROWS, 200, "{}"},
        {POST_ROWS, 200, "{}"},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND};
    OPEN(lines);
    ck_assert(sync_record("{\"a\":1}"));
    f.settings.confirm_writes = true;
    ck_assert(session->ops->begin_finish(session, &f.status));
    close_session();
}
END_TEST

START_TEST(a_table_that_went_away_is_explained) {
    const struct scripted_answer lines[] = {
        {GET_STREAM, 200, TABLE_A}, {MEASURE, 200, NO_ROWS}, {POST_ROWS, 500, "{}"},
        {POST_ROWS, 500, "{}"},     {POST_ROWS, 500, "{}"},  {GET_STREAM, 404, NO_STREAM},
    };
    stream = (struct stream_mode){.mode = WRITE_APPEND};
    OPEN(lines);
    ck_assert(!sync_record("{\"a\":1}"));
    session->ops->explain(session, &f.status);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "removed at Dust");
    close_session();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_stream_session");
    TCase *tests = tcase_create("sessions");
    tcase_add_test(tests, opening_sends_nothing);
    tcase_add_test(tests, a_key_of_too_many_fields_is_a_task_at_once);
    tcase_add_test(tests, rows_are_added_and_tags_told_only_when_they_change);
    tcase_add_test(tests, older_rows_go_once_and_the_tags_name_the_generation);
    tcase_add_test(tests, without_a_generation_older_rows_go_once_a_process);
    tcase_add_test(tests, a_generation_that_the_tags_name_goes_on);
    tcase_add_test(tests, an_empty_sync_of_another_generation_empties_the_table);
    tcase_add_test(tests, an_empty_rest_of_the_same_generation_changes_nothing);
    tcase_add_test(tests, a_clear_that_failed_is_not_forgotten);
    tcase_add_test(tests, an_empty_session_does_not_send_the_last_row_of_the_one_before);
    tcase_add_test(tests, the_wait_for_the_rows_begins_before_it_is_waited_for);
    tcase_add_test(tests, a_table_that_went_away_is_explained);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
