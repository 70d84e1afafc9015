#include "biggeo_fixture.h"
#include "destinations/biggeo/biggeo_session.h"
#include "support/suite.h"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_LONG, .primary_key = true},
    {.name = "region", .type = COLUMN_STRING, .primary_key = true},
    {.name = "x", .type = COLUMN_DOUBLE},
    {.name = "doc", .type = COLUMN_JSON},
};
static const struct table table = {"s", "t", columns, 4};

#define POST "POST https://x/data-sources/v1/post-data-source "
#define FINAL "\"is_final\":true,\"chunks\":[]}"
#define OK(n) "{\"success\":true,\"records_processed\":" #n "}"
#define TEXT(value)                                                                                \
    { CELL_TEXT, SLICE_LITERAL(value) }

static struct write_session *open_session(struct fixture *f) {
    struct write_session *session =
        BIGGEO_DESTINATION.open_session(&f->d, &table, &f->notice, &f->status);
    ck_assert_ptr_nonnull(session);
    ck_assert(session->ops->begin(session, &f->status));
    return session;
}

/* The opening of a body since the last begin; static. */
static const char *opening(struct write_session *session) {
    static struct buf body;
    buf_clean_up(&body);
    buf_init(&body, 10000);
    session->ops->open_body(session, &body);
    return buf_cstr(&body);
}

static const char *closing(struct write_session *session, bool has_records, bool last) {
    static struct buf body;
    buf_clean_up(&body);
    buf_init(&body, 10000);
    session->ops->close_body(session, has_records, last, &body);
    return buf_cstr(&body);
}

static void encode(struct fixture *f, struct write_session *session, const struct cell *cells) {
    struct buf body;
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    buf_init(&body, 10000);
    ck_assert(session->ops->encode(session, &record, &body, &f->status));
    buf_clean_up(&body);
}

static enum verdict_kind post(struct fixture *f, struct write_session *session, size_t n_records) {
    struct api_call call;
    struct verdict verdict = {0};
    session->ops->post(session, SLICE_LITERAL("{the body}"), n_records, &call);
    ck_assert(!call.repeatable);
    api_perform(f->d.api, &call, NULL, &verdict);
    f->status = verdict.status;
    return verdict.kind;
}

static const char *sync_id_of(const char *body) {
    static char ids[3][37];
    static int at;
    at = (at + 1) % 3;
    ck_assert_int_eq(strncmp(body, "{\"sync_id\":\"", 12), 0);
    snprintf(ids[at], sizeof ids[at], "%s", body + 12);
    return ids[at];
}

START_TEST(test_every_begin_makes_a_new_sync_id_a_uuid_of_version_4) {
    struct fixture f;
    set_up(&f, NULL, 0);
    struct write_session *session = open_session(&f);
    const char *first = sync_id_of(opening(session));
    ck_assert_uint_eq(strspn(first, "0123456789abcdef-"), 36);
    ck_assert_int_eq(first[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", first[19]));
    ck_assert_str_eq(first, sync_id_of(opening(session))); /* the same for every batch */
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert_str_ne(first, sync_id_of(opening(session)));
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_envelope_is_as_biggeo_knows_it) {
    struct fixture f;
    set_up(&f, NULL, 0);
    struct write_session *session = open_session(&f);
    ck_assert_str_eq(opening(session) + 12 + 36,
                     "\",\"table_name\":\"s__t\",\"is_final\":false,\"chunks\":[");
    ck_assert_str_eq(closing(session, true, false), "]}");
    ck_assert_str_eq(closing(session, true, true),
                     ",{\"type\":\"STATE\",\"state\":{\"data\":{}}}]}");
    ck_assert_str_eq(closing(session, false, true),
                     "{\"type\":\"STATE\",\"state\":{\"data\":{}}}]}");
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_caps_are_the_settings) {
    struct fixture f;
    set_up(&f, NULL, 0);
    f.settings.batch_size = 77;
    f.settings.max_batch_bytes = 54321;
    struct write_session *session = open_session(&f);
    ck_assert_uint_eq(session->caps.max_records, 77);
    ck_assert_uint_eq(session->caps.max_bytes, 54321);
    ck_assert_uint_ge(session->caps.hard_bytes, 20 << 20); /* lesson 21 */
    ck_assert_int_eq(session->on_unknown, ON_UNKNOWN_RESTART);
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_post_carries_its_body) {
    static const struct scripted_answer script[] = {{POST "{the body}", 200, OK(2)}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    ck_assert_int_eq(post(&f, session, 2), VERDICT_DELIVERED);
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_that_says_false_is_refused_with_biggeos_words) {
    static const struct scripted_answer script[] = {
        {POST, 200, "{\"success\":false,\"message\":\"table is locked\"}"}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    ck_assert_int_eq(post(&f, session, 2), VERDICT_REJECTED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "table is locked"));
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_without_an_outcome_is_unknown) {
    static const char *const bodies[] = {"<html>", "", "{}", "{\"success\":\"true\"}", "[]"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        const struct scripted_answer script[] = {{POST, 200, bodies[i]}};
        struct fixture f;
        SET_UP(&f, script);
        struct write_session *session = open_session(&f);
        ck_assert_int_eq(post(&f, session, 1), VERDICT_UNKNOWN);
        ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
        session->ops->destroy(session);
        tear_down(&f);
    }
}
END_TEST

/* Two posts of 3 and 2 records; the second is answered with what_it_says. */
static size_t warnings_about(const char *what_it_says) {
    const struct scripted_answer script[] = {{POST, 200, OK(3)}, {POST, 200, what_it_says}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    ck_assert_int_eq(post(&f, session, 3), VERDICT_DELIVERED);
    ck_assert_int_eq(post(&f, session, 2), VERDICT_DELIVERED);
    size_t n = log_capture_count(&f.log, "2 records_processed_differs sent=2 session=5");
    session->ops->destroy(session);
    tear_down(&f);
    return n;
}

START_TEST(test_records_processed_may_count_request_or_session) {
    ck_assert_uint_eq(warnings_about(OK(2)), 0);
    ck_assert_uint_eq(warnings_about(OK(5)), 0);
    ck_assert_uint_eq(warnings_about("{\"success\":true}"), 0);
}
END_TEST

START_TEST(test_another_records_processed_is_one_warning_and_no_failure) {
    ck_assert_uint_eq(warnings_about(OK(3)), 1);
    ck_assert_uint_eq(warnings_about(OK(0)), 1);
}
END_TEST

START_TEST(test_begin_forgets_what_the_session_counted) {
    static const struct scripted_answer script[] = {{POST, 200, OK(3)}, {POST, 200, OK(5)}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    post(&f, session, 3);
    ck_assert(session->ops->begin(session, &f.status));
    post(&f, session, 2);
    ck_assert_uint_eq(log_capture_count(&f.log, "records_processed_differs sent=2 session=2"), 1);
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

static const char *key_of(const char *record, size_t cap) {
    static char text[64];
    struct fixture f;
    set_up(&f, NULL, 0);
    struct write_session *session = open_session(&f);
    session->ops->key_text(session, slice_of(record), text, cap);
    session->ops->destroy(session);
    tear_down(&f);
    return text;
}

#define CHUNK(data) "{\"type\":\"RECORD\",\"record\":{\"stream\":\"s__t\",\"data\":" data "}}"

START_TEST(test_the_key_of_a_record_is_told_column_by_column) {
    ck_assert_str_eq(key_of(CHUNK("{\"id\":7,\"region\":\"eu\",\"x\":1}"), 64), "id=7, region=eu");
    ck_assert_str_eq(key_of(CHUNK("{\"region\":\"eu\"}"), 64), "region=eu");
    ck_assert_str_eq(key_of(CHUNK("{\"id\":-1,\"region\":null}"), 64), "id=-1");
    ck_assert_str_eq(key_of(CHUNK("{\"x\":1}"), 64), "(unknown)");
    ck_assert_str_eq(key_of("no record", 64), "(unknown)");
    ck_assert_str_eq(key_of(CHUNK("{\"id\":7,\"region\":\"europe\"}"), 10), "id=7, reg");
}
END_TEST

static const struct cell changed[] = {TEXT("1"), TEXT("a\xFFz"), TEXT("NaN"), TEXT("{broken")};
static const struct cell plain[] = {TEXT("1"), TEXT("a"), TEXT("1.5"), TEXT("{}")};

START_TEST(test_changed_values_are_one_warning_and_a_notice) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK(0)}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    encode(&f, session, changed);
    encode(&f, session, changed);
    encode(&f, session, plain);
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    ck_assert_uint_eq(log_capture_count(&f.log, "2 values_changed not_finite_sent_as_null=2 "
                                                "invalid_utf8_replaced=2 json_sent_as_text=2"),
                      1);
    ck_assert_ptr_nonnull(strstr(f.notice.text, "Table s.t: 2 values"));
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_unchanged_values_are_no_warning_even_after_a_restart) {
    static const struct scripted_answer script[] = {{FINAL, 200, OK(0)}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    encode(&f, session, changed);
    ck_assert(session->ops->begin(session, &f.status)); /* what was encoded before is abandoned */
    encode(&f, session, plain);
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    ck_assert_uint_eq(log_capture_count(&f.log, "values_changed"), 0);
    ck_assert_str_eq(f.notice.text, "");
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_refused_final_fails_the_session) {
    static const struct scripted_answer script[] = {{FINAL, 200, "{\"success\":false}"}};
    struct fixture f;
    SET_UP(&f, script);
    struct write_session *session = open_session(&f);
    encode(&f, session, plain);
    ck_assert(!session->ops->finish(session, &f.notice, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    session->ops->destroy(session);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_stream_mode_that_biggeo_cannot_do_is_refused) {
    static const struct {
        struct stream_mode mode;
        const char *word; /* NULL: allowed */
    } rows[] = {
        {{.mode = WRITE_APPEND}, NULL},
        {{.mode = WRITE_APPEND, .generation_id = 4, .complete = true}, NULL},
        {{.mode = WRITE_APPEND, .replaces = true}, "keeps records"},
        {{.mode = WRITE_OVERWRITE, .replaces = true}, "overwrite"},
        {{.mode = WRITE_APPEND_DEDUP}, "append_dedup"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        set_up(&f, NULL, 0);
        f.d.stream = &rows[i].mode;
        struct write_session *session =
            BIGGEO_DESTINATION.open_session(&f.d, &table, &f.notice, &f.status);
        ck_assert_int_eq(session != NULL, rows[i].word == NULL);
        if (session) {
            session->ops->destroy(session);
        } else {
            ck_assert_int_eq(f.status.code, STATUS_TASK);
            ck_assert_ptr_nonnull(strstr(f.status.message, rows[i].word));
            ck_assert_ptr_nonnull(strstr(f.status.message, "s.t"));
        }
        tear_down(&f);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_session");
    TCase *tests = tcase_create("biggeo_session");
    tcase_add_test(tests, test_every_begin_makes_a_new_sync_id_a_uuid_of_version_4);
    tcase_add_test(tests, test_the_envelope_is_as_biggeo_knows_it);
    tcase_add_test(tests, test_the_caps_are_the_settings);
    tcase_add_test(tests, test_a_post_carries_its_body);
    tcase_add_test(tests, test_a_200_that_says_false_is_refused_with_biggeos_words);
    tcase_add_test(tests, test_a_200_without_an_outcome_is_unknown);
    tcase_add_test(tests, test_records_processed_may_count_request_or_session);
    tcase_add_test(tests, test_another_records_processed_is_one_warning_and_no_failure);
    tcase_add_test(tests, test_begin_forgets_what_the_session_counted);
    tcase_add_test(tests, test_the_key_of_a_record_is_told_column_by_column);
    tcase_add_test(tests, test_changed_values_are_one_warning_and_a_notice);
    tcase_add_test(tests, test_unchanged_values_are_no_warning_even_after_a_restart);
    tcase_add_test(tests, test_a_refused_final_fails_the_session);
    tcase_add_test(tests, test_a_stream_mode_that_biggeo_cannot_do_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
