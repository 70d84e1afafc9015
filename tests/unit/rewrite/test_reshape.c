#include "cut.h"
#include "rewrite/reshape.h"
#include "rewrite/table_draft.h"
#include "support/suite.h"

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "t", "id:INT:key a:STRING");
    world_row(w, "t", "1|10");
    world_row(w, "t", "2|NULL");
    world_row(w, "t", "3|30");
}

static bool has_a(void *context, const struct cell *cells) {
    (void)context;
    return cells[1].kind == CELL_TEXT;
}

static void move_to_b(void *context, struct cell *cells) {
    (void)context;
    cells[2] = cells[1];
    cells[1] = (struct cell){.kind = CELL_NULL};
}

/* a becomes b, an INT, the key if so told. */
static bool reshape(struct fake_world *w, bool moves) {
    struct table_draft before, rows_as, columns;
    struct table_work work;
    bool ok = table_work_begin(&work, &w->rw, slice_of("s"), slice_of("t"), &w->status);
    ck_assert(ok);
    const struct column b = {.name = "b", .type = COLUMN_INT};
    ck_assert(table_draft_init(&before, work.store->table, 1, &w->status));
    if (!table_draft_find(&before, "b")) {
        ck_assert(table_draft_add(&before, &b, &w->status));
    }
    ck_assert(table_draft_init(&rows_as, &before.table, 0, &w->status));
    rows_as.columns[0].primary_key = !moves;
    rows_as.columns[2].primary_key = moves;
    ck_assert(table_draft_init(&columns, &rows_as.table, 0, &w->status));
    table_draft_remove(&columns, "a");
    const struct reshape change = {.before = &before.table,
                                   .rows_as = &rows_as.table,
                                   .columns = &columns.table,
                                   .concerns = has_a,
                                   .change = move_to_b};
    ok = reshape_table(&work, &change, &w->status);
    table_draft_clean_up(&before);
    table_draft_clean_up(&rows_as);
    table_draft_clean_up(&columns);
    table_work_end(&work);
    return ok;
}

START_TEST(test_only_rows_that_change_are_written_and_columns_set_last) {
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(reshape(&w, false), "%s", w.status.message);
    ck_assert_str_eq(world_columns(&w, "t"), "b:INT id:INT:key");
    ck_assert_str_eq(world_rows(&w, "t"), "1|10\n2|NULL\n3|30\n");
    ck_assert_uint_eq(w.report.records, 2);
    ck_assert_uint_eq(w.n_requests, 3); /* b, the rows, without a */
    ck_assert_uint_eq(w.n_reads, 1);
    ck_assert_uint_eq(w.n_settles, 1);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_that_move_are_all_read_and_those_of_others_ids_parked) {
    struct fake_world w;
    set_up(&w);
    ck_assert_msg(reshape(&w, true), "%s", w.status.message);
    char *state = world_state(&w);
    ck_assert_str_eq(state, "t b:INT:key id:INT\n1|10\n2|NULL\n3|30\nt (null);\nt 10;\nt 30;\n");
    free(state);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_that_are_read_all_have_room_for_the_new_columns) {
    struct fake_world w;
    struct table_work work;
    struct table_draft before;
    struct rows rows;
    set_up(&w);
    ck_assert(table_work_begin(&work, &w.rw, slice_of("s"), slice_of("t"), &w.status));
    ck_assert(table_draft_init(&before, work.store->table, 1, &w.status));
    ck_assert(table_draft_add(&before, &(struct column){.name = "b"}, &w.status));
    rows_init(&rows, 0, ROWS_MAX_BYTES);
    ck_assert(reshape_load_all(&work, &rows, &before.table, &w.status));
    ck_assert_uint_eq(rows.n_rows, 3);
    ck_assert_uint_eq(rows.n_columns, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rows.rows[i].cells[0].kind, CELL_TEXT);
        ck_assert_int_eq(rows.rows[i].cells[2].kind, CELL_NULL);
    }
    ck_assert_uint_eq(w.n_requests, 0);
    rows_clean_up(&rows);
    table_draft_clean_up(&before);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_columns_are_set_only_when_they_differ) {
    struct fake_world w;
    struct table_work work;
    const struct column b = {.name = "b", .type = COLUMN_INT};
    set_up(&w);
    ck_assert(table_work_begin(&work, &w.rw, slice_of("s"), slice_of("t"), &w.status));
    ck_assert(reshape_columns(&work, world_shape(&w, "t"), &w.status));
    ck_assert_uint_eq(w.n_requests, 0);
    ck_assert(reshape_add_column(&work, &b, &w.status));
    ck_assert_uint_eq(w.n_requests, 1);
    ck_assert(reshape_add_column(&work, &b, &w.status));
    ck_assert_uint_eq(w.n_requests, 1);
    ck_assert_uint_eq(work.store->table->n_columns, 3);
    table_work_end(&work);
    world_clean_up(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("reshape");
    TCase *tests = tcase_create("reshape");
    tcase_add_test(tests, test_only_rows_that_change_are_written_and_columns_set_last);
    tcase_add_test(tests, test_rows_that_move_are_all_read_and_those_of_others_ids_parked);
    tcase_add_test(tests, test_rows_that_are_read_all_have_room_for_the_new_columns);
    tcase_add_test(tests, test_columns_are_set_only_when_they_differ);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
