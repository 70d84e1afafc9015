#include "frontends/airbyte/config.h"
#include "support/suite.h"

#include <unistd.h>

static struct settings settings;
static struct status status;

static void tear_down(void) {
    settings_clean_up(&settings);
}

static bool parse(const char *text) {
    settings_clean_up(&settings);
    status = STATUS_INIT;
    bool ok = config_parse(&settings, slice_of(text), &status);
    ck_assert_int_eq(status.code, ok ? STATUS_OK : STATUS_TASK);
    return ok;
}

static void assert_refused(const char *text, const char *word) {
    ck_assert(!parse(text));
    ck_assert_msg(strstr(status.message, word) != NULL, "%s", status.message);
}

START_TEST(test_the_older_biggeo_connector_s) {
    ck_assert(parse("{\"api_key\":\"k\",\"batch_size\":250}"));
    ck_assert_int_eq(settings.destination, DESTINATION_BIGGEO);
    ck_assert_str_eq(settings.api_key, "k");
    ck_assert_int_eq(settings.batch_size, 250);
    ck_assert_int_eq(settings.commit, COMMIT_END);
    ck_assert(parse("{\"api_key\":\"k\"}"));
    ck_assert_int_eq(settings.batch_size, 1000);
}
END_TEST

START_TEST(test_the_older_dust_connector_s) {
    ck_assert(parse("{\"api_key\":\"k\",\"workspace_id\":\"w\",\"space_id\":\"s\","
                    "\"data_source_id\":\"d\",\"base_url\":\"https://eu.dust.tt\","
                    "\"data_format\":\"tables\",\"table_id_prefix\":\"x_\","
                    "\"table_batch_size\":77,\"requests_per_minute\":5}"));
    ck_assert_int_eq(settings.destination, DESTINATION_DUST);
    ck_assert_str_eq(settings.base_url, "https://eu.dust.tt");
    ck_assert_int_eq(settings.data_format, DATA_FORMAT_TABLES);
    ck_assert_str_eq(settings.table_id_prefix, "x_");
    ck_assert_int_eq(settings.batch_size, 77);
    ck_assert(parse("{\"api_key\":\"k\",\"workspace_id\":\"w\",\"space_id\":\"s\","
                    "\"data_source_id\":\"d\"}"));
    ck_assert_int_eq(settings.data_format, DATA_FORMAT_DOCUMENTS);
    ck_assert_str_eq(settings.table_id_prefix, "airbyte_");
    ck_assert_int_eq(settings.batch_size, 500);
    ck_assert_int_eq(settings.commit, COMMIT_STATE);
}
END_TEST

START_TEST(test_destination_goes_before_what_workspace_id_implies) {
    ck_assert(parse("{\"api_key\":\"k\",\"workspace_id\":\"w\",\"destination\":\"biggeo\"}"));
    ck_assert_int_eq(settings.destination, DESTINATION_BIGGEO);
    assert_refused("{\"api_key\":\"k\",\"destination\":\"dust\"}", "Workspace ID is missing.");
    ck_assert(parse("{\"api_key\":\"k\",\"workspace_id\":\"\",\"destination\":\"\"}"));
    ck_assert_int_eq(settings.destination, DESTINATION_BIGGEO);
    ck_assert(parse("{\"api_key\":\"k\",\"workspace_id\":null,\"destination\":null}"));
    ck_assert_int_eq(settings.destination, DESTINATION_BIGGEO);
}
END_TEST

START_TEST(test_values_are_of_their_kind) {
    ck_assert(parse("{\"api_key\":\"k\",\"batch_size\":null,\"confirm_writes\":false}"));
    assert_refused("{\"api_key\":\"k\",\"batch_size\":\"250\"}",
                   "Batch size (batch_size) must be a whole number");
    assert_refused("{\"api_key\":\"k\",\"table_batch_size\":[1]}", "(table_batch_size)");
    assert_refused("{\"api_key\":\"k\",\"batch_size\":2.5}", "whole number");
    assert_refused("{\"api_key\":5}", "API key (api_key) must be a text");
    assert_refused("{\"api_key\":\"k\",\"confirm_writes\":\"true\"}", "true or false");
    assert_refused("{\"api_key\":\"k\",\"batch_size\":10001}", "10000");
    assert_refused("{\"batch_size\":1}", "API key is missing");
}
END_TEST

START_TEST(test_no_value_is_ever_repeated) {
    assert_refused("{\"api_key\":{\"x\":\"hush-hush\"}}", "API key");
    ck_assert_ptr_null(strstr(status.message, "hush"));
    assert_refused("hush-hush", "JSON");
    ck_assert_ptr_null(strstr(status.message, "hush"));
}
END_TEST

START_TEST(test_what_is_no_object) {
    assert_refused("", "JSON");
    assert_refused("[]", "not a JSON object");
    assert_refused("null", "not a JSON object");
}
END_TEST

START_TEST(test_a_file) {
    char path[] = "/tmp/bigdust-config-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, "{\"api_key\":\"k\"}", 15), 15);
    close(fd);
    ck_assert(config_read(&settings, path, &status));
    settings_clean_up(&settings);
    unlink(path);
    ck_assert(!config_read(&settings, path, &status));
    ck_assert_ptr_nonnull(strstr(status.message, "cannot be read"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("config");
    TCase *tests = tcase_create("config");
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, test_the_older_biggeo_connector_s);
    tcase_add_test(tests, test_the_older_dust_connector_s);
    tcase_add_test(tests, test_destination_goes_before_what_workspace_id_implies);
    tcase_add_test(tests, test_values_are_of_their_kind);
    tcase_add_test(tests, test_no_value_is_ever_repeated);
    tcase_add_test(tests, test_what_is_no_object);
    tcase_add_test(tests, test_a_file);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
