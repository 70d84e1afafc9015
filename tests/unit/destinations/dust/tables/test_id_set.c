#include "destinations/dust/tables/id_set.h"
#include "support/suite.h"

#include <stdio.h>

START_TEST(an_id_is_added_once) {
    struct id_set set;
    bool added;
    id_set_init(&set);
    ck_assert(id_set_add(&set, slice_of("42"), &added));
    ck_assert(added);
    ck_assert(id_set_add(&set, slice_of("42"), &added));
    ck_assert(!added);
    ck_assert(id_set_add(&set, slice_of(""), NULL));
    ck_assert_uint_eq(set.count, 2);
    id_set_clean_up(&set);
}
END_TEST

START_TEST(many_ids_are_told_apart) {
    enum { COUNT = 100000 };
    struct id_set set;
    id_set_init(&set);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++) {
            char id[32];
            bool added;
            snprintf(id, sizeof id, "row-%d", i);
            ck_assert(id_set_add(&set, slice_of(id), &added));
            ck_assert(added == (round == 0));
        }
    }
    ck_assert_uint_eq(set.count, COUNT);
    id_set_clean_up(&set);
}
END_TEST

START_TEST(a_cleared_set_is_empty) {
    struct id_set set;
    bool added;
    id_set_init(&set);
    id_set_clear(&set);
    ck_assert(id_set_add(&set, slice_of("a"), NULL));
    id_set_clear(&set);
    ck_assert_uint_eq(set.count, 0);
    ck_assert(id_set_add(&set, slice_of("a"), &added));
    ck_assert(added);
    id_set_clean_up(&set);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("id_set");
    TCase *tests = tcase_create("ids");
    tcase_add_test(tests, an_id_is_added_once);
    tcase_add_test(tests, many_ids_are_told_apart);
    tcase_add_test(tests, a_cleared_set_is_empty);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
