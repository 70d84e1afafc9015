#include "engine_fixture.h"
#include "support/suite.h"

/* What needs no API; the rest is tests/integration/test_airbyte_*.py. */

#define CONFIG "{\"api_key\":\"k\",\"biggeo_base_url\":\"http://127.0.0.1:9\"}"
#define CATALOG                                                                                    \
    "{\"streams\":[{\"stream\":{\"name\":\"users\"},\"destination_sync_mode\":\"append\"}]}"

static int run(struct engine_fixture *f, const char *config, const char *catalog,
               const char *messages) {
    put_file(f->config, config);
    put_file(f->catalog, catalog);
    fputs(messages, f->in);
    fflush(f->in);
    rewind(f->in);
    lseek(fileno(f->in), 0, SEEK_SET);
    return airbyte_write(&f->airbyte, f->config, f->catalog);
}

START_TEST(test_no_messages) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    ck_assert_int_eq(run(&f, CONFIG, CATALOG, ""), EXIT_SUCCESS);
    ck_assert_msg(strstr(printed(&f), "write_finished outcome=ok records=0") != NULL, "%s", f.text);
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_states_without_records_come_back) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    ck_assert_int_eq(run(&f, CONFIG, CATALOG, "{\"type\":\"STATE\",\"state\":{\"data\":1}}\njunk"),
                     EXIT_SUCCESS);
    ck_assert_ptr_nonnull(strstr(printed(&f), "{\"type\":\"STATE\",\"state\":{\"data\":1,"
                                              "\"destinationStats\":{\"recordCount\":0.0}}}\n"));
    ck_assert_ptr_nonnull(strstr(f.text, "lines_skipped count=1"));
    engine_fixture_clean_up(&f);
}
END_TEST

START_TEST(test_rule_2_what_is_wrong_is_a_trace_and_exit_1) {
    static const struct {
        const char *config;
        const char *catalog;
        const char *messages;
    } rows[] = {
        {"{}", CATALOG, ""},
        {CONFIG, "{}", ""},
        {CONFIG, CATALOG,
         "{\"type\":\"RECORD\",\"record\":{\"stream\":\"strangers\",\"data\":{}}}\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct engine_fixture f;
        engine_fixture_init(&f);
        ck_assert_int_eq(run(&f, rows[i].config, rows[i].catalog, rows[i].messages), EXIT_FAILURE);
        const char *trace = strstr(printed(&f), "{\"type\":\"TRACE\"");
        ck_assert_ptr_nonnull(trace);
        ck_assert_ptr_nonnull(strstr(trace, "config_error"));
        ck_assert_ptr_eq(strchr(trace, '\n'), f.text + strlen(f.text) - 1); /* the last line */
        engine_fixture_clean_up(&f);
    }
}
END_TEST

START_TEST(test_rule_8_a_stop_before_the_first_message) {
    struct engine_fixture f;
    engine_fixture_init(&f);
    cancel_fire(&f.cancel, CANCEL_SHUTDOWN);
    ck_assert_int_eq(run(&f, CONFIG, CATALOG, "x\n"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(printed(&f), "transient_error"));
    engine_fixture_clean_up(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("write");
    TCase *tests = tcase_create("write");
    tcase_add_test(tests, test_no_messages);
    tcase_add_test(tests, test_states_without_records_come_back);
    tcase_add_test(tests, test_rule_2_what_is_wrong_is_a_trace_and_exit_1);
    tcase_add_test(tests, test_rule_8_a_stop_before_the_first_message);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
