#include "settings/settings.h"

#include <check.h>

enum { MAX_VALUES = 40 };

static struct settings settings;
static struct status status;
static struct setting_value values[MAX_VALUES];
static size_t n_values;

static void set_up(void) {
    n_values = 0;
}

static void tear_down(void) {
    settings_clean_up(&settings);
}

static void give(const char *key, const char *value) {
    ck_assert_uint_lt(n_values, MAX_VALUES);
    values[n_values++] = (struct setting_value){slice_of(key), slice_of(value)};
}

static bool parse(enum front_end front_end) {
    settings_clean_up(&settings);
    status = STATUS_INIT;
    bool ok = settings_parse(&settings, front_end, values, n_values, &status);
    ck_assert_int_eq(status.code, ok ? STATUS_OK : STATUS_TASK);
    return ok;
}

static void give_biggeo(void) {
    give("destination", "biggeo");
    give("api_key", "bg-key");
}

static void give_dust(void) {
    give("destination", "dust");
    give("api_key", "sk-key");
    give("workspace_id", "w1");
    give("space_id", "vlt_1");
    give("data_source_id", "dts-1");
}

START_TEST(test_biggeo_with_defaults) {
    give_biggeo();
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_int_eq(settings.destination, DESTINATION_BIGGEO);
    ck_assert_str_eq(settings.api_key, "bg-key");
    ck_assert_str_eq(settings.biggeo_base_url, "https://studio.biggeo.com");
    ck_assert_int_eq(settings.batch_size, 1000);
    ck_assert_int_eq(settings.max_batch_bytes, 1048576);
    ck_assert_ptr_null(settings.workspace_id);
    ck_assert_int_eq(settings.documents_per_minute, 120);
    ck_assert_int_eq(settings.front_end, FRONT_END_FIVETRAN);
}
END_TEST

START_TEST(test_dust_with_defaults) {
    give_dust();
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_int_eq(settings.destination, DESTINATION_DUST);
    ck_assert_str_eq(settings.workspace_id, "w1");
    ck_assert_str_eq(settings.space_id, "vlt_1");
    ck_assert_str_eq(settings.data_source_id, "dts-1");
    ck_assert_str_eq(settings.base_url, "https://dust.tt");
    ck_assert_int_eq(settings.data_format, DATA_FORMAT_TABLES);
    ck_assert_str_eq(settings.table_id_prefix, "fivetran_");
    ck_assert(settings.confirm_writes);
    ck_assert_int_eq(settings.documents_per_minute, 120);
    ck_assert_int_eq(settings.batch_size, 500);
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.front_end, FRONT_END_AIRBYTE);
    ck_assert_int_eq(settings.data_format, DATA_FORMAT_DOCUMENTS);
    ck_assert_str_eq(settings.table_id_prefix, "airbyte_");
}
END_TEST

START_TEST(test_everything_given) {
    give_dust();
    give("base_url", "https://eu.dust.tt/");
    give("data_format", "documents");
    give("table_id_prefix", "p-");
    give("confirm_writes", "False");
    give("documents_per_minute", "60");
    give("batch_size", "10000");
    give("max_batch_bytes", "16384");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(settings.base_url, "https://eu.dust.tt");
    ck_assert_int_eq(settings.data_format, DATA_FORMAT_DOCUMENTS);
    ck_assert_str_eq(settings.table_id_prefix, "p-");
    ck_assert(!settings.confirm_writes);
    ck_assert_int_eq(settings.documents_per_minute, 60);
    ck_assert_int_eq(settings.batch_size, 10000);
    ck_assert_int_eq(settings.max_batch_bytes, 16384);
}
END_TEST

START_TEST(test_commit_is_airbyte_s_and_its_default_the_destination_s) {
    give_biggeo();
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.commit, COMMIT_END);
    ck_assert_int_eq(settings.commit_interval_seconds, 60);
    give("commit", "state");
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.commit, COMMIT_STATE);
    ck_assert(parse(FRONT_END_FIVETRAN)); /* has no such setting: ignored */
    ck_assert_int_eq(settings.commit, COMMIT_END);
    n_values = 0;
    give_dust();
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.commit, COMMIT_STATE);
    give("commit", "now");
    ck_assert(!parse(FRONT_END_AIRBYTE));
    ck_assert_ptr_nonnull(strstr(status.message, "Commit must be end or state."));
}
END_TEST

/* Every number at its limits and one beyond them. */
START_TEST(test_limits_of_every_number) {
    size_t count;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct setting *s = &table[i];
        for (int step = 0; s->type == SETTING_INT && step < 4; step++) {
            int64_t number = (step < 2 ? s->min - 1 : s->max) + (step & 1);
            char text[32];
            snprintf(text, sizeof text, "%lld", (long long)number);
            n_values = 0;
            give_dust();
            give(s->key, text);
            bool inside = number >= s->min && number <= s->max;
            bool fivetran = setting_is_for(s, FRONT_END_FIVETRAN);
            ck_assert_msg(parse(fivetran ? FRONT_END_FIVETRAN : FRONT_END_AIRBYTE) == inside,
                          "%s = %s", s->key, text);
            if (inside) {
                ck_assert_int_eq(*(int64_t *)((char *)&settings + s->offset), number);
            } else {
                ck_assert_ptr_nonnull(strstr(status.message, s->label));
            }
        }
    }
}
END_TEST

START_TEST(test_lesson_10_empty_and_blank_mean_absent) {
    give_dust();
    give("base_url", "");
    give("batch_size", " \r\n");
    give("confirm_writes", "\t");
    give("data_format", "\xC2\xA0");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(settings.base_url, "https://dust.tt");
    ck_assert_int_eq(settings.batch_size, 500);
    ck_assert(settings.confirm_writes);
    give("space_id", "  ");
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(status.message, "Space ID is missing.");
}
END_TEST

START_TEST(test_pasted_values_are_trimmed) {
    give("destination", " biggeo ");
    give("api_key", "\n bg-key\r\n");
    give("biggeo_base_url", " https://studio.biggeo.com/\n");
    give("batch_size", " 13\n");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(settings.api_key, "bg-key");
    ck_assert_str_eq(settings.biggeo_base_url, "https://studio.biggeo.com");
    ck_assert_int_eq(settings.batch_size, 13);
    give("api_key", "bg\nkey");
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_ptr_nonnull(strstr(status.message, "API key must be the key alone"));
}
END_TEST

START_TEST(test_lesson_10_units_are_not_dropped) {
    give_biggeo();
    give("max_batch_bytes", "13 GiB");
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(status.message,
                     "Request size limit in bytes must be a whole number from 16384 "
                     "to 16777216, in digits only.");
}
END_TEST

START_TEST(test_what_the_destination_does_not_show_is_ignored) {
    give_biggeo();
    give("workspace_id", "../..");
    give("base_url", "ftp://nowhere");
    give("documents_per_minute", "many");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_ptr_null(settings.workspace_id);
    ck_assert_str_eq(settings.base_url, "https://dust.tt");
    ck_assert_int_eq(settings.documents_per_minute, 120);
    n_values = 0;
    give_dust();
    give("biggeo_base_url", "nonsense");
    ck_assert(parse(FRONT_END_FIVETRAN));
}
END_TEST

START_TEST(test_unknown_keys_are_ignored) {
    give_biggeo();
    give("colour", "red");
    give("", "x");
    give("Batch_Size", "nonsense");
    ck_assert(parse(FRONT_END_FIVETRAN));
}
END_TEST

START_TEST(test_the_last_duplicate_wins) {
    give_biggeo();
    give("batch_size", "nonsense");
    give("batch_size", "7");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_int_eq(settings.batch_size, 7);
    give("batch_size", "");
    ck_assert(parse(FRONT_END_FIVETRAN));
    ck_assert_int_eq(settings.batch_size, 1000);
}
END_TEST

START_TEST(test_aliases) {
    give_dust();
    give("table_batch_size", "42");
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.batch_size, 42);
    give("batch_size", "43");
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.batch_size, 43);
    give("batch_size", " ");
    ck_assert(parse(FRONT_END_AIRBYTE));
    ck_assert_int_eq(settings.batch_size, 42);
}
END_TEST

START_TEST(test_every_wrong_setting_is_named_at_once) {
    give("destination", "dust");
    give("workspace_id", "a/b");
    give("space_id", "vlt_1");
    give("data_format", "rows");
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(status.message,
                     "API key is missing. Workspace ID may hold only letters (A-Z), digits, - and "
                     "_. Data source ID is missing. Data format must be tables or documents.");
}
END_TEST

START_TEST(test_without_a_destination_only_what_is_always_shown_is_asked_for) {
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(status.message, "Destination is missing. API key is missing.");
    give("destination", "BigGeo");
    give("batch_size", "0");
    ck_assert(!parse(FRONT_END_FIVETRAN));
    ck_assert_str_eq(status.message,
                     "Destination must be biggeo or dust. API key is missing. Batch size must be a "
                     "whole number from 1 to 10000, in digits only.");
}
END_TEST

/* All settings wrong at once: what does not fit is counted, and no sentence is cut. */
START_TEST(test_a_message_with_every_problem_fits) {
    size_t count;
    const struct setting *table = settings_table(&count);
    give("destination", "dust");
    for (size_t i = 1; i < count; i++) {
        give(table[i].key, "\x01");
    }
    ck_assert(!parse(FRONT_END_FIVETRAN));
    size_t len = strlen(status.message);
    ck_assert_uint_gt(len, 500);
    ck_assert_uint_lt(len, STATUS_MESSAGE_BYTES - 1);
    ck_assert_int_eq(status.message[len - 1], '.');
}
END_TEST

START_TEST(test_no_value_is_ever_repeated) {
    static const char *const keys[] = {"api_key",    "workspace_id", "base_url",
                                       "batch_size", "data_format",  "confirm_writes"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        n_values = 0;
        give_dust();
        give(keys[i], "sekrit and more");
        ck_assert(!parse(FRONT_END_FIVETRAN));
        ck_assert_ptr_null(strstr(status.message, "sekrit"));
    }
}
END_TEST

START_TEST(test_embedded_nul) {
    give_biggeo();
    values[n_values++] =
        (struct setting_value){SLICE_LITERAL("api_key"), SLICE_LITERAL("key\0more")};
    ck_assert(!parse(FRONT_END_FIVETRAN));
}
END_TEST

START_TEST(test_clean_up_twice) {
    give_dust();
    ck_assert(parse(FRONT_END_FIVETRAN));
    settings_clean_up(&settings);
    ck_assert_ptr_null(settings.api_key);
    settings_clean_up(&settings);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("settings");
    TCase *tests = tcase_create("settings");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_biggeo_with_defaults);
    tcase_add_test(tests, test_dust_with_defaults);
    tcase_add_test(tests, test_everything_given);
    tcase_add_test(tests, test_limits_of_every_number);
    tcase_add_test(tests, test_commit_is_airbyte_s_and_its_default_the_destination_s);
    tcase_add_test(tests, test_lesson_10_empty_and_blank_mean_absent);
    tcase_add_test(tests, test_pasted_values_are_trimmed);
    tcase_add_test(tests, test_lesson_10_units_are_not_dropped);
    tcase_add_test(tests, test_what_the_destination_does_not_show_is_ignored);
    tcase_add_test(tests, test_unknown_keys_are_ignored);
    tcase_add_test(tests, test_the_last_duplicate_wins);
    tcase_add_test(tests, test_aliases);
    tcase_add_test(tests, test_every_wrong_setting_is_named_at_once);
    tcase_add_test(tests, test_without_a_destination_only_what_is_always_shown_is_asked_for);
    tcase_add_test(tests, test_a_message_with_every_problem_fits);
    tcase_add_test(tests, test_no_value_is_ever_repeated);
    tcase_add_test(tests, test_embedded_nul);
    tcase_add_test(tests, test_clean_up_twice);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
