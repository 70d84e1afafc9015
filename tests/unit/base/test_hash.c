#include "base/hash.h"
#include "support/suite.h"

#include <stdbool.h>

START_TEST(parts_hash_as_the_whole) {
    uint64_t whole = hash_add(HASH_START, SLICE_LITERAL("foobar"));
    uint64_t parts = hash_add(hash_add(HASH_START, SLICE_LITERAL("foo")), SLICE_LITERAL("bar"));
    ck_assert_uint_eq(whole, UINT64_C(0x85944171f73967e8)); /* FNV's own test vector */
    ck_assert_uint_eq(parts, whole);
}
END_TEST

START_TEST(low_bits_of_a_mixed_hash_tell_neighbours_apart) {
    bool seen[64] = {false};
    size_t n_seen = 0;
    for (uint64_t i = 0; i < 64; i++) {
        size_t slot = (size_t)hash_mix(i << 32) & 63;
        n_seen += !seen[slot];
        seen[slot] = true;
    }
    ck_assert_uint_ge(n_seen, 32); /* by chance 40 of them; 1 without mixing */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("hash");
    TCase *tests = tcase_create("hash");
    tcase_add_test(tests, parts_hash_as_the_whole);
    tcase_add_test(tests, low_bits_of_a_mixed_hash_tell_neighbours_apart);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
