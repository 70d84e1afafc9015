#include "base/arena.h"
#include "support/suite.h"

#include <stdalign.h>
#include <stdint.h>

START_TEST(test_pieces_are_aligned_apart_and_keep_their_bytes) {
    struct arena a;
    arena_init(&a, 1 << 20);
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        size_t len = i * 7 % 301 + 1;
        pieces[i] = arena_alloc(&a, len);
        ck_assert_ptr_nonnull(pieces[i]);
        ck_assert_uint_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), len);
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t at = 0; at < i * 7 % 301 + 1; at++) {
            ck_assert_uint_eq(pieces[i][at], i % 251);
        }
    }
    arena_clean_up(&a);
}
END_TEST

START_TEST(test_the_maximum_holds_between_resets) {
    struct arena a;
    arena_init(&a, 100);
    ck_assert_ptr_nonnull(arena_alloc(&a, 60));
    ck_assert_ptr_null(arena_alloc(&a, 41));
    ck_assert_ptr_nonnull(arena_alloc(&a, 40));
    ck_assert_uint_eq(a.used, 100);
    ck_assert_ptr_null(arena_alloc(&a, 1));
    arena_reset(&a);
    ck_assert_uint_eq(a.used, 0);
    ck_assert_ptr_nonnull(arena_alloc(&a, 100));
    arena_clean_up(&a);
    ck_assert_ptr_nonnull(arena_alloc(&a, 100)); /* usable again, with its maximum */
    ck_assert_ptr_null(arena_alloc(&a, 1));
    arena_clean_up(&a);
}
END_TEST

START_TEST(test_sizes_that_would_wrap_around_are_refused) {
    struct arena a;
    arena_init(&a, SIZE_MAX);
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX - alignof(max_align_t)));
    ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX - 3 * alignof(max_align_t)));
    ck_assert_uint_eq(a.used, 0);
    arena_clean_up(&a);
}
END_TEST

START_TEST(test_large_pieces_and_resets) {
    struct arena a;
    arena_init(&a, 64 << 20);
    for (int round = 0; round < 50; round++) {
        for (size_t len = 1; len < 300 * 1000; len *= 3) {
            char *piece = arena_alloc(&a, len);
            ck_assert_ptr_nonnull(piece);
            memset(piece, 'x', len);
        }
        arena_reset(&a);
    }
    arena_clean_up(&a);
}
END_TEST

START_TEST(test_texts_get_a_nul) {
    struct arena a;
    arena_init(&a, 11);
    ck_assert_str_eq(arena_copy_text(&a, slice_make("hello, world", 5)), "hello");
    ck_assert_str_eq(arena_copy_text(&a, slice_make(NULL, 0)), "");
    ck_assert_ptr_null(arena_copy_text(&a, SLICE_LITERAL("four")));
    ck_assert_str_eq(arena_copy_text(&a, SLICE_LITERAL("two")), "two");
    arena_clean_up(&a);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("arena");
    TCase *c = tcase_create("arena");
    tcase_add_test(c, test_pieces_are_aligned_apart_and_keep_their_bytes);
    tcase_add_test(c, test_the_maximum_holds_between_resets);
    tcase_add_test(c, test_sizes_that_would_wrap_around_are_refused);
    tcase_add_test(c, test_large_pieces_and_resets);
    tcase_add_test(c, test_texts_get_a_nul);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
