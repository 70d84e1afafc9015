#include "base/random.h"
#include "support/suite.h"

#include <stdbool.h>
#include <string.h>

START_TEST(test_the_systems_numbers_differ) {
    uint64_t first = random_next(random_system());
    uint64_t second = random_next(random_system());
    ck_assert(first != second); /* wrong once in 2^64 */
}
END_TEST

START_TEST(test_numbers_stay_below_their_bound_and_reach_all_of_it) {
    const uint64_t bounds[] = {1, 2, 3, 7, 100};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        bool seen[100] = {false};
        for (int n = 0; n < 20000; n++) {
            uint64_t value = random_below(random_system(), bounds[i]);
            if (value >= bounds[i]) {
                ck_abort_msg("%llu of %llu", (unsigned long long)value,
                             (unsigned long long)bounds[i]);
            }
            seen[value] = true;
        }
        for (uint64_t value = 0; value < bounds[i]; value++) {
            ck_assert(seen[value]);
        }
    }
    ck_assert_uint_lt(random_below(random_system(), UINT64_MAX), UINT64_MAX);
}
END_TEST

struct script {
    const uint64_t *values;
    size_t at;
};

static uint64_t next_of_script(void *context) {
    struct script *script = context;
    return script->values[script->at++];
}

START_TEST(test_numbers_that_would_favour_small_results_are_thrown_again) {
    /* 2^64 mod 10 is 6: 0 to 5 are one too many of their kind. */
    const uint64_t values[] = {0, 5, 6, UINT64_MAX};
    struct script script = {values, 0};
    struct random random = {next_of_script, &script};
    ck_assert_uint_eq(random_below(&random, 10), 6);
    ck_assert_uint_eq(script.at, 3);
    ck_assert_uint_eq(random_below(&random, 10), 5);
}
END_TEST

START_TEST(test_uuids_are_of_version_4) {
    char text[UUID_TEXT_BYTES];
    const uint64_t ones[] = {UINT64_MAX, UINT64_MAX, 0, 0, 0x0123456789ABCDEF, 0x0123456789ABCDEF};
    struct script script = {ones, 0};
    struct random random = {next_of_script, &script};
    random_uuid(&random, text);
    ck_assert_str_eq(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    random_uuid(&random, text);
    ck_assert_str_eq(text, "00000000-0000-4000-8000-000000000000");
    random_uuid(&random, text);
    ck_assert_str_eq(text, "01234567-89ab-4def-8123-456789abcdef");
    char other[UUID_TEXT_BYTES];
    random_uuid(random_system(), text);
    random_uuid(random_system(), other);
    ck_assert_uint_eq(strlen(text), 36);
    ck_assert_str_ne(text, other);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("random");
    TCase *c = tcase_create("random");
    tcase_add_test(c, test_the_systems_numbers_differ);
    tcase_add_test(c, test_numbers_stay_below_their_bound_and_reach_all_of_it);
    tcase_add_test(c, test_numbers_that_would_favour_small_results_are_thrown_again);
    tcase_add_test(c, test_uuids_are_of_version_4);
    suite_add_tcase(suite, c);
    return suite_run(suite);
}
