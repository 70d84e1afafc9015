#include "captured_output.h"
#include "frontends/airbyte/states.h"
#include "memory_destination.h"
#include "support/suite.h"

#include <signal.h>

struct fixture {
    struct captured_output captured;
    struct log log;
    struct memory_destination memory;
    struct writer *writer;
    struct stream streams[2];
    struct catalog catalog;
    struct states states;
    struct status status;
};

static void set_up(struct fixture *f) {
    static const char *const names[] = {"one", "two"};
    memset(f, 0, sizeof *f);
    captured_output_init(&f->captured);
    f->log.min_level = LOG_SEVERE;
    f->log.sink = &f->captured.output.sink;
    f->writer = memory_writer(&f->memory, &f->captured.clock.clock, &f->log, &f->status);
    for (size_t i = 0; i < 2; i++) {
        f->streams[i].table = (struct table){.schema = "", .name = names[i]};
        f->streams[i].writer = writer_open(f->writer, &f->streams[i].table, NULL, &f->status);
    }
    f->catalog = (struct catalog){.streams = f->streams, .n_streams = 2};
}

static void tear_down(struct fixture *f) {
    states_clean_up(&f->states);
    writer_destroy(f->writer);
    cancel_clean_up(&f->memory.cancel);
    captured_output_clean_up(&f->captured);
}

/* `{"type":"STATE","state":{"data":N}}`, of a stream, of all (-1) or of none (-2). */
static void add(struct fixture *f, int of, int n) {
    char line[100];
    struct message m;
    snprintf(line, sizeof line, "{\"type\":\"STATE\",\"state\":{\"data\":%d}}", n);
    message_parse(slice_of(line), &m);
    m.scope = of == -1 ? STATE_OF_ALL : STATE_OF_STREAM;
    ck_assert(states_add(&f->states, slice_of(line), &m, of < 0 ? NULL : &f->streams[of],
                         (uint64_t)n * 10, &f->status));
    memset(line, 'x', sizeof line); /* a copy was kept */
}

static void write_record(struct fixture *f, int stream) {
    const struct record record = {.json = SLICE_LITERAL("{}")};
    ck_assert(writer_add(f->writer, f->streams[stream].writer, &record, &f->status));
}

static bool finish(struct fixture *f, int stream) {
    return writer_finish(f->writer, f->streams[stream].writer, false, &f->status) &&
           writer_wait(f->writer, &f->status);
}

static const char *echo(struct fixture *f) {
    ck_assert(
        states_echo(&f->states, f->writer, &f->catalog, &f->captured.output, NULL, &f->status));
    return captured_text(&f->captured);
}

#define ECHO(n)                                                                                    \
    "{\"type\":\"STATE\",\"state\":{\"data\":" #n ",\"destinationStats\":{\"recordCount\":" #n     \
    "0.0}}}\n"

START_TEST(test_a_state_is_echoed_with_its_count) {
    struct fixture f;
    set_up(&f);
    add(&f, 0, 1);
    ck_assert(states_are_waiting(&f.states));
    ck_assert_uint_gt(f.states.bytes, 0);
    ck_assert_str_eq(echo(&f), ECHO(1));
    ck_assert(!states_are_waiting(&f.states));
    ck_assert_uint_eq(f.states.bytes, 0);
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
    ck_assert(states_are_waiting(&f.states));
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
    ck_assert(!states_echo(&f.states, f.writer, &f.catalog, &f.captured.output, NULL, &f.status));
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
