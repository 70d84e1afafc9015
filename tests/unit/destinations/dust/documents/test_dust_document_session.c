#include "destinations/dust/documents/dust_document_session.h"
#include "dust_documents_fixture.h"
#include "support/suite.h"

#define TEXT(value)                                                                                \
    {                                                                                              \
        .kind = CELL_TEXT, .text = {(value), sizeof(value) - 1 }                                   \
    }
#define NONE                                                                                       \
    { .kind = CELL_NULL }

static struct write_session *session;
static struct buf body;

static void open_session(struct fixture *f, const struct table *table) {
    buf_init(&body, 1 << 20);
    session = dust_document_session_open(&f->d, table, &f->notice, &f->status);
    ck_assert_ptr_nonnull(session);
}

static void end(struct fixture *f) {
    session->ops->destroy(session);
    buf_clean_up(&body);
    tear_down(f);
}

static bool encode(struct fixture *f, const struct cell *cells) {
    const struct record record = {.operation = RECORD_UPSERT, .cells = cells};
    bool first = body.len == 0;
    if (first) {
        session->ops->open_body(session, &body);
    } else {
        buf_append_char(&body, ',');
    }
    return session->ops->encode(session, &record, &body, &f->status);
}

/* Sends what was encoded as a batch, as delivery does. */
static bool send_batch(struct fixture *f) {
    struct api_call call;
    struct verdict verdict = {0};
    session->ops->close_body(session, true, true, &body);
    session->ops->post(session, buf_slice(&body), 0, &call);
    while (api_perform(&f->scripted.api, &call, NULL, &verdict)) {
        if (!session->ops->follow(session, &call)) {
            buf_reset(&body);
            return true;
        }
    }
    f->status = verdict.status;
    return false;
}

static const struct cell first_note[] = {TEXT("1"), TEXT("a"), TEXT("2024-01-02T03:04:05.678Z"),
                                         TEXT("false")};
static const struct cell second_note[] = {TEXT("2"), TEXT("b"), NONE, TEXT("true")};

START_TEST(test_records_become_documents) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET " SOURCE "/documents?offset=0&document_ids=demo__notes-1&document_ids=demo__notes-2&"
         "limit=2",
         200, "{\"documents\":[]}"},
        {"POST " SOURCE "/documents/demo__notes-1 {\"title\":\"notes record\",", 200, "{}"},
        {"\"bigdust:table:fivetran_demo__notes\",\"fivetran:deleted\",", 200, "{}"},
    };
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &notes);
    session->ops->expect(session, 2);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    ck_assert(encode(&f, second_note));
    ck_assert(send_batch(&f));
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    ck_assert_uint_eq(log_capture_count(&f.log, "1 documents_written written=2 unchanged=0"), 1);
    ck_assert_str_eq(f.notice.text, "");
    end(&f);
}
END_TEST

START_TEST(test_caps_and_what_an_unknown_outcome_means) {
    struct fixture f;
    set_up(&f, NULL, 0);
    open_session(&f, &notes);
    ck_assert_uint_eq(session->caps.max_records, 100);
    ck_assert_uint_eq(session->caps.max_bytes, 1 << 20);
    ck_assert_uint_eq(session->caps.hard_bytes, 64 << 20);
    ck_assert_int_eq(session->on_unknown, ON_UNKNOWN_REPEAT);
    end(&f);
}
END_TEST

/* The same record in a request that orders its columns otherwise: the same document. */
START_TEST(test_lesson_13_the_order_of_a_request_s_columns_is_no_matter) {
    static const struct column turned[] = {
        {.name = "_fivetran_deleted", .type = COLUMN_BOOLEAN},
        {.name = "v", .type = COLUMN_STRING},
        {.name = "_fivetran_synced", .type = COLUMN_UTC_DATETIME},
        {.name = "id", .type = COLUMN_INT, .primary_key = true},
    };
    static const struct table other = {"demo", "notes", turned, 4};
    static const struct cell cells[] = {TEXT("false"), TEXT("a"), TEXT("2024-01-02T03:04:05.678Z"),
                                        TEXT("1")};
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST},
                                                    {"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &notes);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    struct buf expected = body;
    session->ops->destroy(session);
    open_session(&f, &other);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, cells));
    ck_assert_str_eq(buf_cstr(&body), buf_cstr(&expected));
    buf_clean_up(&expected);
    end(&f);
}
END_TEST

START_TEST(test_a_column_that_the_request_lacks_is_null) {
    static const struct table narrow = {"demo", "notes", notes_columns, 1};
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &narrow);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    ck_assert_says(buf_cstr(&body), "\\\"v\\\": null");
    end(&f);
}
END_TEST

START_TEST(test_a_table_that_is_another_s_begins_nothing) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST_OF("\"mine\"")}};
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &notes);
    ck_assert(!session->ops->begin(session, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    end(&f);
}
END_TEST

START_TEST(test_what_is_left_is_said_when_it_could_not_be_sent) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET ", 200, "{\"documents\":[]}"},
        {"POST ", 200, "{}"},
        {"POST ", 500, DUST_ERROR("internal_server_error", "x")},
        {"POST ", 500, DUST_ERROR("internal_server_error", "x")},
        {"POST ", 500, DUST_ERROR("internal_server_error", "x")}};
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &notes);
    session->ops->expect(session, 10);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    ck_assert(encode(&f, second_note));
    ck_assert(!send_batch(&f));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    session->ops->explain(session, &f.status);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message,
                   "table demo.notes: 1 documents written and 0 found unchanged, 9 left");
    session->ops->expect(session, 0); /* nobody could say how many would come */
    struct status status;
    status_fail(&status, STATUS_UNAVAILABLE, "x");
    session->ops->explain(session, &status);
    ck_assert_says(status.message, "at least 1 left");
    status_fail(&status, STATUS_TASK, "the plan");
    session->ops->explain(session, &status);
    ck_assert_str_eq(status.message, "the plan");
    end(&f);
}
END_TEST

START_TEST(test_changed_values_are_told_at_the_end) {
    static const struct column columns[] = {{.name = "id", .type = COLUMN_INT, .primary_key = true},
                                            {.name = "f", .type = COLUMN_DOUBLE}};
    static const struct table floats = {"demo", "floats", columns, 2};
    static const struct cell cells[] = {TEXT("1"), TEXT("NaN")};
    static const struct scripted_answer script[] = {{"GET ", 400, MISSING}, {"POST ", 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    open_session(&f, &floats);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, cells));
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    ck_assert_says(f.notice.text, "Table demo.floats: 1 values that are not finite");
    end(&f);
}
END_TEST

#define LISTED(id, generation)                                                                     \
    "{\"document_id\":\"" id                                                                       \
    "\",\"timestamp\":1,\"tags\":[\"bigdust:table:fivetran_demo__notes\"" generation "]}"

START_TEST(test_older_generations_go_once_the_stream_is_whole) {
    static const struct scripted_answer script[] = {
        {"GET " MANIFEST_PATH, 200, MANIFEST},
        {"GET ", 200, "{\"documents\":[]}"},
        {"\"bigdust:generation:3\"", 200, "{}"},
        {"GET " SOURCE "/documents?limit=", 200,
         "{\"documents\":[" LISTED("a", ",\"bigdust:generation:3\"") "," LISTED(
             "b", ",\"bigdust:generation:2\"") "," LISTED("c", "") "]}"},
        {"DELETE " SOURCE "/documents/b ", 200, "{}"},
        {"DELETE " SOURCE "/documents/c ", 200, "{}"}};
    struct stream_mode stream = {.mode = WRITE_APPEND_DEDUP, .replaces = true, .generation_id = 3};
    struct fixture f;
    SET_UP(&f, script);
    f.d.stream = &stream;
    open_session(&f, &notes);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    ck_assert(send_batch(&f));
    ck_assert(session->ops->finish(session, &f.notice, &f.status)); /* not whole yet */
    stream.complete = true;
    ck_assert(session->ops->finish(session, &f.notice, &f.status));
    ck_assert_uint_eq(log_capture_count(&f.log, "older_documents_removed documents=2"), 1);
    end(&f);
}
END_TEST

START_TEST(test_the_key_of_a_record_alone) {
    static const struct scripted_answer script[] = {{"GET " MANIFEST_PATH, 200, MANIFEST}};
    struct fixture f;
    char key[32];
    SET_UP(&f, script);
    open_session(&f, &notes);
    ck_assert(session->ops->begin(session, &f.status));
    ck_assert(encode(&f, first_note));
    session->ops->key_text(session, slice_make(body.data + 1, body.len - 1), key, sizeof key);
    ck_assert_str_eq(key, "id=1");
    end(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_session");
    TCase *tests = tcase_create("session");
    tcase_add_test(tests, test_records_become_documents);
    tcase_add_test(tests, test_caps_and_what_an_unknown_outcome_means);
    tcase_add_test(tests, test_lesson_13_the_order_of_a_request_s_columns_is_no_matter);
    tcase_add_test(tests, test_a_column_that_the_request_lacks_is_null);
    tcase_add_test(tests, test_a_table_that_is_another_s_begins_nothing);
    tcase_add_test(tests, test_what_is_left_is_said_when_it_could_not_be_sent);
    tcase_add_test(tests, test_changed_values_are_told_at_the_end);
    tcase_add_test(tests, test_older_generations_go_once_the_stream_is_whole);
    tcase_add_test(tests, test_the_key_of_a_record_alone);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
