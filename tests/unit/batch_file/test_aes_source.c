#include "batch_file/aes_source.h"
#include "fixture.h"

static struct byte_source *open_aes(struct slice stored, size_t step) {
    struct status status = STATUS_INIT;
    struct byte_source *s = aes_source_open(memory_source_new(stored, step), key_slice(), &status);
    ck_assert_msg(s != NULL, "%s", status.message);
    return s;
}

START_TEST(test_any_step_gives_the_same) {
    struct buf plain = random_bytes(200 * 1000 + 5, 2); /* past every buffer of the stage */
    struct buf stored = encrypted(buf_slice(&plain));
    const size_t steps[] = {1, 3, 15, 16, 17, 4096, 65536, 1 << 20};
    const size_t caps[] = {1, 15, 16, 17, 65535, 65536, 65551, 65552, 1 << 20};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (size_t j = 0; j < sizeof caps / sizeof caps[0]; j++) {
            assert_drains_to(open_aes(buf_slice(&stored), steps[i]), caps[j], buf_slice(&plain));
        }
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

/* What is held back from one read comes out with the next: more bytes than went in. */
START_TEST(test_reads_of_uneven_sizes) {
    struct buf plain = random_bytes(400 * 1000, 8);
    struct buf stored = encrypted(buf_slice(&plain));
    for (size_t first = 1; first < 100; first++) {
        for (size_t cap = 65535; cap < 65554; cap++) {
            struct byte_source *input = memory_source_new(buf_slice(&stored), SIZE_MAX);
            ((struct memory_source *)input)->first = first;
            struct status status = STATUS_INIT;
            assert_drains_to(aes_source_open(input, key_slice(), &status), cap, buf_slice(&plain));
        }
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_every_length_around_a_block) {
    struct buf plain = random_bytes(100, 3);
    for (size_t len = 0; len <= 100; len++) {
        struct buf stored = encrypted(slice_make(plain.data, len));
        assert_drains_to(open_aes(buf_slice(&stored), 1), 7, slice_make(plain.data, len));
        assert_drains_to(open_aes(buf_slice(&stored), 4096), 1 << 20, slice_make(plain.data, len));
        buf_clean_up(&stored);
    }
    buf_clean_up(&plain);
}
END_TEST

START_TEST(test_lesson_16_one_iv_for_the_whole_file_of_many_buffers) {
    struct buf plain = random_bytes(5 * MIB + 11, 4);
    struct buf stored = encrypted(buf_slice(&plain));
    assert_drains_to(open_aes(buf_slice(&stored), SIZE_MAX), 256 * 1024, buf_slice(&plain));
    assert_drains_to(open_aes(buf_slice(&stored), 65521), 1000, buf_slice(&plain));
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_15_every_byte_of_the_padding_is_checked) {
    /* A last block padded with n bytes of n: right for 1 to 16; one wrong byte anywhere in it, or a
     * count of 0 or above 16, is an error. */
    for (int n = 1; n <= 16; n++) {
        for (int wrong = -1; wrong < n; wrong++) {
            char blocks[32];
            memset(blocks, 'x', sizeof blocks);
            memset(blocks + 32 - n, n, (size_t)n);
            if (wrong >= 0) {
                blocks[31 - wrong] ^= (char)0x40;
            }
            struct buf stored = encrypted_unpadded(slice_make(blocks, sizeof blocks));
            if (wrong < 0) {
                assert_drains_to(open_aes(buf_slice(&stored), 1000), 1000,
                                 slice_make(blocks, (size_t)(32 - n)));
            } else {
                assert_fails_with(open_aes(buf_slice(&stored), 1000), 1000, "padding");
            }
            buf_clean_up(&stored);
        }
    }
    const char counts[] = {0, 17, 32, 127};
    for (size_t i = 0; i < sizeof counts; i++) {
        char block[16];
        memset(block, counts[i], sizeof block);
        struct buf stored = encrypted_unpadded(slice_make(block, sizeof block));
        assert_fails_with(open_aes(buf_slice(&stored), 1000), 1000, "padding");
        buf_clean_up(&stored);
    }
}
END_TEST

START_TEST(test_lesson_15_a_cut_at_any_byte_is_an_error) {
    struct buf plain = random_bytes(100, 5);
    struct buf stored = encrypted(buf_slice(&plain));
    for (size_t len = 0; len < stored.len; len++) {
        const char *words = len < 32 || len % 16 ? "is cut: " : "padding";
        assert_fails_with(open_aes(slice_make(stored.data, len), 1), 10, words);
        assert_fails_with(open_aes(slice_make(stored.data, len), 1000), 1 << 20, words);
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_15_a_wrong_key_is_an_error_at_the_end) {
    struct buf plain = random_bytes(300 * 1000, 6);
    struct buf stored = encrypted(buf_slice(&plain));
    char wrong[32];
    memcpy(wrong, fixture_key, 32);
    wrong[31] ^= 1;
    struct status status = STATUS_INIT;
    struct byte_source *s = aes_source_open(memory_source_new(buf_slice(&stored), 1000),
                                            slice_make(wrong, 32), &status);
    assert_fails_with(s, 1000, "padding");
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_17_a_key_has_32_bytes) {
    for (size_t len = 0; len <= 31; len++) {
        unsigned closed = 0;
        struct byte_source *input = memory_source_new(SLICE_LITERAL("x"), 1);
        ((struct memory_source *)input)->closed = &closed;
        struct status status = STATUS_INIT;
        ck_assert_ptr_null(aes_source_open(input, slice_make(fixture_key, len), &status));
        ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
        ck_assert_uint_eq(closed, 1);
    }
}
END_TEST

START_TEST(test_the_inputs_failure_passes_through_and_closing_closes_it) {
    struct buf plain = random_bytes(1000, 7);
    struct buf stored = encrypted(buf_slice(&plain));
    for (size_t at = 0; at < stored.len; at += 100) {
        unsigned closed = 0;
        struct byte_source *input = memory_source_new(buf_slice(&stored), 10);
        ((struct memory_source *)input)->fail_at = at;
        ((struct memory_source *)input)->closed = &closed;
        struct status status = STATUS_INIT;
        assert_fails_with(aes_source_open(input, key_slice(), &status), 50, "the disk is gone");
        ck_assert_uint_eq(closed, 1);
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_sizes_that_no_encrypted_file_has) {
    struct status status = STATUS_INIT;
    const uint64_t bad[] = {0, 1, 15, 16, 17, 31, 33, 47, 1000001};
    const uint64_t good[] = {32, 48, 1 << 20};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert(!aes_source_check_size(bad[i], &status));
        ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert(aes_source_check_size(good[i], &status));
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aes_source");
    TCase *c = tcase_create("aes_source");
    tcase_add_test(c, test_any_step_gives_the_same);
    tcase_add_test(c, test_reads_of_uneven_sizes);
    tcase_add_test(c, test_every_length_around_a_block);
    tcase_add_test(c, test_lesson_16_one_iv_for_the_whole_file_of_many_buffers);
    tcase_add_test(c, test_lesson_15_every_byte_of_the_padding_is_checked);
    tcase_add_test(c, test_lesson_15_a_cut_at_any_byte_is_an_error);
    tcase_add_test(c, test_lesson_15_a_wrong_key_is_an_error_at_the_end);
    tcase_add_test(c, test_lesson_17_a_key_has_32_bytes);
    tcase_add_test(c, test_the_inputs_failure_passes_through_and_closing_closes_it);
    tcase_add_test(c, test_sizes_that_no_encrypted_file_has);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
