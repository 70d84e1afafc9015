#include "destinations/dust/dust_judge.h"
#include "dust_fixture.h"
#include "support/suite.h"

/* Describing a call */

START_TEST(test_a_call_below_the_data_source_carries_its_url_and_key) {
    struct fixture f;
    struct api_call call;
    set_up(&f, NULL, 0);
    dust_call_init(&f.api, &call, HTTP_POST, "post-rows", "t1", "/tables/t1/rows?limit=0");
    ck_assert_str_eq(call.request.url, SOURCE "/tables/t1/rows?limit=0");
    ck_assert_int_eq(call.request.method, HTTP_POST);
    ck_assert_uint_eq(call.request.n_headers, 2);
    ck_assert_str_eq(call.request.headers[0].name, "Content-Type");
    ck_assert_str_eq(call.request.headers[0].value, "application/json");
    ck_assert_str_eq(call.request.headers[1].name, "Authorization");
    ck_assert_str_eq(call.request.headers[1].value, "Bearer " SECRET_KEY);
    ck_assert_str_eq(call.what, "post-rows");
    ck_assert(call.repeatable);
    ck_assert_ptr_eq(call.context, &f.api);
    ck_assert(call.judge == dust_judge);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_call_of_the_workspace_stands_behind_it) {
    struct fixture f;
    struct api_call call;
    set_up(&f, NULL, 0);
    dust_call_init_workspace(&f.api, &call, HTTP_GET, "get-spaces", "/spaces/s1/data_sources");
    ck_assert_str_eq(call.request.url, WORKSPACE "/spaces/s1/data_sources");
    tear_down(&f);
}
END_TEST

/* The scope of a call, copied into text. */
static void scope_of(struct fixture *f, const char *table_id, char text[64]) {
    struct api_call call;
    dust_call_init(&f->api, &call, HTTP_GET, "get", table_id, "/tables");
    snprintf(text, 64, "%s", call.scope);
}

START_TEST(test_a_table_cools_down_alone_and_the_rest_by_workspace) {
    struct fixture f;
    char workspace[64];
    char same[64];
    char one[64];
    char other[64];
    struct api_call call;
    set_up(&f, NULL, 0);
    scope_of(&f, NULL, workspace);
    scope_of(&f, "t1", one);
    scope_of(&f, "t2", other);
    dust_call_init_workspace(&f.api, &call, HTTP_GET, "get", "/spaces");
    ck_assert_str_eq(call.scope, workspace);
    ck_assert_str_ne(one, other);
    ck_assert_str_ne(one, workspace);
    f.settings.data_source_id = (char *)"d2"; /* the limit of documents is the workspace's */
    scope_of(&f, NULL, same);
    ck_assert_str_eq(same, workspace);
    scope_of(&f, "t1", same);
    ck_assert_str_ne(same, one);
    f.settings.workspace_id = (char *)"w2";
    scope_of(&f, NULL, same);
    ck_assert_str_ne(same, workspace);
    tear_down(&f);
}
END_TEST

START_TEST(test_scopes_of_long_ids_stay_apart) {
    struct fixture f;
    char id[2001] = "";
    char one[64];
    char other[64];
    set_up(&f, NULL, 0);
    memset(id, 'a', sizeof id - 1);
    scope_of(&f, id, one);
    id[sizeof id - 2] = 'b';
    scope_of(&f, id, other);
    ck_assert_str_ne(one, other);
    ck_assert_uint_lt(strlen(one), VERDICT_SCOPE_BYTES);
    tear_down(&f);
}
END_TEST

/* Performing */

#define GET_TABLE "GET " SOURCE "/tables/t1 "

START_TEST(test_no_answer_after_an_error_is_no_error_of_dusts) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 503, DUST_ERROR("service_unavailable", "m")}, {GET_TABLE, 0, NULL}};
    struct fixture f;
    struct api_call call;
    SET_UP(&f, script);
    dust_call_init(&f.api, &call, HTTP_GET, "get", NULL, "/tables/t1");
    call.repeatable = false; /* ends with the answer that did not come */
    ck_assert(!dust_perform(&f.api, &call, NULL, &f.status));
    ck_assert_int_eq(f.api.status, 0);
    ck_assert_str_eq(f.api.error_type, "");
    tear_down(&f);
}
END_TEST

START_TEST(test_the_last_answer_is_kept_for_who_wants_it) {
    static const struct scripted_answer script[] = {{GET_TABLE, 200, "{\"a\":1}"}};
    struct fixture f;
    struct api_call call;
    struct http_response response;
    SET_UP(&f, script);
    http_response_init(&response);
    dust_call_init(&f.api, &call, HTTP_GET, "get", "t1", "/tables/t1");
    ck_assert(dust_perform(&f.api, &call, &response, &f.status));
    ck_assert_str_eq(buf_cstr(&response.body), "{\"a\":1}");
    http_response_clean_up(&response);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_get_comes_parsed) {
    static const struct scripted_answer script[] = {
        {GET_TABLE, 200, "{\"a\":1}"},
        {GET_TABLE, 200, "{\"a\":"},
        {GET_TABLE, 200, ""},
        {GET_TABLE, 404, DUST_ERROR("table_not_found", "no")}};
    struct fixture f;
    SET_UP(&f, script);
    struct json_value *answer = dust_get_json(&f.api, "get", "t1", "/tables/t1", &f.status);
    int64_t number = 0;
    ck_assert(json_int(json_get(answer, "a"), &number) && number == 1);
    json_destroy(answer);
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_null(dust_get_json(&f.api, "get", "t1", "/tables/t1", &f.status));
        ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
        ck_assert_says(f.status.message, "not JSON");
    }
    ck_assert_ptr_null(dust_get_json(&f.api, "get", "t1", "/tables/t1", &f.status));
    ck_assert(dust_error_is(&f.api, "table_not_found"));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_api");
    TCase *tests = tcase_create("dust_api");
    tcase_add_test(tests, test_a_call_below_the_data_source_carries_its_url_and_key);
    tcase_add_test(tests, test_a_call_of_the_workspace_stands_behind_it);
    tcase_add_test(tests, test_a_table_cools_down_alone_and_the_rest_by_workspace);
    tcase_add_test(tests, test_scopes_of_long_ids_stay_apart);
    tcase_add_test(tests, test_no_answer_after_an_error_is_no_error_of_dusts);
    tcase_add_test(tests, test_the_last_answer_is_kept_for_who_wants_it);
    tcase_add_test(tests, test_a_get_comes_parsed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
