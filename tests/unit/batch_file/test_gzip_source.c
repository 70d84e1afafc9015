#include "batch_file/gzip_source.h"
#include "fixture.h"

static struct byte_source *open_gzip(struct slice stored, size_t step) {
    struct status status = STATUS_INIT;
    struct byte_source *s = gzip_source_open(memory_source_new(stored, step), &status);
    ck_assert_msg(s != NULL, "%s", status.message);
    return s;
}

START_TEST(test_any_step_gives_the_same) {
    struct buf plain = random_bytes(400 * 1000 + 3, 2);
    struct buf stored = gzip_member(buf_slice(&plain));
    const size_t steps[] = {1, 2, 4097, 131072, 1 << 20};
    const size_t caps[] = {1, 13, 4096, 131072, 1 << 20};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (size_t j = 0; j < sizeof caps / sizeof caps[0]; j++) {
            assert_drains_to(open_gzip(buf_slice(&stored), steps[i]), caps[j], buf_slice(&plain));
        }
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_16_several_megabytes) {
    struct buf plain = random_bytes(5 * MIB + 1, 3);
    struct buf stored = gzip_member(buf_slice(&plain));
    assert_drains_to(open_gzip(buf_slice(&stored), SIZE_MAX), 256 * 1024, buf_slice(&plain));
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

static void append_member(struct buf *stored, const char *text) {
    struct buf member = gzip_member(slice_of(text));
    ck_assert(buf_append_slice(stored, buf_slice(&member)));
    buf_clean_up(&member);
}

START_TEST(test_members_may_follow_each_other) {
    struct buf stored = bytes_new();
    append_member(&stored, "first,");
    append_member(&stored, "");
    append_member(&stored, "second");
    for (size_t step = 1; step < 70; step++) {
        assert_drains_to(open_gzip(buf_slice(&stored), step), 1, SLICE_LITERAL("first,second"));
        assert_drains_to(open_gzip(buf_slice(&stored), step), 100, SLICE_LITERAL("first,second"));
    }
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_a_member_of_nothing_is_nothing) {
    struct buf stored = gzip_member(SLICE_LITERAL(""));
    assert_drains_to(open_gzip(buf_slice(&stored), 1), 10, SLICE_LITERAL(""));
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_15_the_end_of_the_member_is_demanded_at_every_cut) {
    struct buf stored = bytes_new();
    append_member(&stored, "first,");
    size_t first = stored.len;
    append_member(&stored, "second");
    for (size_t len = 0; len < stored.len; len++) {
        if (len != first) {
            assert_fails_with(open_gzip(slice_make(stored.data, len), 1), 3, "is cut: ");
            assert_fails_with(open_gzip(slice_make(stored.data, len), 1000), 1000, "is cut: ");
        }
    }
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_checksum_and_length_are_checked) {
    struct buf stored = gzip_member(SLICE_LITERAL("some text, some text, some text"));
    for (size_t i = stored.len - 8; i < stored.len; i++) {
        stored.data[i] ^= 1;
        assert_fails_with(open_gzip(buf_slice(&stored), 1000), 1000, "not gzip");
        stored.data[i] ^= 1;
    }
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_garbage_behind_a_member_and_instead_of_one_is_an_error) {
    struct buf stored = bytes_new();
    append_member(&stored, "first,");
    buf_append(&stored, "\0\0\0\0\0\0\0\0", 8);
    assert_fails_with(open_gzip(buf_slice(&stored), 1), 100, "not gzip");
    assert_fails_with(open_gzip(buf_slice(&stored), 1000), 100, "not gzip");
    assert_fails_with(open_gzip(SLICE_LITERAL("id,name\n1,a\n"), 1000), 100, "not gzip");
    assert_fails_with(open_gzip(SLICE_LITERAL("\x78\x9c\x03\0\0\0\0\1"), 1000), 100, "not gzip");
    assert_fails_with(open_gzip(SLICE_LITERAL(""), 1000), 100, "empty");
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_the_inputs_failure_passes_through_and_closing_closes_it) {
    struct buf plain = random_bytes(1000, 7);
    struct buf stored = gzip_member(buf_slice(&plain));
    unsigned closed = 0;
    struct byte_source *input = memory_source_new(buf_slice(&stored), 10);
    ((struct memory_source *)input)->fail_at = 100;
    ((struct memory_source *)input)->closed = &closed;
    struct status status = STATUS_INIT;
    assert_fails_with(gzip_source_open(input, &status), 50, "the disk is gone");
    ck_assert_uint_eq(closed, 1);
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("gzip_source");
    TCase *c = tcase_create("gzip_source");
    tcase_add_test(c, test_any_step_gives_the_same);
    tcase_add_test(c, test_lesson_16_several_megabytes);
    tcase_add_test(c, test_members_may_follow_each_other);
    tcase_add_test(c, test_a_member_of_nothing_is_nothing);
    tcase_add_test(c, test_lesson_15_the_end_of_the_member_is_demanded_at_every_cut);
    tcase_add_test(c, test_checksum_and_length_are_checked);
    tcase_add_test(c, test_garbage_behind_a_member_and_instead_of_one_is_an_error);
    tcase_add_test(c, test_the_inputs_failure_passes_through_and_closing_closes_it);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
