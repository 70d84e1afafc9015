#include "destinations/dust/dust_test.h"
#include "dust_fixture.h"
#include "support/suite.h"

#define LIST "GET " WORKSPACE "/spaces/s1/data_sources "
#define PROBE_TABLE "POST " SOURCE "/tables {"
#define PROBE_DOCUMENT "POST " SOURCE "/documents/bigdust_probe {"
#define FOLDER "{\"sId\":\"d1\",\"name\":\"Folder\",\"connectorId\":null}"
#define LISTED "{\"data_sources\":[" FOLDER "]}"
#define TABLE_REFUSED                                                                              \
    DUST_ERROR("invalid_request_error",                                                            \
               "Invalid request body, `parents` and mimeType must not be provided.")
#define DOCUMENT_REFUSED                                                                           \
    DUST_ERROR("invalid_request_error", "Setting a custom hierarchy is not supported yet.")

static void set_up_format(struct fixture *f, enum data_format format,
                          const struct scripted_answer *answers, size_t n_answers) {
    set_up(f, answers, n_answers);
    f->settings.data_format = format;
    f->scripted.retries = false; /* as ATTEMPT_POLICY_ONCE */
}

#define SET_UP_FORMAT(f, format, lines)                                                            \
    set_up_format((f), (format), (lines), sizeof(lines) / sizeof(lines)[0])

static bool passes(struct fixture *f) {
    return dust_test(&f->d, "connection", &f->status);
}

START_TEST(test_lesson_11_the_right_to_write_is_proven_by_the_refusal_of_a_probe) {
    static const struct scripted_answer tables[] = {{LIST, 200, LISTED},
                                                    {PROBE_TABLE, 400, TABLE_REFUSED}};
    static const struct scripted_answer documents[] = {{LIST, 200, LISTED},
                                                       {PROBE_DOCUMENT, 400, DOCUMENT_REFUSED}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, tables);
    ck_assert(passes(&f));
    ck_assert_uint_eq(log_capture_count(&f.log, "write_right_not_proven"), 0);
    tear_down(&f);
    SET_UP_FORMAT(&f, DATA_FORMAT_DOCUMENTS, documents);
    ck_assert(passes(&f));
    ck_assert_uint_eq(log_capture_count(&f.log, "write_right_not_proven"), 0);
    tear_down(&f);
}
END_TEST

/* contracts/dust.md, 2 and 4.1: what makes Dust refuse stands in the probe. */
START_TEST(test_a_probe_asks_for_what_dust_refuses) {
    static const struct scripted_answer mime[] = {{LIST, 200, LISTED},
                                                  {"\"mime_type\":\"", 400, TABLE_REFUSED}};
    static const struct scripted_answer parents[] = {{LIST, 200, LISTED},
                                                     {"\"parents\":[\"", 400, DOCUMENT_REFUSED}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, mime);
    ck_assert(passes(&f));
    tear_down(&f);
    SET_UP_FORMAT(&f, DATA_FORMAT_DOCUMENTS, parents);
    ck_assert(passes(&f));
    tear_down(&f);
}
END_TEST

/* Each fault, at the first request, names what to mend. */
START_TEST(test_a_refusal_of_the_listing_names_its_setting) {
    static const struct {
        int status;
        const char *body;
        const char *words;
    } rows[] = {
        {401, DUST_ERROR("invalid_api_key_error", "m"), "eu.dust.tt"},
        {401, DUST_ERROR("not_authenticated", "m"), "Dust URL"},
        {401, DUST_ERROR("workspace_auth_error", "m"), "Workspace ID"},
        {401, DUST_ERROR("malformed_authorization_header_error", "m"), "API key"},
        {404, DUST_ERROR("workspace_not_found", "m"), "Workspace ID"},
        {404, DUST_ERROR("space_not_found", "m"), "Space ID"},
        {403, DUST_ERROR("workspace_can_use_product_required_error", "m"), "plan"},
        {404, "404 Not Found", "Dust URL"},
        {302, "", "URL"},
        {200, "<html>Welcome</html>", "Dust URL"},
        {200, "{\"hello\":1}", "Dust URL"},
        {200, "{", "not JSON"},
        {500, DUST_ERROR("internal_server_error", "m"), "500"},
        {503, DUST_ERROR("service_unavailable", "m"), "maintenance"},
        {0, NULL, "no whole answer"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct scripted_answer script[] = {{LIST, rows[i].status, rows[i].body}};
        struct fixture f;
        SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
        ck_assert(!passes(&f));
        ck_assert_says(f.status.message, rows[i].words);
        ck_assert_ptr_null(strstr(f.status.message, "Welcome")); /* lesson 37 */
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_a_refusal_of_the_probe_names_its_setting) {
    static const struct {
        int status;
        const char *body;
        const char *words;
    } rows[] = {
        {404, DUST_ERROR("data_source_not_found", "m"), "Data source ID"},
        {403, DUST_ERROR("data_source_auth_error", "m"), "right to write"},
        {403, DUST_ERROR("workspace_quota_error", "m"), "full"},
        {400, DUST_ERROR("data_source_error", "m"), "400"},
        {404, "404 Not Found", "Dust URL"},
        {500, DUST_ERROR("internal_server_error", "m"), "500"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct scripted_answer script[] = {{LIST, 200, LISTED},
                                                 {PROBE_TABLE, rows[i].status, rows[i].body}};
        struct fixture f;
        SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
        ck_assert(!passes(&f));
        ck_assert_says(f.status.message, rows[i].words);
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_a_managed_data_source_is_refused_by_id_and_by_name) {
    static const char *const lists[] = {
        "{\"data_sources\":[{\"sId\":\"d0\"},{\"sId\":\"d1\",\"connectorId\":\"5\"}]}",
        "{\"data_sources\":[{\"sId\":\"dts_1\",\"name\":\"d1\",\"connectorId\":5}]}",
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct scripted_answer script[] = {{LIST, 200, lists[i]}};
        struct fixture f;
        SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
        ck_assert(!passes(&f));
        ck_assert_int_eq(f.status.code, STATUS_TASK);
        ck_assert_says(f.status.message, "manages");
        ck_assert_says(f.status.message, "Data source ID");
        tear_down(&f);
    }
}
END_TEST

START_TEST(test_anothers_connection_and_strange_entries_are_no_matter) {
    static const struct scripted_answer script[] = {
        {LIST, 200,
         "{\"data_sources\":[null,5,{\"sId\":\"d2\",\"connectorId\":\"5\"}," FOLDER "]}"},
        {PROBE_TABLE, 400, TABLE_REFUSED}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
    ck_assert(passes(&f));
    tear_down(&f);
}
END_TEST

/* The listing is not the judge of that: Dust is, when the probe comes. */
START_TEST(test_a_data_source_that_is_not_listed_is_left_to_the_probe) {
    static const struct scripted_answer script[] = {{LIST, 200, "{\"data_sources\":[]}"},
                                                    {PROBE_TABLE, 400, TABLE_REFUSED}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
    ck_assert(passes(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_another_refusal_passes_but_is_logged) {
    static const struct scripted_answer script[] = {
        {LIST, 200, LISTED},
        {PROBE_TABLE, 400, DUST_ERROR("invalid_request_error", "Validation error: what?")}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, script);
    ck_assert(passes(&f));
    ck_assert_uint_eq(log_capture_count(&f.log, "write_right_not_proven"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_probe_that_is_taken_is_removed) {
    static const struct scripted_answer tables[] = {
        {LIST, 200, LISTED},
        {PROBE_TABLE, 200, "{}"},
        {"DELETE " SOURCE "/tables/bigdust_probe ", 200, ""}};
    static const struct scripted_answer documents[] = {
        {LIST, 200, LISTED},
        {PROBE_DOCUMENT, 200, "{}"},
        {"DELETE " SOURCE "/documents/bigdust_probe ", 500, ""}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_TABLES, tables);
    ck_assert(passes(&f));
    tear_down(&f);
    SET_UP_FORMAT(&f, DATA_FORMAT_DOCUMENTS, documents);
    ck_assert(passes(&f));
    ck_assert_uint_eq(log_capture_count(&f.log, "probe_was_taken"), 1);
    tear_down(&f);
}
END_TEST

/* contracts/dust.md, 4.1: the limit comes after the rights. */
START_TEST(test_the_limit_of_documents_a_minute_does_not_fail_the_test) {
    static const struct scripted_answer script[] = {
        {LIST, 200, LISTED}, {PROBE_DOCUMENT, 429, DUST_ERROR("rate_limit_error", "m")}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_DOCUMENTS, script);
    int64_t started = fake_clock_now(&f.clock);
    ck_assert(passes(&f));
    ck_assert_int_eq(fake_clock_now(&f.clock), started);
    tear_down(&f);
}
END_TEST

START_TEST(test_documents_under_the_other_spelling_are_found_with_one_try) {
    static const struct scripted_answer script[] = {
        {LIST, 200, LISTED},
        {PROBE_DOCUMENT, 404, "404 Not Found"},
        {"/data-sources/d1/documents/bigdust_probe {", 400, DOCUMENT_REFUSED}};
    struct fixture f;
    SET_UP_FORMAT(&f, DATA_FORMAT_DOCUMENTS, script);
    ck_assert(passes(&f));
    ck_assert(atomic_load(&f.shared.dust.hyphenated));
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_04_an_unknown_test_fails_without_a_request) {
    struct fixture f;
    set_up(&f, NULL, 0);
    ck_assert(!dust_test(&f.d, "conection", &f.status));
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_says(f.status.message, "no test of this name");
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_test");
    TCase *tests = tcase_create("dust_test");
    tcase_add_test(tests, test_lesson_11_the_right_to_write_is_proven_by_the_refusal_of_a_probe);
    tcase_add_test(tests, test_a_probe_asks_for_what_dust_refuses);
    tcase_add_test(tests, test_a_refusal_of_the_listing_names_its_setting);
    tcase_add_test(tests, test_a_refusal_of_the_probe_names_its_setting);
    tcase_add_test(tests, test_a_managed_data_source_is_refused_by_id_and_by_name);
    tcase_add_test(tests, test_anothers_connection_and_strange_entries_are_no_matter);
    tcase_add_test(tests, test_a_data_source_that_is_not_listed_is_left_to_the_probe);
    tcase_add_test(tests, test_another_refusal_passes_but_is_logged);
    tcase_add_test(tests, test_a_probe_that_is_taken_is_removed);
    tcase_add_test(tests, test_the_limit_of_documents_a_minute_does_not_fail_the_test);
    tcase_add_test(tests, test_documents_under_the_other_spelling_are_found_with_one_try);
    tcase_add_test(tests, test_lesson_04_an_unknown_test_fails_without_a_request);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
