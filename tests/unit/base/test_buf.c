#include "base/buf.h"
#include "support/suite.h"

START_TEST(test_appends_grow_up_to_the_maximum) {
    const size_t maxima[] = {1, 255, 256, 257, 300, 511, 512, 1000, 5000};
    for (size_t i = 0; i < sizeof maxima / sizeof maxima[0]; i++) {
        struct buf b;
        buf_init(&b, maxima[i]);
        for (size_t at = 0; at < maxima[i]; at++) {
            ck_assert(buf_append_char(&b, (char)('a' + at % 26)));
        }
        ck_assert(!buf_append_char(&b, 'x'));
        ck_assert(b.failed && !b.no_memory);
        ck_assert_uint_eq(b.len, maxima[i]);
        ck_assert_uint_le(b.cap, maxima[i]);
        for (size_t at = 0; at < maxima[i]; at++) {
            ck_assert_int_eq(b.data[at], (char)('a' + at % 26));
        }
        buf_clean_up(&b);
    }
}
END_TEST

START_TEST(test_failure_sticks_until_the_reset) {
    struct buf b;
    buf_init(&b, 4);
    ck_assert(buf_append_text(&b, "abc"));
    ck_assert(!buf_append_text(&b, "de"));
    ck_assert(!buf_append_char(&b, 'd')); /* would fit, and a hole before it would not be seen */
    ck_assert(!buf_printf(&b, "d"));
    ck_assert(slice_equal_text(buf_slice(&b), "abc"));
    buf_reset(&b);
    ck_assert(!b.failed);
    ck_assert(buf_append_text(&b, "wxyz"));
    ck_assert(slice_equal_text(buf_slice(&b), "wxyz"));
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_sizes_that_would_wrap_around_fail) {
    struct buf b;
    buf_init(&b, 1000);
    ck_assert(buf_append_text(&b, "abc"));
    ck_assert(!buf_reserve(&b, SIZE_MAX));
    ck_assert(!buf_reserve(&b, SIZE_MAX - 2));
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_printf_at_every_distance_from_the_maximum) {
    for (size_t max = 0; max < 12; max++) {
        struct buf b;
        buf_init(&b, max);
        bool ok = buf_printf(&b, "%d-%s", 123, "abc");
        ck_assert(ok == (max >= 7));
        ck_assert(slice_equal_text(buf_slice(&b), ok ? "123-abc" : ""));
        ck_assert(b.failed == !ok);
        buf_clean_up(&b);
    }
    struct buf b;
    buf_init(&b, 100);
    ck_assert(buf_printf(&b, "%s", ""));
    ck_assert_uint_eq(b.len, 0);
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_cstr_has_a_nul_that_does_not_count) {
    struct buf b;
    buf_init(&b, 3);
    ck_assert_str_eq(buf_cstr(&b), "");
    buf_append_text(&b, "ab");
    ck_assert_str_eq(buf_cstr(&b), "ab");
    ck_assert_uint_eq(b.len, 2);
    buf_append_char(&b, 'c');
    ck_assert_str_eq(buf_cstr(&b), ""); /* no room */
    ck_assert(!b.failed);
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_truncate_reset_and_reuse) {
    struct buf b;
    buf_init(&b, 100);
    buf_append_text(&b, "hello");
    buf_truncate(&b, 10);
    ck_assert_uint_eq(b.len, 5);
    buf_truncate(&b, 2);
    ck_assert(slice_equal_text(buf_slice(&b), "he"));
    buf_clean_up(&b);
    ck_assert_uint_eq(b.max, 100);
    ck_assert(slice_equal_text(buf_slice(&b), ""));
    ck_assert(buf_append_slice(&b, SLICE_LITERAL("again")));
    buf_clean_up(&b);
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_appending_nothing) {
    struct buf b;
    buf_init(&b, 0);
    ck_assert(buf_append(&b, NULL, 0));
    ck_assert(buf_append_text(&b, NULL));
    ck_assert(!b.failed);
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_claimed_bytes_are_appended_or_not_there) {
    struct buf b;
    buf_init(&b, 300);
    buf_append_text(&b, "ab");
    char *claimed = buf_claim(&b, 298);
    ck_assert_ptr_eq(claimed, b.data + 2);
    ck_assert_uint_eq(b.len, 300);
    ck_assert_ptr_null(buf_claim(&b, 1));
    ck_assert(b.failed);
    ck_assert_ptr_null(buf_claim(&b, 0)); /* failure sticks */
    ck_assert_uint_eq(b.len, 300);
    buf_clean_up(&b);
}
END_TEST

START_TEST(test_padded_texts_of_every_length_at_every_distance_from_the_maximum) {
    char text[2 * BUF_PAD + 8];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('a' + i % 26);
    }
    for (size_t len = 0; len <= BUF_PAD + 8; len++) {
        for (size_t max = 256; max < 256 + 3 * BUF_PAD; max++) {
            struct buf b;
            buf_init(&b, max);
            ck_assert(buf_claim(&b, 255) != NULL);
            bool fits = 255 + len <= max;
            ck_assert(buf_append_padded(&b, slice_make(text, len)) == fits);
            ck_assert_uint_eq(b.len, fits ? 255 + len : 255);
            ck_assert(!fits || memcmp(b.data + 255, text, len) == 0);
            buf_clean_up(&b);
        }
    }
}
END_TEST

START_TEST(test_wiping) {
    char secret[] = "secret";
    secure_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++) {
        ck_assert_int_eq(secret[i], 0);
    }
    secure_wipe(NULL, 0);
    struct buf b;
    buf_init(&b, 100);
    buf_wipe(&b); /* never used */
    buf_append_text(&b, "secret");
    buf_wipe(&b);
    ck_assert_ptr_null(b.data);
    ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(test_slices) {
    ck_assert(slice_equal(SLICE_LITERAL("a"), slice_of("a")));
    ck_assert(!slice_equal(SLICE_LITERAL("a"), slice_of("ab")));
    ck_assert(slice_equal(slice_make(NULL, 0), slice_of(NULL)));
    ck_assert(!slice_equal_text(slice_make("a\0b", 3), "a"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("buf");
    TCase *c = tcase_create("buf");
    tcase_add_test(c, test_appends_grow_up_to_the_maximum);
    tcase_add_test(c, test_failure_sticks_until_the_reset);
    tcase_add_test(c, test_sizes_that_would_wrap_around_fail);
    tcase_add_test(c, test_printf_at_every_distance_from_the_maximum);
    tcase_add_test(c, test_cstr_has_a_nul_that_does_not_count);
    tcase_add_test(c, test_truncate_reset_and_reuse);
    tcase_add_test(c, test_appending_nothing);
    tcase_add_test(c, test_claimed_bytes_are_appended_or_not_there);
    tcase_add_test(c, test_padded_texts_of_every_length_at_every_distance_from_the_maximum);
    tcase_add_test(c, test_wiping);
    tcase_add_test(c, test_slices);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
