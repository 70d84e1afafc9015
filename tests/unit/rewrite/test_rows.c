#include "fake_store.h"
#include "rewrite/rows.h"
#include "support/suite.h"

static struct row make_row(struct cell cells[3], const char *id, const char *text) {
    cells[0] = (struct cell){CELL_TEXT, slice_of(id)};
    cells[1] = (struct cell){.kind = CELL_NULL};
    cells[2] = (struct cell){CELL_TEXT, slice_of(text)};
    return (struct row){slice_of(id), cells};
}

START_TEST(test_a_kept_row_is_a_copy) {
    struct rows rows;
    struct cell cells[3];
    struct status status = STATUS_INIT;
    char id[] = "7";
    char text[] = "seven";
    rows_init(&rows, 3, 1 << 20);
    struct row row = make_row(cells, id, text);
    struct kept_row *kept = rows_add(&rows, &row, &status);
    ck_assert_ptr_nonnull(kept);
    id[0] = text[0] = '!';
    ck_assert(slice_equal_text(kept->id, "7"));
    ck_assert(slice_equal_text(kept->cells[0].text, "7"));
    ck_assert_int_eq(kept->cells[1].kind, CELL_NULL);
    ck_assert(slice_equal_text(kept->cells[2].text, "seven"));
    rows_clean_up(&rows);
}
END_TEST

START_TEST(test_rows_that_pass_the_maximum_are_a_task_that_says_it) {
    struct rows rows;
    struct cell cells[3];
    struct status status = STATUS_INIT;
    size_t n = 0;
    rows_init(&rows, 3, 1024 * 1024);
    const struct row row = make_row(cells, "id", "some text");
    while (rows_add(&rows, &row, &status)) {
        n++;
    }
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "do not fit into the 1 MB"));
    ck_assert_uint_eq(rows.n_rows, n);
    ck_assert_uint_eq(n, 1024 * 1024 / (3 * sizeof(struct cell) + 2 + 11));
    rows_reset(&rows);
    ck_assert_ptr_nonnull(rows_add(&rows, &row, &status));
    rows_clean_up(&rows);
}
END_TEST

static bool keep_odd(void *context, const struct row *row) {
    ++*(int *)context;
    return (row->cells[0].text.data[0] - '0') % 2 == 1;
}

START_TEST(test_loading_keeps_what_is_asked_for_and_starts_over_when_told) {
    struct fake_world w;
    struct rows rows;
    struct row_store *store;
    int seen = 0;
    world_init(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING b:STRING");
    for (int i = 0; i < 6; i++) {
        char values[32];
        snprintf(values, sizeof values, "%d|NULL|b%d", i, i);
        world_row(&w, "t", values);
    }
    w.restarts_once = true;
    ck_assert(fake_open_rows(&w.d, slice_of("s"), slice_of("t"), &store, &w.status));
    rows_init(&rows, 3, 1 << 20);
    ck_assert(rows_load(&rows, store, keep_odd, &seen, &w.status));
    ck_assert_int_eq(seen, 3 + 6);
    ck_assert_uint_eq(rows.n_rows, 3);
    ck_assert(slice_equal_text(rows.rows[0].cells[2].text, "b1"));
    ck_assert(slice_equal_text(rows.rows[2].id, "5;"));
    ck_assert(rows_load(&rows, store, NULL, NULL, &w.status));
    ck_assert_uint_eq(rows.n_rows, 6);
    rows_clean_up(&rows);
    store->ops->close(store);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_source_of_rows_gives_each_once_and_again_after_rewinding) {
    struct rows rows;
    struct rows_source source;
    struct record record;
    struct cell cells[3];
    struct status status = STATUS_INIT;
    rows_init(&rows, 3, 1 << 20);
    for (int i = 0; i < 200; i++) {
        char id[8];
        snprintf(id, sizeof id, "%d", i);
        const struct row row = make_row(cells, id, "x");
        ck_assert_ptr_nonnull(rows_add(&rows, &row, &status));
    }
    rows_source_init(&source, &rows);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
            ck_assert_int_eq(record_source_next(&source.source, &record, &status), NEXT_RECORD);
            ck_assert_int_eq(record.operation, RECORD_UPSERT);
            ck_assert_ptr_null(record.file);
            char id[8];
            snprintf(id, sizeof id, "%d", i);
            ck_assert(slice_equal_text(record.cells[0].text, id));
        }
        ck_assert_int_eq(record_source_next(&source.source, &record, &status), NEXT_END);
        ck_assert(source.source.rewind(&source.source, &status));
    }
    rows_clean_up(&rows);
}
END_TEST

START_TEST(test_wider_rows_are_null_in_the_new_columns) {
    const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("1")}, {.kind = CELL_NULL}};
    const struct row row = {SLICE_LITERAL("id"), cells};
    struct status status = STATUS_INIT;
    struct rows rows;
    rows_init(&rows, 2, 1024);
    ck_assert_ptr_nonnull(rows_add(&rows, &row, &status));
    ck_assert(rows_widen(&rows, 2, &status));
    ck_assert(rows_widen(&rows, 4, &status));
    ck_assert_uint_eq(rows.n_columns, 4);
    ck_assert(slice_equal_text(rows.rows[0].cells[0].text, "1"));
    for (size_t i = 1; i < 4; i++) {
        ck_assert_int_eq(rows.rows[0].cells[i].kind, CELL_NULL);
    }
    ck_assert(!rows_widen(&rows, 100, &status));
    ck_assert_int_eq(status.code, STATUS_TASK);
    rows_clean_up(&rows);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("rows");
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, test_a_kept_row_is_a_copy);
    tcase_add_test(tests, test_rows_that_pass_the_maximum_are_a_task_that_says_it);
    tcase_add_test(tests, test_loading_keeps_what_is_asked_for_and_starts_over_when_told);
    tcase_add_test(tests, test_wider_rows_are_null_in_the_new_columns);
    tcase_add_test(tests, test_a_source_of_rows_gives_each_once_and_again_after_rewinding);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
