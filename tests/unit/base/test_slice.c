#include "base/slice.h"
#include "support/suite.h"

static const struct {
    struct slice a, b;
    int order;
} pairs[] = {
    {{"", 0}, {NULL, 0}, 0},        {{"", 0}, {"a", 1}, -1},   {{"ab", 2}, {"ab", 2}, 0},
    {{"ab", 2}, {"abc", 3}, -1},    {{"b", 1}, {"abc", 3}, 1}, {{"a\0b", 3}, {"a\0a", 3}, 1},
    {{"\x7f", 1}, {"\x80", 1}, -1},
};

START_TEST(slices_are_ordered_byte_by_byte_the_shorter_first) {
    int order = slice_compare(pairs[_i].a, pairs[_i].b);
    int back = slice_compare(pairs[_i].b, pairs[_i].a);
    ck_assert_int_eq((order > 0) - (order < 0), pairs[_i].order);
    ck_assert_int_eq((back > 0) - (back < 0), -pairs[_i].order);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("slice");
    TCase *tests = tcase_create("order");
    tcase_add_loop_test(tests, slices_are_ordered_byte_by_byte_the_shorter_first, 0,
                        sizeof pairs / sizeof pairs[0]);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
