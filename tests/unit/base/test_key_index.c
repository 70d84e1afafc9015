#include "base/key_index.h"
#include "support/suite.h"

#include <stdio.h>

enum { MANY = 20000 };

START_TEST(test_keys_are_numbered_in_order_and_kept_once) {
    struct key_index index;
    struct status status = STATUS_INIT;
    size_t at;
    char text[32];
    key_index_init(&index, 1 << 20);
    ck_assert_uint_eq(key_index_find(&index, slice_of("none")), KEY_INDEX_NONE);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < MANY; i++) {
            snprintf(text, sizeof text, "key %zu", i);
            ck_assert(key_index_add(&index, slice_of(text), &at, &status));
            ck_assert_uint_eq(at, i);
        }
        ck_assert_uint_eq(index.n_keys, MANY);
    }
    memset(text, '!', sizeof text);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "key %zu", i);
        ck_assert_uint_eq(key_index_find(&index, slice_of(text)), i);
        ck_assert(slice_equal_text(index.keys[i], text));
    }
    ck_assert_uint_eq(key_index_find(&index, slice_of("none")), KEY_INDEX_NONE);
    key_index_clean_up(&index);
}
END_TEST

START_TEST(test_any_bytes_are_a_key) {
    struct key_index index;
    struct status status = STATUS_INIT;
    size_t at;
    key_index_init(&index, 1 << 20);
    ck_assert(key_index_add(&index, slice_make("a\0b", 3), &at, &status));
    ck_assert(key_index_add(&index, slice_make("a\0c", 3), &at, &status));
    ck_assert(key_index_add(&index, slice_of(""), &at, &status));
    ck_assert_uint_eq(at, 2);
    ck_assert_uint_eq(key_index_find(&index, slice_make("a\0c", 3)), 1);
    ck_assert_uint_eq(key_index_find(&index, slice_make("a", 1)), KEY_INDEX_NONE);
    ck_assert_uint_eq(key_index_find(&index, slice_of("")), 2);
    key_index_clean_up(&index);
}
END_TEST

START_TEST(test_a_reset_forgets_them_all) {
    struct key_index index;
    struct status status = STATUS_INIT;
    size_t at;
    key_index_init(&index, 1 << 20);
    key_index_reset(&index);
    ck_assert(key_index_add(&index, slice_of("a"), &at, &status));
    ck_assert(key_index_add(&index, slice_of("b"), &at, &status));
    key_index_reset(&index);
    ck_assert_uint_eq(key_index_find(&index, slice_of("b")), KEY_INDEX_NONE);
    ck_assert(key_index_add(&index, slice_of("b"), &at, &status));
    ck_assert_uint_eq(at, 0);
    key_index_clean_up(&index);
}
END_TEST

START_TEST(test_keys_that_pass_the_maximum_are_a_task) {
    struct key_index index;
    struct status status = STATUS_INIT;
    size_t at;
    key_index_init(&index, 10);
    ck_assert(key_index_add(&index, slice_of("12345"), &at, &status));
    ck_assert(!key_index_add(&index, slice_of("6789"), &at, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert(key_index_add(&index, slice_of("678"), &at, &status));
    ck_assert(key_index_add(&index, slice_of("12345"), &at, &status)); /* it is there already */
    ck_assert_uint_eq(at, 0);
    key_index_clean_up(&index);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("key_index");
    TCase *tests = tcase_create("key_index");
    tcase_add_test(tests, test_keys_are_numbered_in_order_and_kept_once);
    tcase_add_test(tests, test_any_bytes_are_a_key);
    tcase_add_test(tests, test_a_reset_forgets_them_all);
    tcase_add_test(tests, test_keys_that_pass_the_maximum_are_a_task);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
