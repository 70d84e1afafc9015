#include "destinations/dust/documents/dust_document_batch.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

static const struct column columns[] = {{.name = "id", .type = COLUMN_INT, .primary_key = true},
                                        {.name = "k", .type = COLUMN_STRING, .primary_key = true},
                                        {.name = "v", .type = COLUMN_STRING}};
static const struct table notes = {"demo", "notes", columns, 3};

#define BODY(text) "{\"text\":\"" text "\"}"
#define DOCUMENT(id, hash, text) "[\"" id "\",\"" hash "\"," BODY(text) "]"
#define LISTED(id, hash)                                                                           \
    "{\"document_id\":\"" id "\",\"tags\":[\"x\",\"bigdust:sha256:" hash "\",\"title:t\"]}"
#define LIST(documents) "{\"documents\":[" documents "],\"total\":0}"

static struct dust_document_batch batch;

static void begin(struct fixture *f) {
    batch = (struct dust_document_batch){.api = &f->api, .table = &notes};
    batch.spoken_ms = fake_clock_now(&f->clock);
    buf_init(&batch.path, DUST_BATCH_PATH_BYTES);
}

static void end(struct fixture *f) {
    buf_clean_up(&batch.path);
    tear_down(f);
}

/* Performs the requests of a batch as delivery does; the last verdict's kind. */
static enum verdict_kind run(struct fixture *f, const char *body) {
    struct api_call call;
    struct verdict verdict;
    dust_batch_start(&batch, slice_of(body), &call);
    do {
        ck_assert(call.repeatable);
        verdict = (struct verdict){0};
    } while (api_perform(&f->scripted.api, &call, NULL, &verdict) &&
             dust_batch_next(&batch, &call));
    f->status = verdict.status;
    return verdict.kind;
}

START_TEST(test_what_is_not_there_is_sent_in_order) {
    static const struct scripted_answer script[] = {
        {"GET " SOURCE "/documents?offset=0&document_ids=a&document_ids=b&limit=2 ", 200, LIST("")},
        {"POST " SOURCE "/documents/a " BODY("1"), 200, "{}"},
        {"POST " SOURCE "/documents/b " BODY("2"), 200, "{}"},
    };
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "," DOCUMENT("b", "h2", "2") "]"),
                     VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.written, 2);
    ck_assert_uint_eq(batch.unchanged, 0);
    ck_assert_uint_eq(dust_batch_left(&batch), 0);
    end(&f);
}
END_TEST

START_TEST(test_lesson_8_what_is_there_already_is_not_sent) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, LIST(LISTED("c", "h3") "," LISTED("b", "old") "," LISTED("a", "h1"))},
        {"POST " SOURCE "/documents/b ", 200, "{}"},
        {"GET ", 200, LIST(LISTED("d", "h4"))},
    };
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "," DOCUMENT("b", "h2", "2") "," DOCUMENT(
                                 "c", "h3", "3") "]"),
                     VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.written, 1);
    ck_assert_uint_eq(batch.unchanged, 2);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("d", "h4", "4") "]"), VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.unchanged, 3);
    end(&f);
}
END_TEST

/* What is there is the last of them: were the first sent, it would stay. */
START_TEST(test_of_one_id_only_the_last_is_sent) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, LIST(LISTED("a", "h3"))},
        {"POST " SOURCE "/documents/b ", 200, "{}"},
        {"GET ", 200, LIST("")},
        {"POST " SOURCE "/documents/a " BODY("5"), 200, "{}"},
    };
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "," DOCUMENT("b", "h2", "2") "," DOCUMENT(
                                 "a", "h3", "3") "]"),
                     VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.written, 1);
    ck_assert_uint_eq(batch.unchanged, 1);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h4", "4") "," DOCUMENT("a", "h5", "5") "]"),
                     VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.written, 2);
    end(&f);
}
END_TEST

START_TEST(test_answers_that_say_nothing_are_as_if_nothing_were_there) {
    static const char *const answers[] = {
        "{}", LIST("null,1,{},{\"document_id\":7}"), LIST("{\"document_id\":\"a\"}"),
        LIST("{\"document_id\":\"a\",\"tags\":[1,\"bigdust:sha256:\",\"bigdust:sha256:h12\"]}")};
    const struct scripted_answer script[] = {{"GET ", 200, answers[_i]},
                                             {"POST " SOURCE "/documents/a ", 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "]"), VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.written, 1);
    end(&f);
}
END_TEST

/* Many long ids do not fit into one URL; what is asked for is all of them, once. */
START_TEST(test_many_ids_are_asked_for_in_several_requests) {
    static struct scripted_answer script[3 + DUST_BATCH_DOCUMENTS];
    static char expects[3][64];
    static const size_t looked[] = {35, 35, 30};
    struct buf body;
    struct fixture f;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < DUST_BATCH_DOCUMENTS; i++) {
        buf_printf(&body, "%c[\"%0100d\",\"h\",{\"text\":\"\"}]", i ? ',' : '[', i);
        script[3 + i] = (struct scripted_answer){"POST ", 200, "{}"};
    }
    buf_append_char(&body, ']');
    for (int i = 0; i < 3; i++) {
        snprintf(expects[i], sizeof expects[i], "&limit=%zu ", looked[i]);
        script[i] = (struct scripted_answer){expects[i], 200, LIST("")};
    }
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, buf_cstr(&body)), VERDICT_DELIVERED);
    ck_assert_uint_eq(batch.n_pending, DUST_BATCH_DOCUMENTS);
    ck_assert_uint_eq(batch.written, DUST_BATCH_DOCUMENTS);
    buf_clean_up(&body);
    end(&f);
}
END_TEST

START_TEST(test_a_batch_without_documents_asks_and_sends_nothing) {
    static const struct scripted_answer script[] = {
        {"GET " SOURCE "/documents?offset=0&limit=1 ", 200, LIST(LISTED("a", "h"))}};
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[]"), VERDICT_DELIVERED);
    end(&f);
}
END_TEST

START_TEST(test_posts_keep_the_pace_and_say_how_many_are_left) {
    static const struct scripted_answer script[] = {{"GET ", 200, LIST(LISTED("b", "h2"))}};
    struct fixture f;
    struct api_call call;
    struct verdict verdict = {0};
    SET_UP(&f, script);
    begin(&f);
    batch.expected = 10;
    dust_batch_start(&batch,
                     slice_of("[" DOCUMENT("a", "h1", "1") "," DOCUMENT(
                         "b", "h2", "2") "," DOCUMENT("c", "h3", "3") "]"),
                     &call);
    ck_assert_ptr_null(call.pace.key); /* reading is free */
    ck_assert_uint_eq(dust_batch_left(&batch), 10);
    ck_assert(api_perform(&f.scripted.api, &call, NULL, &verdict));
    ck_assert(dust_batch_next(&batch, &call));
    ck_assert_str_eq(call.pace.key, call.scope);
    ck_assert_int_eq(call.pace.max, 120);
    ck_assert_int_eq(call.pace.window_ms, 60000);
    ck_assert_uint_eq(call.pace.left, 9);
    ck_assert_int_eq(call.pace.reserve_ms, 30000);
    batch.expected = 0; /* not known: those of the batch */
    ck_assert_uint_eq(dust_batch_left(&batch), 2);
    end(&f);
}
END_TEST

START_TEST(test_progress_is_told_every_ten_seconds_with_the_time_left) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, LIST("")}, {"POST ", 200, "{}"}, {"POST ", 200, "{}"}, {"POST ", 200, "{}"}};
    struct fixture f;
    struct api_call call;
    struct verdict verdict = {0};
    SET_UP(&f, script);
    begin(&f);
    batch.expected = 1203;
    dust_batch_start(&batch,
                     slice_of("[" DOCUMENT("a", "h1", "1") "," DOCUMENT(
                         "b", "h2", "2") "," DOCUMENT("c", "h3", "3") "]"),
                     &call);
    while (api_perform(&f.scripted.api, &call, NULL, &verdict) && dust_batch_next(&batch, &call)) {
        fake_clock_advance(&f.clock, 5000);
    }
    ck_assert_uint_eq(log_capture_count(&f.log, "writing_documents"), 1);
    ck_assert_uint_eq(log_capture_count(&f.log, "1 writing_documents written=2 unchanged=0 "
                                                "left=1201 left_s=601"),
                      1);
    end(&f);
}
END_TEST

/* --- refusals --- */

static const struct {
    int status;
    const char *answer;
} too_large[] = {
    {403, DUST_ERROR("data_source_quota_error", "limited on your current plan")},
    {413, "Body exceeded"},
    {413, DUST_ERROR("content_too_large", "Request body too large.")},
};

START_TEST(test_lesson_21_a_large_document_is_named_for_the_customer) {
    const struct scripted_answer script[] = {{"GET ", 200, LIST("")},
                                             {"POST ", too_large[_i].status, too_large[_i].answer}};
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "{\\\"id\\\": 7, \\\"k\\\": \\\"é\\\"}") "]"),
                     VERDICT_REJECTED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert(f.status.names_record);
    ck_assert_says(f.status.message, "Table demo.notes");
    ck_assert_says(f.status.message, "key id=7, k=é");
    ck_assert_says(f.status.message, "2 MB");
    ck_assert_uint_eq(batch.written, 0);
    end(&f);
}
END_TEST

START_TEST(test_other_refusals_keep_their_words) {
    static const struct scripted_answer script[] = {
        {"GET ", 200, LIST("")},
        {"POST ", 403, DUST_ERROR("data_source_auth_error", "You are not allowed")},
        {"GET ", 401, DUST_ERROR("invalid_api_key_error", "no")}};
    struct fixture f;
    SET_UP(&f, script);
    begin(&f);
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "]"), VERDICT_FATAL);
    ck_assert_says(f.status.message, "post-document");
    ck_assert_says(f.status.message, "You are not allowed");
    ck_assert_int_eq(run(&f, "[" DOCUMENT("a", "h1", "1") "]"), VERDICT_FATAL);
    ck_assert_says(f.status.message, "get-documents");
    end(&f);
}
END_TEST

START_TEST(test_keys_are_read_from_the_text) {
    char text[64];
    dust_document_key_text(
        &notes,
        SLICE_LITERAL("[\"i\",\"h\",{\"title\":\"t\",\"text\":\"{\\\"v\\\":1,"
                      "\\\"k\\\":\\\"a\\\\\\\"b\\\",\\\"id\\\":12345678901234567890}\"}]"),
        text, sizeof text);
    ck_assert_str_eq(text, "id=12345678901234567890, k=a\"b");
    char small[8];
    dust_document_key_text(&notes,
                           SLICE_LITERAL("[\"i\",\"h\",{\"text\":\"{\\\"id\\\":\\\"aaaaé\\\"}\"}]"),
                           small, sizeof small);
    ck_assert_uint_eq(strlen(small), 7);
    dust_document_key_text(&notes, SLICE_LITERAL("[\"i\",\"h\",{}]"), text, sizeof text);
    ck_assert_str_eq(text, "(unknown)");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_batch");
    TCase *tests = tcase_create("batch");
    tcase_add_test(tests, test_what_is_not_there_is_sent_in_order);
    tcase_add_test(tests, test_lesson_8_what_is_there_already_is_not_sent);
    tcase_add_test(tests, test_of_one_id_only_the_last_is_sent);
    tcase_add_loop_test(tests, test_answers_that_say_nothing_are_as_if_nothing_were_there, 0, 4);
    tcase_add_test(tests, test_many_ids_are_asked_for_in_several_requests);
    tcase_add_test(tests, test_a_batch_without_documents_asks_and_sends_nothing);
    tcase_add_test(tests, test_posts_keep_the_pace_and_say_how_many_are_left);
    tcase_add_test(tests, test_progress_is_told_every_ten_seconds_with_the_time_left);
    tcase_add_loop_test(tests, test_lesson_21_a_large_document_is_named_for_the_customer, 0, 3);
    tcase_add_test(tests, test_other_refusals_keep_their_words);
    tcase_add_test(tests, test_keys_are_read_from_the_text);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
