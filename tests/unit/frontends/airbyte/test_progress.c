#include "frontends/airbyte/progress.h"
#include "support/fake_clock.h"
#include "support/log_capture.h"
#include "support/suite.h"

#include <unistd.h>

struct fixture {
    struct fake_clock clock;
    struct log_capture log;
    FILE *terminal;
    struct progress progress;
    struct stream stream;
    char text[4096];
};

static void set_up(struct fixture *f, bool watched) {
    memset(f, 0, sizeof *f);
    fake_clock_init(&f->clock);
    log_capture_init(&f->log, LOG_INFO);
    f->terminal = tmpfile();
    f->stream.table = (struct table){.schema = "shop",
                                     .name = "us\x1B"
                                             "ers"};
    progress_init(&f->progress, watched ? fileno(f->terminal) : -1, &f->clock.clock, &f->log.log);
}

static void tear_down(struct fixture *f) {
    fclose(f->terminal);
    log_capture_clean_up(&f->log);
    fake_clock_clean_up(&f->clock);
}

static const char *shown(struct fixture *f) {
    ssize_t n = pread(fileno(f->terminal), f->text, sizeof f->text - 1, 0);
    f->text[n > 0 ? n : 0] = '\0';
    return f->text;
}

/* So many records a second for one second. */
static void take(struct fixture *f, uint64_t records) {
    f->progress.records += records;
    f->progress.bytes += records * 1000;
    f->stream.records += records;
    f->stream.bytes += records * 1000;
    fake_clock_advance(&f->clock, 1000);
    progress_tick(&f->progress, &f->stream);
}

START_TEST(test_a_person_sees_one_line_that_is_rewritten) {
    struct fixture f;
    set_up(&f, true);
    take(&f, 1500);
    take(&f, 500);
    ck_assert_str_eq(shown(&f), "\r\033[K1500 records  1.5 MB  1500 records/s  shop.us?ers: 1500"
                                "\r\033[K2000 records  2.0 MB  500 records/s  shop.us?ers: 2000");
    ck_assert_uint_eq(log_capture_count(&f.log, "reading"), 0);
    tear_down(&f);
}
END_TEST

START_TEST(test_without_one_the_log_is_told_every_ten_seconds) {
    struct fixture f;
    set_up(&f, false);
    for (int i = 0; i < 25; i++) {
        take(&f, 10);
    }
    ck_assert_str_eq(shown(&f), "");
    ck_assert_uint_eq(log_capture_count(&f.log, "reading records="), 2);
    ck_assert_uint_eq(log_capture_count(&f.log, "records=100 mb=0.1 records_per_s=10 "
                                                "stream=\"shop.us?ers\" stream_records=100"),
                      1);
    tear_down(&f);
}
END_TEST

START_TEST(test_the_end_tells_each_stream_that_brought_records) {
    struct fixture f;
    set_up(&f, true);
    take(&f, 100);
    struct stream streams[2] = {f.stream, {.table = {.schema = "", .name = "empty"}}};
    const struct catalog catalog = {.streams = streams, .n_streams = 2};
    progress_end(&f.progress, &catalog);
    ck_assert_ptr_nonnull(
        strstr(shown(&f), "\r\033[Kshop.us?ers: 100 records  0.1 MB  100 records/s\n"));
    ck_assert_ptr_null(strstr(f.text, "empty"));
    ck_assert_uint_eq(
        log_capture_count(&f.log, "stream_finished stream=\"shop.us?ers\" records=100"), 1);
    tear_down(&f);
}
END_TEST

START_TEST(test_before_any_record) {
    struct fixture f;
    set_up(&f, true);
    progress_tick(&f.progress, NULL);
    ck_assert_str_eq(shown(&f), "");
    fake_clock_advance(&f.clock, 1000);
    progress_tick(&f.progress, NULL);
    ck_assert_ptr_nonnull(strstr(shown(&f), "0 records"));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("progress");
    TCase *tests = tcase_create("progress");
    tcase_add_test(tests, test_a_person_sees_one_line_that_is_rewritten);
    tcase_add_test(tests, test_without_one_the_log_is_told_every_ten_seconds);
    tcase_add_test(tests, test_the_end_tells_each_stream_that_brought_records);
    tcase_add_test(tests, test_before_any_record);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
