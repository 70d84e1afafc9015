#include "frontends/airbyte/text_file.h"
#include "support/suite.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/bigdust-text-XXXXXX";
static char path[64];

static void set_up(void) {
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/f", folder);
}

static void tear_down(void) {
    unlink(path);
    rmdir(folder);
}

static void put(size_t len) {
    FILE *file = fopen(path, "w");
    for (size_t i = 0; i < len; i++) {
        fputc('a' + (int)(i % 26), file);
    }
    fclose(file);
}

static bool read_file(size_t max, struct buf *text, struct status *status) {
    buf_init(text, max);
    *status = STATUS_INIT;
    return text_file_read(path, "test", text, status);
}

START_TEST(test_sizes_up_to_the_maximum) {
    static const size_t sizes[] = {0, 1, 4095, 4096, 65535, 65536, 99999};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf text;
        struct status status;
        put(sizes[i]);
        ck_assert(read_file(100000, &text, &status));
        ck_assert_uint_eq(text.len, sizes[i]);
        ck_assert(sizes[i] == 0 || text.data[sizes[i] - 1] == 'a' + (char)((sizes[i] - 1) % 26));
        buf_clean_up(&text);
    }
}
END_TEST

START_TEST(test_a_larger_one_is_refused_by_size) {
    struct buf text;
    struct status status;
    put(5000);
    ck_assert(!read_file(4096, &text, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "4096 bytes"));
    buf_clean_up(&text);
}
END_TEST

START_TEST(test_what_is_missing_or_no_file_is_named) {
    struct buf text;
    struct status status;
    ck_assert(!read_file(100, &text, &status));
    ck_assert_ptr_nonnull(strstr(status.message, "test file"));
    ck_assert_ptr_nonnull(strstr(status.message, path));
    mkdir(path, 0700);
    ck_assert(!read_file(100, &text, &status));
    ck_assert_ptr_nonnull(strstr(status.message, "directory"));
    rmdir(path);
    buf_clean_up(&text);
}
END_TEST

static void *write_pipe(void *context) {
    (void)context;
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 100000; i++) {
        fputc('x', file);
    }
    fclose(file);
    return NULL;
}

START_TEST(test_a_pipe_is_read_to_its_end) {
    struct buf text;
    struct status status;
    pthread_t thread;
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, write_pipe, NULL), 0);
    ck_assert(read_file(200000, &text, &status));
    ck_assert_uint_eq(text.len, 100000);
    pthread_join(thread, NULL);
    buf_clean_up(&text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("text_file");
    TCase *tests = tcase_create("text_file");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_sizes_up_to_the_maximum);
    tcase_add_test(tests, test_a_larger_one_is_refused_by_size);
    tcase_add_test(tests, test_what_is_missing_or_no_file_is_named);
    tcase_add_test(tests, test_a_pipe_is_read_to_its_end);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
