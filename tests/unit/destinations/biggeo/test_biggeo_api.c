#include "destinations/biggeo/biggeo_api.h"
#include "support/suite.h"

static struct settings settings_with(const char *url, const char *key) {
    return (struct settings){.biggeo_base_url = (char *)url, .api_key = (char *)key};
}

/* contracts/biggeo.md: base URL, Content-Type and x-api-key. */
START_TEST(test_a_call_carries_url_key_and_content_type) {
    const struct settings settings = settings_with("https://x", "k1");
    struct buf url;
    struct api_call call;
    buf_init(&url, 1000);
    biggeo_call_init(&call, &url, &settings, HTTP_POST, "post-data-source", "/a/b");
    ck_assert_str_eq(call.request.url, "https://x/a/b");
    ck_assert_int_eq(call.request.method, HTTP_POST);
    ck_assert_uint_eq(call.request.n_headers, 2);
    ck_assert_str_eq(call.request.headers[0].name, "Content-Type");
    ck_assert_str_eq(call.request.headers[0].value, "application/json");
    ck_assert_str_eq(call.request.headers[1].name, "x-api-key");
    ck_assert_str_eq(call.request.headers[1].value, "k1");
    ck_assert_str_eq(call.what, "post-data-source");
    ck_assert_str_eq(call.scope, "https://x");
    ck_assert_ptr_null(call.judge);
    ck_assert_uint_eq(call.request.body.len, 0);
    buf_clean_up(&url);
}
END_TEST

START_TEST(test_a_second_call_starts_its_url_anew) {
    const struct settings settings = settings_with("https://x", "k1");
    struct buf url;
    struct api_call call;
    buf_init(&url, 1000);
    biggeo_call_init(&call, &url, &settings, HTTP_GET, "first", "/first");
    biggeo_call_init(&call, &url, &settings, HTTP_GET, "second", "/second");
    ck_assert_str_eq(call.request.url, "https://x/second");
    buf_clean_up(&url);
}
END_TEST

START_TEST(test_reading_may_be_repeated_and_posting_not) {
    const struct settings settings = settings_with("https://x", "k1");
    struct buf url;
    struct api_call call;
    buf_init(&url, 1000);
    biggeo_call_init(&call, &url, &settings, HTTP_GET, "get", "/");
    ck_assert(call.repeatable);
    biggeo_call_init(&call, &url, &settings, HTTP_POST, "post", "/");
    ck_assert(!call.repeatable);
    buf_clean_up(&url);
}
END_TEST

/* contracts/biggeo.md: get-data-source is slow, allow 300 s. */
START_TEST(test_an_answer_may_take_300_seconds) {
    const struct settings settings = settings_with("https://x", "k1");
    struct buf url;
    struct api_call call;
    buf_init(&url, 1000);
    biggeo_call_init(&call, &url, &settings, HTTP_GET, "get", "/");
    ck_assert_int_eq(call.request.total_timeout_ms, 300000);
    buf_clean_up(&url);
}
END_TEST

static const char *scope(const char *base_url, const char *key, struct buf *out) {
    const struct settings settings = settings_with(base_url, key);
    buf_init(out, 1000);
    biggeo_scope_append(out, &settings);
    return buf_cstr(out);
}

START_TEST(test_a_scope_tells_accounts_apart_and_no_secret) {
    struct buf a, again, other_key, other_url;
    const char *text = scope("https://x", "secretsecret", &a);
    ck_assert_str_eq(text, scope("https://x", "secretsecret", &again));
    ck_assert_str_ne(text, scope("https://x", "secretsecreT", &other_key));
    ck_assert_str_ne(text, scope("https://y", "secretsecret", &other_url));
    ck_assert_int_eq(strncmp(text, "https://x#", 10), 0);
    ck_assert_uint_eq(strspn(text + 10, "0123456789abcdef"), 16);
    ck_assert_uint_eq(a.len, 26);
    ck_assert_ptr_null(strstr(text, "secret"));
    buf_clean_up(&a);
    buf_clean_up(&again);
    buf_clean_up(&other_key);
    buf_clean_up(&other_url);
}
END_TEST

static const char *text_with(const char *answer, struct verdict *verdict) {
    struct status status = STATUS_INIT;
    struct json_value *value = json_parse(slice_of(answer), &status);
    *verdict = (struct verdict){.kind = VERDICT_REJECTED};
    status_fail(&verdict->status, STATUS_TASK, "refused");
    biggeo_add_message(verdict, value);
    json_destroy(value);
    return verdict->status.message;
}

START_TEST(test_biggeos_own_sentence_is_put_behind) {
    struct verdict verdict;
    ck_assert_ptr_nonnull(
        strstr(text_with("{\"message\":\"quota reached\"}", &verdict), "refused"));
    ck_assert_ptr_nonnull(strstr(verdict.status.message, "quota reached"));
    ck_assert_int_eq(verdict.status.code, STATUS_TASK);
}
END_TEST

START_TEST(test_an_answer_without_a_sentence_adds_nothing) {
    static const char *const answers[] = {"{}",   "{\"message\":\"\"}", "{\"message\":5}",
                                          "null", "[\"message\"]",      "not json"};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct verdict verdict;
        ck_assert_str_eq(text_with(answers[i], &verdict), "refused");
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("biggeo_api");
    TCase *tests = tcase_create("biggeo_api");
    tcase_add_test(tests, test_a_call_carries_url_key_and_content_type);
    tcase_add_test(tests, test_a_second_call_starts_its_url_anew);
    tcase_add_test(tests, test_reading_may_be_repeated_and_posting_not);
    tcase_add_test(tests, test_an_answer_may_take_300_seconds);
    tcase_add_test(tests, test_a_scope_tells_accounts_apart_and_no_secret);
    tcase_add_test(tests, test_biggeos_own_sentence_is_put_behind);
    tcase_add_test(tests, test_an_answer_without_a_sentence_adds_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
