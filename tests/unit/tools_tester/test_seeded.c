#include "support/suite.h"
#include "tester/seeded.h"

START_TEST(test_a_seed_repeats) {
    struct seeded one;
    struct seeded two;
    struct seeded other;
    seeded_init(&one, 42);
    seeded_init(&two, 42);
    seeded_init(&other, 43);
    unsigned char a[33];
    unsigned char b[33];
    unsigned char c[33];
    seeded_bytes(&one, a, sizeof a);
    seeded_bytes(&two, b, sizeof b);
    seeded_bytes(&other, c, sizeof c);
    ck_assert(memcmp(a, b, sizeof a) == 0);
    ck_assert(memcmp(a, c, sizeof a) != 0);
}
END_TEST

START_TEST(test_every_order_comes_and_each_is_one) {
    struct seeded seeded;
    seeded_init(&seeded, 1);
    int seen[3][3] = {{0}};
    for (int i = 0; i < 300; i++) {
        size_t order[3];
        seeded_shuffle(&seeded, order, 3);
        ck_assert_uint_eq((1U << order[0]) + (1U << order[1]) + (1U << order[2]), 7);
        for (int place = 0; place < 3; place++) {
            seen[place][order[place]]++;
        }
    }
    for (int place = 0; place < 3; place++) {
        for (int number = 0; number < 3; number++) {
            ck_assert_int_gt(seen[place][number], 60);
        }
    }
    seeded_shuffle(&seeded, NULL, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("seeded");
    TCase *tests = tcase_create("seeded");
    tcase_add_test(tests, test_a_seed_repeats);
    tcase_add_test(tests, test_every_order_comes_and_each_is_one);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
