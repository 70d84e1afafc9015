#include "rewrite/packed_cells.h"
#include "support/suite.h"

#include <stdlib.h>

enum { LONG = 20000 };

START_TEST(test_cells_come_back_as_they_were) {
    struct arena arena;
    static char text[LONG];
    struct cell cells[] = {
        {.kind = CELL_ABSENT},
        {.kind = CELL_UNMODIFIED},
        {.kind = CELL_NULL},
        {CELL_TEXT, SLICE_LITERAL("")},
        {CELL_TEXT, SLICE_LITERAL("a\0b")},
        {CELL_TEXT, {text, 124}}, /* where a length needs another byte */
        {CELL_TEXT, {text, 125}},
        {CELL_TEXT, {text, 16380}},
        {CELL_TEXT, {text, 16381}},
        {CELL_TEXT, {text, LONG}},
        {.kind = CELL_NULL},
    };
    enum { N = sizeof cells / sizeof cells[0] };
    struct cell read[N];
    memset(text, 'x', sizeof text);
    arena_init(&arena, 1 << 20);
    struct slice packed = packed_cells(&arena, cells, N);
    ck_assert_ptr_nonnull(packed.data);
    packed_cells_read(packed, read, N);
    for (size_t i = 0; i < N; i++) {
        ck_assert_int_eq(read[i].kind, cells[i].kind);
        if (cells[i].kind == CELL_TEXT) {
            ck_assert(slice_equal(read[i].text, cells[i].text));
        }
    }
    arena_clean_up(&arena);
}
END_TEST

START_TEST(test_a_null_takes_a_byte_and_a_short_text_one_more_than_its_own) {
    struct arena arena;
    const struct cell cells[] = {{.kind = CELL_NULL}, {CELL_TEXT, SLICE_LITERAL("four")}};
    arena_init(&arena, 1 << 20);
    ck_assert_uint_eq(packed_cells(&arena, cells, 2).len, 1 + 1 + 4);
    arena_clean_up(&arena);
}
END_TEST

START_TEST(test_what_does_not_fit_has_no_bytes) {
    struct arena arena;
    const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("0123456789")}};
    arena_init(&arena, 10);
    ck_assert_ptr_null(packed_cells(&arena, cells, 1).data);
    arena_clean_up(&arena);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("packed_cells");
    TCase *tests = tcase_create("packed_cells");
    tcase_add_test(tests, test_cells_come_back_as_they_were);
    tcase_add_test(tests, test_a_null_takes_a_byte_and_a_short_text_one_more_than_its_own);
    tcase_add_test(tests, test_what_does_not_fit_has_no_bytes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
