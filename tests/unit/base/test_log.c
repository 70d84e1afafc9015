#include "base/log.h"
#include "base/utf8.h"
#include "support/log_capture.h"
#include "support/suite.h"

START_TEST(test_an_event_its_pairs_and_the_calls_context) {
    struct log_capture capture;
    log_capture_init(&capture, LOG_DEBUG);
    log_event(&capture.log, LOG_INFO, "started", "port=%d", 50052);
    log_event(&capture.log, LOG_DEBUG, "idle", "%s", "");
    struct log call = log_with(&capture.log, "rpc=%s", "WriteBatch");
    struct log table = log_with(&call, "table=%s", "t");
    log_event(&table, LOG_WARNING, "slow", "ms=%d", 7);
    log_event(&table, LOG_SEVERE, "failed", "%s", "");
    ck_assert_str_eq(buf_cstr(&capture.text), "1 started port=50052\n"
                                              "0 idle\n"
                                              "2 slow ms=7 rpc=WriteBatch table=t\n"
                                              "3 failed rpc=WriteBatch table=t\n");
    log_capture_clean_up(&capture);
}
END_TEST

START_TEST(test_below_the_level_and_without_a_log_nothing_is_written) {
    struct log_capture capture;
    log_capture_init(&capture, LOG_WARNING);
    struct log call = log_with(&capture.log, "rpc=%s", "Test");
    log_event(&call, LOG_INFO, "quiet", "%s", "");
    log_event(NULL, LOG_SEVERE, "nobody", "%s", "");
    ck_assert_uint_eq(capture.text.len, 0);
    log_event(&call, LOG_WARNING, "loud", "%s", "");
    ck_assert_uint_gt(capture.text.len, 0);
    log_capture_clean_up(&capture);
}
END_TEST

START_TEST(test_what_is_too_long_is_cut_at_a_character) {
    char text[4 * LOG_MESSAGE_BYTES];
    for (size_t i = 0; i + 3 <= sizeof text; i += 3) {
        memcpy(text + i, "\xE2\x82\xAC", 3);
    }
    for (size_t shift = 0; shift < 3; shift++) {
        struct log_capture capture;
        log_capture_init(&capture, LOG_DEBUG);
        struct log call = log_with(&capture.log, "key=%.*s%.*s", (int)shift, "xx", 3000, text);
        log_event(&call, LOG_INFO, "long", "value=%.*s%.*s", (int)shift, "xx", 6000, text);
        ck_assert(utf8_is_valid(buf_slice(&capture.text)));
        ck_assert_uint_gt(capture.text.len, LOG_MESSAGE_BYTES);
        ck_assert_ptr_nonnull(strstr(buf_cstr(&capture.text), " key="));
        log_capture_clean_up(&capture);
    }
}
END_TEST

START_TEST(test_names_of_levels) {
    const struct {
        const char *name;
        enum log_level level;
    } rows[] = {{"debug", LOG_DEBUG},  {"INFO", LOG_INFO},     {"Warning", LOG_WARNING},
                {"warn", LOG_WARNING}, {"SEVERE", LOG_SEVERE}, {"error", LOG_SEVERE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum log_level level = LOG_DEBUG;
        ck_assert(log_level_parse(rows[i].name, &level));
        ck_assert_int_eq(level, rows[i].level);
    }
    enum log_level level = LOG_WARNING;
    ck_assert(!log_level_parse("", &level));
    ck_assert(!log_level_parse("verbose", &level));
    ck_assert(!log_level_parse("infos", &level));
    ck_assert_int_eq(level, LOG_WARNING);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("log");
    TCase *c = tcase_create("log");
    tcase_add_test(c, test_an_event_its_pairs_and_the_calls_context);
    tcase_add_test(c, test_below_the_level_and_without_a_log_nothing_is_written);
    tcase_add_test(c, test_what_is_too_long_is_cut_at_a_character);
    tcase_add_test(c, test_names_of_levels);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
