#include "batch_file/file_source.h"
#include "fixture.h"

#include <sys/stat.h>

START_TEST(test_gives_the_bytes_and_the_size) {
    struct buf plain = random_bytes(3 * MIB + 7, 1);
    char path[FIXTURE_PATH_BYTES];
    write_file(path, buf_slice(&plain));
    const size_t caps[] = {1000, 64 * 1024, 8 * MIB};
    for (size_t i = 0; i < 3; i++) {
        uint64_t size = 0;
        struct status status = STATUS_INIT;
        struct byte_source *s = file_source_open(path, &size, &status);
        ck_assert_ptr_nonnull(s);
        ck_assert_uint_eq(size, plain.len);
        assert_drains_to(s, caps[i], buf_slice(&plain));
    }
    unlink(path);
    buf_clean_up(&plain);
}
END_TEST

START_TEST(test_a_file_of_no_bytes_ends_at_once) {
    char path[FIXTURE_PATH_BYTES];
    write_file(path, SLICE_LITERAL(""));
    uint64_t size = 1;
    struct status status = STATUS_INIT;
    struct byte_source *s = file_source_open(path, &size, &status);
    ck_assert_uint_eq(size, 0);
    assert_drains_to(s, 10, SLICE_LITERAL(""));
    unlink(path);
}
END_TEST

static void assert_refused(const char *path, const char *words) {
    uint64_t size = 0;
    struct status status = STATUS_INIT;
    ck_assert_ptr_null(file_source_open(path, &size, &status));
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_msg(strstr(status.message, words) != NULL, "%s", status.message);
}

START_TEST(test_a_missing_file_is_refused_with_the_systems_reason) {
    assert_refused("/tmp/no_such_batch_file", "No such file");
    assert_refused("", "No such file");
}
END_TEST

START_TEST(test_only_a_regular_file_is_read) {
    assert_refused("/tmp", "directory");
    assert_refused("/dev/zero", "device");
    char path[] = "/tmp/batch_file_pipe_XXXXXX";
    ck_assert_int_ge(close(mkstemp(path)), 0);
    unlink(path);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    assert_refused(path, "pipe"); /* and does not wait for a writer */
    unlink(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("file_source");
    TCase *c = tcase_create("file_source");
    tcase_add_test(c, test_gives_the_bytes_and_the_size);
    tcase_add_test(c, test_a_file_of_no_bytes_ends_at_once);
    tcase_add_test(c, test_a_missing_file_is_refused_with_the_systems_reason);
    tcase_add_test(c, test_only_a_regular_file_is_read);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
