#include "destinations/dust/documents/dust_document_calls.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#define MISSING                                                                                    \
    "{\"error\":{\"type\":\"data_source_error\",\"message\":\"m\",\"data_source_error\":{"         \
    "\"code\":\"data_source_document_not_found\",\"message\":\"m\"}}}"

START_TEST(test_ids_are_escaped) {
    static const struct scripted_answer script[] = {
        {"GET " SOURCE "/documents/a%2Fb%3F%23.c ", 200, "{}"}};
    struct fixture f;
    struct api_call call;
    SET_UP(&f, script);
    dust_document_call_init(&f.api, &call, HTTP_GET, "get-document", SLICE_LITERAL("a/b?#.c"));
    ck_assert(dust_perform(&f.api, &call, NULL, &f.status));
    tear_down(&f);
}
END_TEST

START_TEST(test_the_pace_is_the_workspace_s) {
    struct fixture f;
    struct api_call one;
    set_up(&f, NULL, 0);
    f.settings.documents_per_minute = 77;
    dust_document_call_init(&f.api, &one, HTTP_POST, "post-document", SLICE_LITERAL("a"));
    dust_document_pace(&f.api, &one, 5);
    ck_assert_str_eq(one.pace.key, one.scope);
    ck_assert_int_eq(one.pace.max, 77);
    ck_assert_uint_eq(one.pace.left, 5);
    char key[160];
    snprintf(key, sizeof key, "%s", one.pace.key);
    f.settings.data_source_id = (char *)"d2"; /* another data source, the same window */
    dust_document_call_init(&f.api, &one, HTTP_POST, "post-document", SLICE_LITERAL("a"));
    ck_assert_str_eq(one.scope, key);
    f.settings.workspace_id = (char *)"w2";
    dust_document_call_init(&f.api, &one, HTTP_POST, "post-document", SLICE_LITERAL("a"));
    ck_assert_str_ne(one.scope, key);
    tear_down(&f);
}
END_TEST

START_TEST(test_deleting_what_is_not_there_is_no_error) {
    static const struct scripted_answer script[] = {
        {"DELETE " SOURCE "/documents/a ", 200, "{\"document\":{\"document_id\":\"a\"}}"},
        {"DELETE " SOURCE "/documents/b ", 400, MISSING},
        {"DELETE " SOURCE "/documents/c ", 403, DUST_ERROR("data_source_auth_error", "no")}};
    struct fixture f;
    SET_UP(&f, script);
    ck_assert(dust_document_delete(&f.api, SLICE_LITERAL("a"), &f.status));
    ck_assert(!dust_document_is_missing(&f.api));
    ck_assert(dust_document_delete(&f.api, SLICE_LITERAL("b"), &f.status));
    ck_assert_int_eq(f.status.code, STATUS_OK);
    ck_assert(!dust_document_delete(&f.api, SLICE_LITERAL("c"), &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_document_calls");
    TCase *tests = tcase_create("calls");
    tcase_add_test(tests, test_ids_are_escaped);
    tcase_add_test(tests, test_the_pace_is_the_workspace_s);
    tcase_add_test(tests, test_deleting_what_is_not_there_is_no_error);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
