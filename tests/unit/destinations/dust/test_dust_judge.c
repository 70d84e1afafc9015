#include "destinations/dust/dust_judge.h"
#include "dust_fixture.h"
#include "http/http_verdict.h"
#include "support/suite.h"

/* Judging: what an answer of that status and body becomes */

static struct verdict judged(struct fixture *f, const char *table_id, int status, const char *body,
                             int64_t retry_after_ms) {
    struct api_call call;
    struct http_response response;
    struct verdict verdict;
    dust_call_init(&f->api, &call, HTTP_GET, "get-table", table_id, "/tables/t1");
    http_response_init(&response);
    response.outcome = HTTP_ANSWERED;
    response.status = status;
    response.retry_after_ms = retry_after_ms;
    buf_append_text(&response.body, body);
    http_verdict(&response, call.what, &verdict);
    call.judge(call.context, &response, &verdict);
    http_response_clean_up(&response);
    return verdict;
}

/* contracts/dust.md, 6: a row for each. words stands in the text, and so does Dust's sentence. */
START_TEST(test_every_error_of_the_contract_has_its_verdict) {
    static const struct {
        int status;
        const char *type;
        enum verdict_kind kind;
        enum status_code code;
        const char *words;
    } rows[] = {
        {401, "not_authenticated", VERDICT_FATAL, STATUS_TASK, "eu.dust.tt"},
        {401, "malformed_authorization_header_error", VERDICT_FATAL, STATUS_TASK, "sk-"},
        {401, "invalid_api_key_error", VERDICT_FATAL, STATUS_TASK, "Dust URL"},
        {401, "workspace_auth_error", VERDICT_FATAL, STATUS_TASK, "Workspace ID"},
        {401, "invalid_oauth_token_error", VERDICT_FATAL, STATUS_TASK, "sk-"},
        {401, "expired_oauth_token_error", VERDICT_FATAL, STATUS_TASK, "sk-"},
        {401, "user_not_found", VERDICT_FATAL, STATUS_TASK, "sk-"},
        {404, "workspace_not_found", VERDICT_FATAL, STATUS_TASK, "Workspace ID"},
        {403, "workspace_can_use_product_required_error", VERDICT_FATAL, STATUS_TASK, "plan"},
        {503, "service_unavailable", VERDICT_RETRY, STATUS_UNAVAILABLE, "maintenance"},
        {404, "data_source_not_found", VERDICT_FATAL, STATUS_TASK, "Data source ID"},
        {404, "space_not_found", VERDICT_FATAL, STATUS_TASK, "Space ID"},
        {403, "data_source_auth_error", VERDICT_FATAL, STATUS_TASK, "right to write"},
        {403, "data_source_quota_error", VERDICT_REJECTED, STATUS_TASK, "plan"},
        {403, "workspace_quota_error", VERDICT_FATAL, STATUS_TASK, "full"},
        {403, "something_new", VERDICT_FATAL, STATUS_TASK, "rights"},
        {400, "invalid_request_error", VERDICT_REJECTED, STATUS_TASK, "refused"},
        {400, "data_source_error", VERDICT_REJECTED, STATUS_TASK, "refused"},
        {404, "table_not_found", VERDICT_REJECTED, STATUS_TASK, "no such table"},
        {404, "something_new", VERDICT_REJECTED, STATUS_TASK, "Not Found"},
        {413, "content_too_large", VERDICT_TOO_LARGE, STATUS_TASK, "Too Large"},
        {429, "rate_limit_error", VERDICT_THROTTLED, STATUS_UNAVAILABLE, "rate limit"},
        {500, "internal_server_error", VERDICT_UNKNOWN, STATUS_UNAVAILABLE, "500"},
        {500, "data_source_error", VERDICT_UNKNOWN, STATUS_UNAVAILABLE, "500"},
        {405, "method_not_supported_error", VERDICT_FATAL, STATUS_TASK, "405"},
        {502, "bad_gateway", VERDICT_UNKNOWN, STATUS_UNAVAILABLE, "502"},
        {504, "gateway_timeout", VERDICT_UNKNOWN, STATUS_UNAVAILABLE, "504"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        char body[300];
        set_up(&f, NULL, 0);
        snprintf(body, sizeof body, DUST_ERROR("%s", "The sentence."), rows[i].type);
        struct verdict v = judged(&f, NULL, rows[i].status, body, -1);
        ck_assert_msg(v.kind == rows[i].kind, "%s: %s", rows[i].type, verdict_kind_name(v.kind));
        ck_assert_msg(v.status.code == rows[i].code, "%s", rows[i].type);
        ck_assert_says(v.status.message, rows[i].words);
        ck_assert_says(v.status.message, "get-table");
        ck_assert_says(v.status.message, "The sentence.");
        ck_assert_int_eq(f.api.status, rows[i].status);
        ck_assert(dust_error_is(&f.api, rows[i].type));
        ck_assert(!dust_error_is(&f.api, "another"));
        tear_down(&f);
    }
}
END_TEST

/* Proxies and load balancers answer pages; so did Next.js for a 413 (contracts/dust.md, 3). */
START_TEST(test_answers_that_are_not_dusts_keep_their_meaning) {
    static const struct {
        int status;
        enum verdict_kind kind;
        const char *words;
    } rows[] = {
        {400, VERDICT_REJECTED, "refused"},    {401, VERDICT_FATAL, "API key"},
        {403, VERDICT_FATAL, "rights"},        {404, VERDICT_FATAL, "Dust URL"},
        {413, VERDICT_TOO_LARGE, "Too Large"}, {429, VERDICT_THROTTLED, "rate limit"},
        {500, VERDICT_UNKNOWN, "500"},         {502, VERDICT_UNKNOWN, "502"},
        {503, VERDICT_RETRY, "503"},           {302, VERDICT_FATAL, "redirect"},
    };
    static const char *const bodies[] = {
        "Body exceeded 1mb limit", "<html>hidden</html>",     "", "{}",
        "{\"error\":\"hidden\"}",  "{\"error\":{\"type\":5}}"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t b = 0; b < sizeof bodies / sizeof bodies[0]; b++) {
            struct fixture f;
            set_up(&f, NULL, 0);
            struct verdict v = judged(&f, NULL, rows[i].status, bodies[b], -1);
            ck_assert_int_eq(v.kind, rows[i].kind);
            ck_assert_says(v.status.message, rows[i].words);
            ck_assert_ptr_null(strstr(v.status.message, "hidden")); /* lesson 37 */
            ck_assert_str_eq(f.api.error_type, "");
            tear_down(&f);
        }
    }
}
END_TEST

START_TEST(test_a_code_within_the_error_is_told_too) {
    struct fixture f;
    set_up(&f, NULL, 0);
    judged(&f, NULL, 400,
           "{\"error\":{\"type\":\"data_source_error\",\"message\":\"no\",\"data_source_error\":"
           "{\"code\":\"data_source_document_not_found\",\"message\":\"m\"}}}",
           -1);
    ck_assert(dust_error_is(&f.api, "data_source_error"));
    ck_assert(dust_error_is(&f.api, "data_source_document_not_found"));
    judged(&f, NULL, 200, "{}", -1);
    ck_assert(!dust_error_is(&f.api, "data_source_error"));
    ck_assert(!dust_error_is(&f.api, "data_source_document_not_found"));
    tear_down(&f);
}
END_TEST

START_TEST(test_what_is_asked_for_may_be_absent) {
    struct fixture f;
    const char *const no_document =
        "{\"error\":{\"type\":\"data_source_error\",\"message\":\"no\",\"data_source_error\":"
        "{\"code\":\"data_source_document_not_found\",\"message\":\"m\"}}}";
    set_up(&f, NULL, 0);
    ck_assert(judged(&f, NULL, 404, DUST_ERROR("table_not_found", "no"), -1).absent);
    ck_assert(judged(&f, NULL, 400, no_document, -1).absent);
    ck_assert(!judged(&f, NULL, 404, DUST_ERROR("data_source_not_found", "no"), -1).absent);
    struct api_call call;
    struct http_response response;
    struct verdict verdict;
    dust_call_init(&f.api, &call, HTTP_POST, "post-rows", "t1", "/tables/t1/rows");
    http_response_init(&response);
    response.outcome = HTTP_ANSWERED;
    response.status = 404;
    buf_append_text(&response.body, DUST_ERROR("table_not_found", "no"));
    http_verdict(&response, call.what, &verdict);
    call.judge(call.context, &response, &verdict);
    ck_assert_int_eq(verdict.kind, VERDICT_REJECTED);
    ck_assert(!verdict.absent);
    http_response_clean_up(&response);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_type_that_is_too_long_is_cut) {
    struct fixture f;
    char body[1000];
    char type[501] = "";
    set_up(&f, NULL, 0);
    memset(type, 't', sizeof type - 1);
    snprintf(body, sizeof body, DUST_ERROR("%s", "m"), type);
    judged(&f, NULL, 400, body, -1);
    ck_assert_uint_eq(strlen(f.api.error_type), DUST_ERROR_TYPE_BYTES - 1);
    tear_down(&f);
}
END_TEST

/* contracts/dust.md, 5: neither limit sends Retry-After; a later one may. */
START_TEST(test_a_429_waits_as_its_limit_needs) {
    struct fixture f;
    const char *body = DUST_ERROR("rate_limit_error", "later");
    set_up(&f, NULL, 0);
    ck_assert_int_eq(judged(&f, "t1", 429, body, -1).after_ms, DUST_PENDING_WAIT_MS);
    ck_assert_int_eq(judged(&f, NULL, 429, body, -1).after_ms, DUST_WORKSPACE_WAIT_MS);
    ck_assert_int_eq(judged(&f, "t1", 429, body, 3000).after_ms, 3000);
    ck_assert_int_eq(judged(&f, NULL, 429, body, 0).after_ms, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_200_is_delivered_with_an_object_or_nothing) {
    static const struct {
        const char *body;
        enum verdict_kind kind;
    } rows[] = {{"{\"table\":{}}", VERDICT_DELIVERED},
                {"", VERDICT_DELIVERED},
                {"<html>", VERDICT_UNKNOWN},
                {"OK", VERDICT_UNKNOWN},
                {"[]", VERDICT_UNKNOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        set_up(&f, NULL, 0);
        struct verdict v = judged(&f, NULL, 200, rows[i].body, -1);
        ck_assert_int_eq(v.kind, rows[i].kind);
        if (v.kind == VERDICT_UNKNOWN) {
            ck_assert_says(v.status.message, "Dust URL");
        }
        tear_down(&f);
    }
}
END_TEST

/* What follows from it */

#define GET_TABLE "GET " SOURCE "/tables/t1 "
#define FAULT DUST_ERROR("internal_server_error", "Failed to get table.")

static bool perform(struct fixture *f, const char *path) {
    struct api_call call;
    dust_call_init(&f->api, &call, HTTP_GET, "get", NULL, path);
    return dust_perform(&f->api, &call, NULL, &f->status);
}

START_TEST(test_the_third_500_ends_a_call) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!perform(&f, "/tables/t1"));
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    ck_assert_says(f.status.message, "Failed to get table.");
    ck_assert_int_eq(f.api.status, 500);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_500_may_pass_and_the_next_call_counts_anew) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}, {GET_TABLE, 200, "{}"},
        {GET_TABLE, 500, FAULT}, {GET_TABLE, 500, FAULT}, {GET_TABLE, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(perform(&f, "/tables/t1"));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    ck_assert(perform(&f, "/tables/t1"));
    ck_assert_int_eq(f.api.status, 200);
    ck_assert_str_eq(f.api.error_type, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_other_faults_are_not_counted_as_500s) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 502, ""}, {GET_TABLE, 504, ""}, {GET_TABLE, 503, ""},  {GET_TABLE, 0, NULL},
        {GET_TABLE, 500, ""}, {GET_TABLE, 500, ""}, {GET_TABLE, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(perform(&f, "/tables/t1"));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_429_is_waited_for) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 429, DUST_ERROR("rate_limit_error", "later")}, {GET_TABLE, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    int64_t started = fake_clock_now(&f.clock);
    ck_assert(perform(&f, "/tables/t1"));
    ck_assert_int_eq(fake_clock_now(&f.clock) - started, DUST_WORKSPACE_WAIT_MS);
    tear_down(&f);
}
END_TEST

/* The two spellings of the documents' route (contracts/dust.md, 10) */

#define WITH_LINE "/data_sources/d1/documents "
#define WITH_HYPHEN "/data-sources/d1/documents "

START_TEST(test_documents_are_looked_for_under_the_hyphen_and_that_is_remembered) {
    static const struct scripted_answer script[] = {
        {WITH_LINE, 404, "404 Not Found"}, {WITH_HYPHEN, 200, "{}"}, {WITH_HYPHEN, 200, "{}"}};
    for (int retries = 0; retries < 2; retries++) { /* and when delivery may try once only */
        struct fixture f;
        SET_UP(&f, script);
        f.scripted.retries = retries;
        ck_assert(perform(&f, "/documents"));
        ck_assert(atomic_load(&f.shared.dust.hyphenated));
        ck_assert(perform(&f, "/documents"));
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_an_error_of_dusts_is_an_answer_under_that_spelling) {
    static const struct scripted_answer script[] = {
        {WITH_LINE, 404, DUST_ERROR("data_source_not_found", "no")},
        {WITH_LINE, 404, ""},
        {WITH_HYPHEN, 400, DUST_ERROR("invalid_request_error", "no")},
        {WITH_HYPHEN, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!perform(&f, "/documents"));
    ck_assert(!atomic_load(&f.shared.dust.hyphenated));
    ck_assert(!perform(&f, "/documents"));
    ck_assert(dust_error_is(&f.api, "invalid_request_error"));
    ck_assert(atomic_load(&f.shared.dust.hyphenated));
    ck_assert(perform(&f, "/documents"));
    tear_down(&f);
}
END_TEST

START_TEST(test_neither_spelling_is_a_task_about_the_url) {
    static const struct scripted_answer script[] = {
        {WITH_LINE, 404, ""}, {WITH_HYPHEN, 404, ""}, {WITH_LINE, 404, ""}, {WITH_HYPHEN, 404, ""}};
    struct fixture f;
    SET_UP(&f, script);
    for (int i = 0; i < 2; i++) {
        ck_assert(!perform(&f, "/documents"));
        ck_assert_int_eq(f.status.code, STATUS_TASK);
        ck_assert_says(f.status.message, "Dust URL");
    }
    ck_assert(!atomic_load(&f.shared.dust.hyphenated));
    tear_down(&f);
}
END_TEST

START_TEST(test_an_answer_without_a_name_decides_nothing) {
    static const struct scripted_answer script[] = {{WITH_LINE, 404, ""}, {WITH_HYPHEN, 403, ""}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!perform(&f, "/documents"));
    ck_assert(!atomic_load(&f.shared.dust.hyphenated));
    tear_down(&f);
}
END_TEST

START_TEST(test_tables_have_one_spelling) {
    static const struct scripted_answer script[] = {{GET_TABLE, 404, "404 Not Found"},
                                                    {GET_TABLE, 200, "{}"}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(!perform(&f, "/tables/t1"));
    atomic_store(&f.shared.dust.hyphenated, true);
    ck_assert(perform(&f, "/tables/t1"));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_judge");
    TCase *tests = tcase_create("dust_judge");
    tcase_add_test(tests, test_every_error_of_the_contract_has_its_verdict);
    tcase_add_test(tests, test_answers_that_are_not_dusts_keep_their_meaning);
    tcase_add_test(tests, test_a_code_within_the_error_is_told_too);
    tcase_add_test(tests, test_what_is_asked_for_may_be_absent);
    tcase_add_test(tests, test_a_type_that_is_too_long_is_cut);
    tcase_add_test(tests, test_a_429_waits_as_its_limit_needs);
    tcase_add_test(tests, test_a_200_is_delivered_with_an_object_or_nothing);
    tcase_add_test(tests, test_the_third_500_ends_a_call);
    tcase_add_test(tests, test_a_500_may_pass_and_the_next_call_counts_anew);
    tcase_add_test(tests, test_other_faults_are_not_counted_as_500s);
    tcase_add_test(tests, test_a_429_is_waited_for);
    tcase_add_test(tests, test_documents_are_looked_for_under_the_hyphen_and_that_is_remembered);
    tcase_add_test(tests, test_an_error_of_dusts_is_an_answer_under_that_spelling);
    tcase_add_test(tests, test_neither_spelling_is_a_task_about_the_url);
    tcase_add_test(tests, test_an_answer_without_a_name_decides_nothing);
    tcase_add_test(tests, test_tables_have_one_spelling);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
