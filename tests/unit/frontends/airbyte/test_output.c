#include "captured_output.h"
#include "support/suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

START_TEST(test_a_line_of_parts) {
    struct captured_output c;
    captured_output_init(&c);
    const struct slice parts[] = {SLICE_LITERAL("{\"a\""), SLICE_LITERAL(""), SLICE_LITERAL(":1}")};
    ck_assert(output_line(&c.output, parts, 3));
    ck_assert(output_line(&c.output, parts, 1));
    ck_assert_str_eq(captured_text(&c), "{\"a\":1}\n{\"a\"\n");
    captured_output_clean_up(&c);
}
END_TEST

/* Reads to the end; how many bytes that were. */
static void *drain(void *context) {
    int fd = *(int *)context;
    char piece[4096];
    size_t *read_bytes = malloc(sizeof *read_bytes);
    *read_bytes = 0;
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;) {
        *read_bytes += (size_t)n;
    }
    return read_bytes;
}

START_TEST(test_a_full_pipe_that_does_not_block_is_waited_for) {
    static char text[1 << 20];
    const struct slice part = slice_make(text, sizeof text);
    struct fake_clock clock;
    struct output output;
    pthread_t reader;
    void *read_bytes;
    int ends[2];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    fake_clock_init(&clock);
    output_init(&output, ends[1], &clock.clock);
    ck_assert_int_eq(pthread_create(&reader, NULL, drain, &ends[0]), 0);
    for (int i = 0; i < 8; i++) {
        ck_assert(output_line(&output, &part, 1));
    }
    close(ends[1]);
    pthread_join(reader, &read_bytes);
    ck_assert_uint_eq(*(size_t *)read_bytes, 8 * (sizeof text + 1));
    free(read_bytes);
    close(ends[0]);
    output_clean_up(&output);
    fake_clock_clean_up(&clock);
}
END_TEST

START_TEST(test_events_are_log_lines) {
    struct captured_output c;
    captured_output_init(&c);
    const struct log log = {.sink = &c.output.sink, .min_level = LOG_DEBUG};
    log_event(&log, LOG_DEBUG, "a", "x=%d", 1);
    log_event(&log, LOG_INFO, "b", "%s", "q=\"\xC3\xBC\"");
    log_event(&log, LOG_WARNING, "c", "%s", "");
    log_event(&log, LOG_SEVERE, "d", "%s", "");
    ck_assert_str_eq(captured_text(&c),
                     "{\"type\":\"LOG\",\"log\":{\"level\":\"DEBUG\",\"message\":\"a x=1\"}}\n"
                     "{\"type\":\"LOG\",\"log\":{\"level\":\"INFO\",\"message\":\"b "
                     "q=\\\"\xC3\xBC\\\"\"}}\n"
                     "{\"type\":\"LOG\",\"log\":{\"level\":\"WARN\",\"message\":\"c\"}}\n"
                     "{\"type\":\"LOG\",\"log\":{\"level\":\"ERROR\",\"message\":\"d\"}}\n");
    captured_output_clean_up(&c);
}
END_TEST

START_TEST(test_rule_2_the_failure_type_follows_the_code) {
    static const struct {
        enum status_code code;
        const char *type;
    } rows[] = {
        {STATUS_TASK, "config_error"},         {STATUS_INVALID_ARGUMENT, "config_error"},
        {STATUS_EXHAUSTED, "config_error"},    {STATUS_UNAVAILABLE, "transient_error"},
        {STATUS_CANCELLED, "transient_error"}, {STATUS_DEADLINE, "transient_error"},
        {STATUS_DATA_LOSS, "system_error"},    {STATUS_INTERNAL, "system_error"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct captured_output c;
        struct status status = STATUS_INIT;
        char wanted[200];
        captured_output_init(&c);
        status_fail(&status, rows[i].code, "it \"broke\"");
        output_error(&c.output, &status);
        ck_assert_ptr_nonnull(strstr(captured_text(&c),
                                     "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\","
                                     "\"emitted_at\":1767225600000.0,\"error\":{\"message\":"
                                     "\"it \\\"broke\\\"\",\"internal_message\":\""));
        snprintf(wanted, sizeof wanted, "\",\"failure_type\":\"%s\"}}}\n", rows[i].type);
        ck_assert_msg(strstr(c.text, wanted) != NULL, "%s", c.text);
        captured_output_clean_up(&c);
    }
}
END_TEST

START_TEST(test_rule_1_connection_status) {
    struct captured_output c;
    struct status status = STATUS_INIT;
    captured_output_init(&c);
    output_connection_status(&c.output, &status);
    status_fail(&status, STATUS_TASK, "no");
    output_connection_status(&c.output, &status);
    ck_assert_str_eq(captured_text(&c), "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{"
                                        "\"status\":\"SUCCEEDED\"}}\n"
                                        "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{"
                                        "\"status\":\"FAILED\",\"message\":\"no\"}}\n");
    captured_output_clean_up(&c);
}
END_TEST

START_TEST(test_rule_5_the_secret_is_masked_wherever_it_stands) {
    struct captured_output c;
    struct status status = STATUS_INIT;
    captured_output_init(&c);
    c.output.secret = SLICE_LITERAL("hush-0");
    const struct log log = {.sink = &c.output.sink};
    log_event(&log, LOG_INFO, "a", "%s", "hush-0 x hush-0hush-0");
    status_fail(&status, STATUS_TASK, "key hush-0");
    output_error(&c.output, &status);
    output_connection_status(&c.output, &status);
    ck_assert_ptr_null(strstr(captured_text(&c), "hush-0"));
    ck_assert_ptr_nonnull(strstr(c.text, "a **** x ********"));
    captured_output_clean_up(&c);
}
END_TEST

START_TEST(test_an_output_that_nobody_reads_is_told_once_and_for_all) {
    int ends[2];
    struct output output;
    const struct slice part = SLICE_LITERAL("x");
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe(ends), 0);
    output_init(&output, ends[1], clock_system());
    close(ends[0]);
    ck_assert(!output_line(&output, &part, 1));
    output.fd = open("/dev/null", O_WRONLY);
    ck_assert(!output_line(&output, &part, 1));
    close(output.fd);
    close(ends[1]);
    output_clean_up(&output);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("output");
    TCase *tests = tcase_create("output");
    tcase_add_test(tests, test_a_line_of_parts);
    tcase_add_test(tests, test_a_full_pipe_that_does_not_block_is_waited_for);
    tcase_add_test(tests, test_events_are_log_lines);
    tcase_add_test(tests, test_rule_2_the_failure_type_follows_the_code);
    tcase_add_test(tests, test_rule_1_connection_status);
    tcase_add_test(tests, test_rule_5_the_secret_is_masked_wherever_it_stands);
    tcase_add_test(tests, test_an_output_that_nobody_reads_is_told_once_and_for_all);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
