#include "frontends/airbyte/committer.h"
#include "streams_fixture.h"
#include "support/suite.h"

#include <signal.h>

static struct settings settings;
static struct committer committer;

static void set_up(struct fixture *f, enum commit_mode mode, int64_t interval_seconds) {
    set_up_streams(f);
    settings = (struct settings){.commit = mode, .commit_interval_seconds = interval_seconds};
    committer = (struct committer){
        .writer = f->writer,
        .catalog = &f->catalog,
        .settings = &settings,
        .clock = &f->captured.clock.clock,
        .log = &f->log,
        .output = &f->captured.output,
        .committed_ms = clock_monotonic_ms(&f->captured.clock.clock),
    };
}

static void tear_down(struct fixture *f) {
    committer_clean_up(&committer);
    tear_down_streams(f);
}

static void read_record(struct fixture *f, int stream) {
    write_record(f, stream);
    f->streams[stream].records++;
    committer.n_records++;
}

/* Takes state number n of a stream, or of all (-1). */
static bool read_state(struct fixture *f, int of, int n) {
    char line[100];
    struct message m = state_line(line, of, n);
    return committer_add_state(&committer, slice_of(line), &m, of < 0 ? NULL : &f->streams[of],
                               (uint64_t)n * 10, &f->status);
}

#define ck_assert_echoed(f, text) ck_assert_str_eq(captured_text(&(f)->captured), (text))

START_TEST(test_a_state_is_echoed_at_once_when_nothing_was_read) {
    struct fixture f;
    set_up(&f, COMMIT_END, 0);
    ck_assert(committer_commit_if_due(&committer, &f.status));
    ck_assert(read_state(&f, -1, 1));
    ck_assert_echoed(&f, ECHO(1));
    ck_assert_uint_eq(committer.n_echoed, 1);
    ck_assert_uint_eq(f.memory.n_finished, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_commits_at_the_end_keep_states_until_then) {
    struct fixture f;
    set_up(&f, COMMIT_END, 0);
    read_record(&f, 0);
    ck_assert(read_state(&f, 0, 1));
    fake_clock_advance(&f.captured.clock, 3600000);
    read_record(&f, 1);
    ck_assert(read_state(&f, -1, 2));
    ck_assert_echoed(&f, "");
    ck_assert(committer_commit(&committer, true, &f.status));
    ck_assert_echoed(&f, ECHO(1) ECHO(2));
    ck_assert_uint_eq(f.memory.n_finished, 2);
    tear_down(&f);
}
END_TEST

START_TEST(test_commits_at_states_keep_their_distance) {
    struct fixture f;
    set_up(&f, COMMIT_STATE, 60);
    read_record(&f, 0);
    fake_clock_advance(&f.captured.clock, 59999);
    ck_assert(read_state(&f, 0, 1));
    ck_assert_echoed(&f, "");
    fake_clock_advance(&f.captured.clock, 1);
    ck_assert(committer_commit_if_due(&committer, &f.status));
    ck_assert_echoed(&f, ECHO(1));
    ck_assert(read_state(&f, 0, 2)); /* nothing was read since */
    ck_assert_echoed(&f, ECHO(1) ECHO(2));
    read_record(&f, 0);
    ck_assert(read_state(&f, 0, 3));
    ck_assert_echoed(&f, ECHO(1) ECHO(2));
    fake_clock_advance(&f.captured.clock, 60000);
    ck_assert(committer_commit_if_due(&committer, &f.status));
    ck_assert_echoed(&f, ECHO(1) ECHO(2) ECHO(3));
    tear_down(&f);
}
END_TEST

START_TEST(test_without_a_state_that_waits_nothing_is_committed) {
    struct fixture f;
    set_up(&f, COMMIT_STATE, 0);
    read_record(&f, 0);
    ck_assert(committer_commit_if_due(&committer, &f.status));
    ck_assert_uint_eq(f.memory.n_finished, 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_states_that_take_much_memory_are_committed_whatever_the_setting) {
    enum { LINE_BYTES = 40 * 1024 * 1024 };
    struct fixture f;
    set_up(&f, COMMIT_END, 0);
    struct buf line;
    struct message m;
    buf_init(&line, LINE_BYTES + 100);
    buf_append_text(&line, "{\"type\":\"STATE\",\"state\":{\"data\":\"");
    for (size_t i = 0; i < LINE_BYTES / 16; i++) {
        buf_append_text(&line, "xxxxxxxxxxxxxxxx");
    }
    buf_append_text(&line, "\"}}");
    message_parse(buf_slice(&line), &m);
    m.scope = STATE_OF_ALL;
    read_record(&f, 0);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(committer.n_echoed, 0);
        ck_assert(committer_add_state(&committer, buf_slice(&line), &m, NULL, 1, &f.status));
    }
    ck_assert_uint_eq(committer.n_echoed, 2);
    buf_clean_up(&line);
    tear_down(&f);
}
END_TEST

START_TEST(test_what_is_durable_is_echoed_though_another_stream_fails) {
    struct fixture f;
    set_up(&f, COMMIT_END, 0);
    f.memory.fail_finish = "two";
    read_record(&f, 0);
    read_record(&f, 1);
    ck_assert(read_state(&f, 0, 1) && read_state(&f, 1, 2));
    ck_assert(!committer_commit(&committer, true, &f.status));
    ck_assert_str_eq(f.status.message, "table two: not finished");
    ck_assert_echoed(&f, ECHO(1));
    tear_down(&f);
}
END_TEST

START_TEST(test_the_first_failure_is_the_one_that_is_told) {
    struct fixture f;
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    set_up(&f, COMMIT_END, 0);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    f.captured.output.fd = ends[1]; /* nobody reads */
    f.memory.fail_finish = "two";
    read_record(&f, 0);
    read_record(&f, 1);
    ck_assert(read_state(&f, 0, 1));
    ck_assert(!committer_commit(&committer, true, &f.status));
    ck_assert_str_eq(f.status.message, "table two: not finished");
    f.memory.fail_finish = NULL;
    close(ends[1]);
    tear_down(&f);
}
END_TEST

START_TEST(test_rule_6_only_at_the_end_an_empty_stream_that_replaces_empties_its_table) {
    static const struct {
        struct stream_mode mode;
        size_t n_finished;
    } rows[] = {
        {{.mode = WRITE_APPEND}, 0},
        {{.mode = WRITE_APPEND, .complete = true}, 0},
        {{.mode = WRITE_APPEND, .replaces = true}, 0},
        {{.mode = WRITE_APPEND, .replaces = true, .complete = true}, 1},
        {{.mode = WRITE_OVERWRITE, .replaces = true}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        set_up(&f, COMMIT_END, 0);
        f.streams[1].mode = rows[i].mode;
        ck_assert(committer_commit(&committer, false, &f.status));
        ck_assert_uint_eq(f.memory.n_finished, 0);
        ck_assert(committer_commit(&committer, true, &f.status));
        ck_assert_uint_eq(f.memory.n_finished, rows[i].n_finished);
        tear_down(&f);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("committer");
    TCase *tests = tcase_create("commits");
    tcase_add_test(tests, test_a_state_is_echoed_at_once_when_nothing_was_read);
    tcase_add_test(tests, test_commits_at_the_end_keep_states_until_then);
    tcase_add_test(tests, test_commits_at_states_keep_their_distance);
    tcase_add_test(tests, test_without_a_state_that_waits_nothing_is_committed);
    tcase_add_test(tests, test_states_that_take_much_memory_are_committed_whatever_the_setting);
    tcase_add_test(tests, test_what_is_durable_is_echoed_though_another_stream_fails);
    tcase_add_test(tests, test_the_first_failure_is_the_one_that_is_told);
    tcase_add_test(tests,
                   test_rule_6_only_at_the_end_an_empty_stream_that_replaces_empties_its_table);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
