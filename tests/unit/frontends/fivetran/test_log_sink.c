#include "frontends/fivetran/log_sink.h"
#include "json/json_value.h"
#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { ROOM = 64 * 1024, OUT = 0, DEBUG = 1 };

static int pipes[2][2]; /* OUT, DEBUG: read end, write end */
static struct log test_log;

static void set_up(void) {
    ck_assert_int_eq(pipe(pipes[OUT]), 0);
    ck_assert_int_eq(pipe(pipes[DEBUG]), 0);
    test_log = (struct log){.sink = fivetran_log_sink(pipes[OUT][1], pipes[DEBUG][1]),
                            .min_level = LOG_DEBUG};
}

/* Everything written, to the end. */
static const char *read_all(int which) {
    static char text[ROOM + 1];
    size_t len = 0;
    close(pipes[which][1]);
    for (ssize_t n = 1; n > 0; len += (size_t)n) {
        n = read(pipes[which][0], text + len, ROOM - len);
        ck_assert_int_ge(n, 0);
    }
    text[len] = '\0';
    close(pipes[which][0]);
    return text;
}

START_TEST(test_a_line_is_as_fivetran_wants_it) {
    log_event(&test_log, LOG_INFO, "server_started", "port=%d", 7);
    ck_assert_str_eq(read_all(OUT), "{\"level\":\"INFO\",\"message\":\"server_started port=7\","
                                    "\"message-origin\":\"sdk_destination\"}\n");
    ck_assert_str_eq(read_all(DEBUG), "");
}
END_TEST

START_TEST(test_levels_are_fivetrans_and_debug_goes_elsewhere) {
    log_event(&test_log, LOG_DEBUG, "d", "%s", "");
    log_event(&test_log, LOG_WARNING, "w", "%s", "");
    log_event(&test_log, LOG_SEVERE, "s", "%s", "");
    const char *out = read_all(OUT);
    ck_assert_int_eq(strncmp(out, "{\"level\":\"WARNING\",\"message\":\"w\"", 31), 0);
    ck_assert_ptr_nonnull(strstr(out, "\n{\"level\":\"SEVERE\",\"message\":\"s\""));
    ck_assert_ptr_null(strstr(out, "\"d\""));
    ck_assert_ptr_nonnull(strstr(read_all(DEBUG), "{\"level\":\"INFO\",\"message\":\"d\""));
}
END_TEST

/* The message of the one line written, which must be one line of JSON. */
static const char *message_of_line(void) {
    static char text[ROOM];
    struct status status = STATUS_INIT;
    struct slice message;
    const char *line = read_all(OUT);
    const char *newline = strchr(line, '\n');
    ck_assert_ptr_nonnull(newline);
    ck_assert_str_eq(newline, "\n");
    struct json_value *value = json_parse(slice_of(line), &status);
    ck_assert_msg(value != NULL, "%s", status.message);
    ck_assert(json_text(json_get(value, "message"), &message));
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(message));
    json_destroy(value);
    return text;
}

START_TEST(test_newlines_and_quotes_stay_within_the_line) {
    log_event(&test_log, LOG_INFO, "e", "reason=\"a \\ b\nc\r\t\x01\"");
    ck_assert_str_eq(message_of_line(), "e reason=\"a \\ b\nc\r\t\x01\"");
}
END_TEST

START_TEST(test_what_is_not_utf8_is_replaced) {
    log_event(&test_log, LOG_INFO, "e", "name=%s", "a\xFF\xC3z");
    ck_assert_str_eq(message_of_line(), "e name=a??z");
}
END_TEST

START_TEST(test_a_message_past_the_log_is_made_utf8_too) {
    test_log.sink->write(test_log.sink->context, LOG_INFO, "e name=\xFF");
    ck_assert_str_eq(message_of_line(), "e name=\xEF\xBF\xBD");
}
END_TEST

START_TEST(test_a_very_long_message_is_cut_to_a_whole_line) {
    static char text[16 * LOG_MESSAGE_BYTES];
    memset(text, '\x01', sizeof text - 1); /* each takes six bytes in JSON */
    log_event(&test_log, LOG_INFO, "e", "%s", text);
    ck_assert_uint_eq(strlen(message_of_line()), LOG_MESSAGE_BYTES - 1 + strlen("e "));
}
END_TEST

enum { THREADS = 4, LINES = 50 };

static void *write_lines(void *context) {
    for (int i = 0; i < LINES; i++) {
        log_event(&test_log, LOG_INFO, "line", "of=%s", (const char *)context);
    }
    return NULL;
}

START_TEST(test_lines_of_several_threads_are_whole) {
    pthread_t threads[THREADS];
    int lines = 0;
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines, (void *)"abcdefghij"), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    static const char wanted[] = "{\"level\":\"INFO\",\"message\":\"line of=abcdefghij\","
                                 "\"message-origin\":\"sdk_destination\"}\n";
    for (const char *at = read_all(OUT); *at; at += strlen(wanted), lines++) {
        ck_assert_int_eq(strncmp(at, wanted, strlen(wanted)), 0);
    }
    ck_assert_int_eq(lines, THREADS * LINES);
}
END_TEST

START_TEST(test_a_reader_that_is_gone_ends_nothing) {
    signal(SIGPIPE, SIG_IGN);
    close(pipes[OUT][0]);
    log_event(&test_log, LOG_INFO, "unread", "%s", "");
    log_event(&test_log, LOG_DEBUG, "read", "%s", "");
    ck_assert_ptr_nonnull(strstr(read_all(DEBUG), "\"read\""));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("log_sink");
    TCase *tests = tcase_create("log_sink");
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, test_a_line_is_as_fivetran_wants_it);
    tcase_add_test(tests, test_levels_are_fivetrans_and_debug_goes_elsewhere);
    tcase_add_test(tests, test_newlines_and_quotes_stay_within_the_line);
    tcase_add_test(tests, test_what_is_not_utf8_is_replaced);
    tcase_add_test(tests, test_a_message_past_the_log_is_made_utf8_too);
    tcase_add_test(tests, test_a_very_long_message_is_cut_to_a_whole_line);
    tcase_add_test(tests, test_lines_of_several_threads_are_whole);
    tcase_add_test(tests, test_a_reader_that_is_gone_ends_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
