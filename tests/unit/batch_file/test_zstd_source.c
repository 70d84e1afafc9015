#include "batch_file/expansion.h"
#include "batch_file/zstd_source.h"
#include "fixture.h"

static struct byte_source *open_zstd(struct slice stored, size_t step) {
    struct status status = STATUS_INIT;
    struct byte_source *s = zstd_source_open(memory_source_new(stored, step), &status);
    ck_assert_msg(s != NULL, "%s", status.message);
    return s;
}

START_TEST(test_any_step_gives_the_same) {
    struct buf plain = random_bytes(400 * 1000 + 3, 2);
    struct buf stored = zstd_frame(buf_slice(&plain));
    const size_t steps[] = {1, 2, 4097, 131072, 1 << 20};
    const size_t caps[] = {1, 13, 4096, 131072, 1 << 20};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (size_t j = 0; j < sizeof caps / sizeof caps[0]; j++) {
            assert_drains_to(open_zstd(buf_slice(&stored), steps[i]), caps[j], buf_slice(&plain));
        }
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_16_several_megabytes) {
    struct buf plain = random_bytes(9 * MIB + 1, 3);
    struct buf stored = zstd_frame(buf_slice(&plain));
    assert_drains_to(open_zstd(buf_slice(&stored), SIZE_MAX), 256 * 1024, buf_slice(&plain));
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

/* Appends the frame of text. */
static void append_frame(struct buf *stored, const char *text) {
    struct buf frame = zstd_frame(slice_of(text));
    ck_assert(buf_append_slice(stored, buf_slice(&frame)));
    buf_clean_up(&frame);
}

START_TEST(test_frames_may_follow_each_other_and_skippable_ones_give_nothing) {
    struct buf stored = bytes_new();
    append_frame(&stored, "first,");
    buf_append(&stored, "\x52\x2A\x4D\x18\x05\0\0\0hello", 13);
    append_frame(&stored, "");
    append_frame(&stored, "second");
    for (size_t step = 1; step < 40; step++) {
        assert_drains_to(open_zstd(buf_slice(&stored), step), 1, SLICE_LITERAL("first,second"));
        assert_drains_to(open_zstd(buf_slice(&stored), step), 100, SLICE_LITERAL("first,second"));
    }
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_a_frame_of_nothing_is_nothing) {
    struct buf stored = zstd_frame(SLICE_LITERAL(""));
    assert_drains_to(open_zstd(buf_slice(&stored), 1), 10, SLICE_LITERAL(""));
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_lesson_15_the_end_of_the_frame_is_demanded_at_every_cut) {
    struct buf plain = random_bytes(300 * 1000, 4); /* three blocks */
    struct buf stored = zstd_frame(buf_slice(&plain));
    for (size_t len = 0; len < stored.len; len += len < 64 || len + 64 > stored.len ? 1 : 997) {
        assert_fails_with(open_zstd(slice_make(stored.data, len), SIZE_MAX), 1 << 20, "is cut: ");
    }
    /* Where one block ends and the next begins: what came is whole, and still it is cut. */
    size_t block = 4 + 1 + 4;
    for (int i = 0; i < 2; i++) {
        const unsigned char *h = (const unsigned char *)stored.data + block;
        block += 3 + ((size_t)(h[0] | h[1] << 8 | h[2] << 16) >> 3);
        ck_assert_uint_lt(block, stored.len);
        assert_fails_with(open_zstd(slice_make(stored.data, block), SIZE_MAX), 1 << 20, "is cut: ");
        assert_fails_with(open_zstd(slice_make(stored.data, block), 1), 100, "is cut: ");
    }
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_a_cut_second_frame_is_an_error) {
    struct buf stored = bytes_new();
    append_frame(&stored, "first,");
    size_t first = stored.len;
    append_frame(&stored, "second");
    for (size_t len = first + 1; len < stored.len; len++) {
        assert_fails_with(open_zstd(slice_make(stored.data, len), 1), 3, "is cut: ");
        assert_fails_with(open_zstd(slice_make(stored.data, len), 1000), 1000, "is cut: ");
    }
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_garbage_behind_a_frame_and_instead_of_one_is_an_error) {
    struct buf stored = bytes_new();
    append_frame(&stored, "first,");
    buf_append(&stored, "\0\0\0\0\0\0\0\0", 8);
    assert_fails_with(open_zstd(buf_slice(&stored), 1), 100, "not zstd");
    assert_fails_with(open_zstd(buf_slice(&stored), 1000), 100, "not zstd");
    assert_fails_with(open_zstd(SLICE_LITERAL("id,name\n1,a\n"), 1000), 100, "not zstd");
    assert_fails_with(open_zstd(SLICE_LITERAL(""), 1000), 100, "empty");
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_a_changed_byte_is_an_error_when_the_frame_has_a_checksum) {
    struct buf plain = random_bytes(10000, 5);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    struct buf stored = bytes_new();
    ck_assert(buf_reserve(&stored, ZSTD_compressBound(plain.len)));
    stored.len = ZSTD_compress2(context, stored.data, stored.cap, plain.data, plain.len);
    ZSTD_freeCCtx(context);
    stored.data[stored.len / 2] ^= 1;
    assert_fails_with(open_zstd(buf_slice(&stored), 1000), 1000, "not zstd");
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_a_window_above_128_mib_is_refused) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 28);
    char stored[200];
    ZSTD_inBuffer in = {"text", 4, 0};
    ZSTD_outBuffer out = {stored, sizeof stored, 0};
    /* The size is not known when the frame begins, so it is not fitted to it. */
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
    ck_assert_uint_eq(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(context);
    assert_fails_with(open_zstd(slice_make(stored, out.pos), 1000), 1000, "too much memory");
}
END_TEST

START_TEST(test_what_expands_beyond_reason_is_stopped) {
    /* 1.25 GiB of zeros in a few kilobytes. */
    struct buf stored = bytes_new();
    ck_assert(buf_reserve(&stored, MIB));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_outBuffer out = {stored.data, stored.cap, 0};
    static const char zeros[MIB];
    for (int i = 0; i < 1280; i++) {
        ZSTD_inBuffer in = {zeros, sizeof zeros, 0};
        while (in.pos < in.size) {
            ck_assert(!ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue)));
        }
    }
    ZSTD_inBuffer end = {zeros, 0, 0};
    ck_assert_uint_eq(ZSTD_compressStream2(context, &out, &end, ZSTD_e_end), 0);
    ZSTD_freeCCtx(context);
    stored.len = out.pos;
    struct byte_source *s = open_zstd(buf_slice(&stored), SIZE_MAX);
    char *piece = malloc(MIB);
    size_t len = 1;
    uint64_t made = 0;
    struct status status = STATUS_INIT;
    while (len > 0 && byte_source_read(s, piece, MIB, &len, &status)) {
        made += len;
    }
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(status.message, "beyond reason"));
    ck_assert_uint_ge(made, UINT64_C(1) << 30);
    byte_source_close(s);
    free(piece);
    buf_clean_up(&stored);
}
END_TEST

START_TEST(test_the_limit_of_expansion) {
    struct status status = STATUS_INIT;
    const uint64_t gib = UINT64_C(1) << 30;
    ck_assert(expansion_check(0, gib, &status));
    ck_assert(!expansion_check(0, gib + 1, &status));
    ck_assert(expansion_check(5, gib + 5000, &status));
    ck_assert(!expansion_check(5, gib + 5001, &status));
    ck_assert(expansion_check(100 * MIB, 50 * gib, &status));
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
}
END_TEST

START_TEST(test_the_inputs_failure_passes_through_and_closing_closes_it) {
    struct buf plain = random_bytes(1000, 7);
    struct buf stored = zstd_frame(buf_slice(&plain));
    unsigned closed = 0;
    struct byte_source *input = memory_source_new(buf_slice(&stored), 10);
    ((struct memory_source *)input)->fail_at = 100;
    ((struct memory_source *)input)->closed = &closed;
    struct status status = STATUS_INIT;
    assert_fails_with(zstd_source_open(input, &status), 50, "the disk is gone");
    ck_assert_uint_eq(closed, 1);
    buf_clean_up(&plain);
    buf_clean_up(&stored);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("zstd_source");
    TCase *c = tcase_create("zstd_source");
    tcase_add_test(c, test_any_step_gives_the_same);
    tcase_add_test(c, test_lesson_16_several_megabytes);
    tcase_add_test(c, test_frames_may_follow_each_other_and_skippable_ones_give_nothing);
    tcase_add_test(c, test_a_frame_of_nothing_is_nothing);
    tcase_add_test(c, test_lesson_15_the_end_of_the_frame_is_demanded_at_every_cut);
    tcase_add_test(c, test_a_cut_second_frame_is_an_error);
    tcase_add_test(c, test_garbage_behind_a_frame_and_instead_of_one_is_an_error);
    tcase_add_test(c, test_a_changed_byte_is_an_error_when_the_frame_has_a_checksum);
    tcase_add_test(c, test_a_window_above_128_mib_is_refused);
    tcase_add_test(c, test_what_expands_beyond_reason_is_stopped);
    tcase_add_test(c, test_the_limit_of_expansion);
    tcase_add_test(c, test_the_inputs_failure_passes_through_and_closing_closes_it);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
