#include "frontends/airbyte/states.h"
#include "streams_fixture.h"
#include "support/suite.h"

#include <signal.h>

static struct states states;

static void set_up(struct fixture *f) {
    set_up_streams(f);
    states = (struct states){0};
}

static void tear_down(struct fixture *f) {
    states_clean_up(&states);
    tear_down_streams(f);
}

/* A state of a stream, of all (-1) or of none (-2). */
static void add(struct fixture *f, int of, int n) {
    char line[100];
    struct message m = state_line(line, of, n);
    ck_assert(states_add(&states, slice_of(line), &m, of < 0 ? NULL : &f->streams[of],
                         (uint64_t)n * 10, &f->status));
    memset(line, 'x', sizeof line); /* a copy was kept */
}

static bool finish(struct fixture *f, int stream) {
    return writer_finish(f->writer, f->streams[stream].writer, false, &f->status) &&
           writer_wait(f->writer, &f->status);
}

static const char *echo(struct fixture *f) {
    ck_assert(states_echo(&states, f->writer, &f->catalog, &f->captured.output, NULL, &f->status));
    return captured_text(&f->captured);
}

START_TEST(test_a_state_is_echoed_with_its_count) {
    struct fixture f;
    set_up(&f);
    add(&f, 0, 1);
    ck_assert(states_are_waiting(&states));
    ck_assert_uint_gt(states.bytes, 0);
    ck_assert_str_eq(echo(&f), ECHO(1));
    ck_assert(!states_are_waiting(&states));
    ck_assert_uint_eq(states.bytes, 0);
    add(&f, 0, 2);
    ck_assert_str_eq(echo(&f), ECHO(1) ECHO(2));
    tear_down(&f);
}
END_TEST

START_TEST(test_rule_3_states_wait_for_their_stream_and_for_those_before_them) {
    struct fixture f;
    set_up(&f);
    write_record(&f, 0);
    write_record(&f, 1);
    add(&f, 0, 1);
    add(&f, 1, 2);
    add(&f, 0, 3);
    ck_assert_str_eq(echo(&f), "");
    ck_assert(finish(&f, 1)); /* the second stream's alone: the first state is still in front */
    ck_assert_str_eq(echo(&f), "");
    ck_assert(finish(&f, 0));
    ck_assert_str_eq(echo(&f), ECHO(1) ECHO(2) ECHO(3));
    tear_down(&f);
}
END_TEST

START_TEST(test_rule_3_a_state_of_all_waits_for_all) {
    struct fixture f;
    set_up(&f);
    write_record(&f, 0);
    write_record(&f, 1);
    add(&f, 0, 1);
    add(&f, -1, 2);
    ck_assert(finish(&f, 0));
    ck_assert_str_eq(echo(&f), ECHO(1));
    ck_assert(finish(&f, 1));
    ck_assert_str_eq(echo(&f), ECHO(1) ECHO(2));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_state_of_an_unknown_stream_waits_only_for_its_turn) {
    struct fixture f;
    set_up(&f);
    write_record(&f, 0);
    add(&f, -2, 1);
    add(&f, 0, 2);
    add(&f, -2, 3);
    ck_assert_str_eq(echo(&f), ECHO(1));
    ck_assert(finish(&f, 0));
    ck_assert_str_eq(echo(&f), ECHO(1) ECHO(2) ECHO(3));
    tear_down(&f);
}
END_TEST

START_TEST(test_what_is_not_finished_is_not_echoed) {
    struct fixture f;
    set_up(&f);
    f.memory.fail_finish = "two";
    write_record(&f, 0);
    write_record(&f, 1);
    add(&f, 0, 1);
    add(&f, 1, 2);
    ck_assert(finish(&f, 0) && !finish(&f, 1));
    ck_assert_str_eq(echo(&f), ECHO(1));
    ck_assert(states_are_waiting(&states));
    tear_down(&f);
}
END_TEST

START_TEST(test_an_output_that_is_gone_is_a_failure) {
    struct fixture f;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    set_up(&f);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    f.captured.output.fd = ends[1];
    add(&f, 0, 1);
    ck_assert(!states_echo(&states, f.writer, &f.catalog, &f.captured.output, NULL, &f.status));
    ck_assert_int_eq(f.status.code, STATUS_INTERNAL);
    close(ends[1]);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("states");
    TCase *tests = tcase_create("states");
    tcase_add_test(tests, test_a_state_is_echoed_with_its_count);
    tcase_add_test(tests, test_rule_3_states_wait_for_their_stream_and_for_those_before_them);
    tcase_add_test(tests, test_rule_3_a_state_of_all_waits_for_all);
    tcase_add_test(tests, test_a_state_of_an_unknown_stream_waits_only_for_its_turn);
    tcase_add_test(tests, test_what_is_not_finished_is_not_echoed);
    tcase_add_test(tests, test_an_output_that_is_gone_is_a_failure);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
