#include "frontends/airbyte/line_reader.h"
#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

struct fixture {
    int ends[2];
    struct cancel cancel;
    struct line_reader reader;
    struct status status;
};

static void set_up(struct fixture *f) {
    memset(f, 0, sizeof *f);
    ck_assert_int_eq(pipe(f->ends), 0);
    cancel_init(&f->cancel, clock_system(), CANCEL_NO_DEADLINE);
    ck_assert(line_reader_init(&f->reader, f->ends[0], &f->cancel, &f->status));
}

static void tear_down(struct fixture *f) {
    line_reader_clean_up(&f->reader);
    cancel_clean_up(&f->cancel);
    close(f->ends[0]);
    if (f->ends[1] >= 0) {
        close(f->ends[1]);
    }
}

static void put(struct fixture *f, const char *text) {
    ck_assert_int_eq(write(f->ends[1], text, strlen(text)), (ssize_t)strlen(text));
}

static void end(struct fixture *f) {
    close(f->ends[1]);
    f->ends[1] = -1;
}

static void assert_line(struct fixture *f, const char *wanted) {
    struct slice line;
    ck_assert_int_eq(line_reader_next(&f->reader, -1, &line, &f->status), LINE_READ);
    ck_assert_msg(slice_equal_text(line, wanted), "%.*s", SLICE_ARG(line));
}

static void assert_result(struct fixture *f, enum line_result wanted) {
    struct slice line;
    ck_assert_int_eq(line_reader_next(&f->reader, 0, &line, &f->status), wanted);
}

START_TEST(test_lines_in_pieces) {
    struct fixture f;
    set_up(&f);
    put(&f, "one\ntw");
    assert_line(&f, "one");
    assert_result(&f, LINE_NONE_YET);
    put(&f, "o");
    assert_result(&f, LINE_NONE_YET);
    put(&f, "\n\nthree");
    assert_line(&f, "two");
    assert_line(&f, "");
    end(&f);
    assert_line(&f, "three");
    assert_result(&f, LINE_END);
    assert_result(&f, LINE_END);
    tear_down(&f);
}
END_TEST

START_TEST(test_an_empty_input_and_one_without_a_last_newline) {
    struct fixture f;
    set_up(&f);
    end(&f);
    assert_result(&f, LINE_END);
    tear_down(&f);
    set_up(&f);
    put(&f, "x\n");
    end(&f);
    assert_line(&f, "x");
    assert_result(&f, LINE_END);
    tear_down(&f);
}
END_TEST

struct feed {
    int fd;
    size_t len;
};

/* A line of len bytes x, and a short one behind it. */
static void *feed_long(void *context) {
    const struct feed *feed = context;
    char piece[65536];
    memset(piece, 'x', sizeof piece);
    for (size_t left = feed->len; left > 0;) {
        size_t want = left < sizeof piece ? left : sizeof piece;
        ssize_t n = write(feed->fd, piece, want);
        if (n <= 0) {
            break;
        }
        left -= (size_t)n;
    }
    ssize_t n = write(feed->fd, "\nshort\n", 7);
    ck_assert(n == 7 || n < 0);
    close(feed->fd);
    return NULL;
}

static void start_feed(struct fixture *f, struct feed *feed, size_t len, pthread_t *thread) {
    *feed = (struct feed){f->ends[1], len};
    f->ends[1] = -1;
    ck_assert_int_eq(pthread_create(thread, NULL, feed_long, feed), 0);
}

START_TEST(test_the_longest_line_passes_and_its_room_is_given_back) {
    struct fixture f;
    struct feed feed;
    pthread_t thread;
    struct slice line;
    set_up(&f);
    start_feed(&f, &feed, LINE_READER_MAX_BYTES, &thread);
    ck_assert_int_eq(line_reader_next(&f.reader, -1, &line, &f.status), LINE_READ);
    ck_assert_uint_eq(line.len, LINE_READER_MAX_BYTES);
    assert_line(&f, "short");
    ck_assert_int_eq(line_reader_next(&f.reader, -1, &line, &f.status), LINE_END);
    ck_assert_uint_lt(f.reader.buf.cap, 8 * 1024 * 1024);
    pthread_join(thread, NULL);
    tear_down(&f);
}
END_TEST

START_TEST(test_a_longer_line_is_a_task) {
    static const size_t more[] = {1, 1000, 1024 * 1024};
    struct fixture f;
    struct feed feed;
    pthread_t thread;
    struct slice line;
    signal(SIGPIPE, SIG_IGN);
    set_up(&f);
    start_feed(&f, &feed, LINE_READER_MAX_BYTES + more[_i], &thread);
    ck_assert_int_eq(line_reader_next(&f.reader, -1, &line, &f.status), LINE_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.status.message, "33554432"));
    close(f.ends[0]); /* the feeder gets EPIPE */
    pthread_join(thread, NULL);
    f.ends[0] = dup(STDIN_FILENO);
    tear_down(&f);
}
END_TEST

static void *cancel_soon(void *cancel) {
    cancel_fire(cancel, CANCEL_SHUTDOWN);
    return NULL;
}

START_TEST(test_a_cancel_ends_the_wait) {
    struct fixture f;
    pthread_t thread;
    struct slice line;
    set_up(&f);
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, &f.cancel), 0);
    ck_assert_int_eq(line_reader_next(&f.reader, -1, &line, &f.status), LINE_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    pthread_join(thread, NULL);
    tear_down(&f);
}
END_TEST

START_TEST(test_what_cannot_be_read_is_a_fault) {
    struct fixture f;
    struct slice line;
    set_up(&f);
    f.reader.fd = f.ends[1]; /* the writing end */
    end(&f);
    ck_assert_int_eq(line_reader_next(&f.reader, -1, &line, &f.status), LINE_FAILED);
    ck_assert_int_eq(f.status.code, STATUS_INTERNAL);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("line_reader");
    TCase *tests = tcase_create("line_reader");
    tcase_add_test(tests, test_lines_in_pieces);
    tcase_add_test(tests, test_an_empty_input_and_one_without_a_last_newline);
    tcase_add_test(tests, test_the_longest_line_passes_and_its_room_is_given_back);
    tcase_add_loop_test(tests, test_a_longer_line_is_a_task, 0, 3);
    tcase_add_test(tests, test_a_cancel_ends_the_wait);
    tcase_add_test(tests, test_what_cannot_be_read_is_a_fault);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
