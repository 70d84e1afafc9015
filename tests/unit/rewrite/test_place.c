#include "cut.h"
#include "rewrite/place.h"
#include "rewrite/reshape.h"
#include "rewrite/table_draft.h"
#include "support/suite.h"

/* Places all rows of table t by the column of that name as the key. */
static bool place_by(struct fake_world *w, const char *key, enum row_fate fate) {
    enum row_fate fates[16];
    struct table_draft before, after;
    struct table_work work;
    struct rows rows;
    for (size_t i = 0; i < 16; i++) {
        fates[i] = fate;
    }
    bool ok = table_work_begin(&work, &w->rw, slice_of("s"), slice_of("t"), &w->status);
    ck_assert(ok);
    ck_assert(table_draft_init(&before, work.store->table, 0, &w->status));
    ck_assert(table_draft_init(&after, work.store->table, 0, &w->status));
    for (size_t i = 0; i < after.table.n_columns; i++) {
        after.columns[i].primary_key = strcmp(after.columns[i].name, key) == 0;
    }
    rows_init(&rows, 0, ROWS_MAX_BYTES);
    ck_assert(reshape_load_all(&work, &rows, &before.table, &w->status));
    ck_assert_uint_le(rows.n_rows, 16);
    ok =
        place_rows(&work, &(struct placing){&before.table, &after.table, &rows, fates}, &w->status);
    rows_clean_up(&rows);
    table_draft_clean_up(&before);
    table_draft_clean_up(&after);
    table_work_end(&work);
    return ok;
}

static void set_up(struct fake_world *w) {
    world_init(w);
    world_table(w, "s", "t", "a:INT:key b:DECIMAL c:STRING");
    world_row(w, "t", "1|11|x");
    world_row(w, "t", "2|12|x");
}

START_TEST(test_rows_are_written_before_any_is_removed) {
    struct fake_world w;
    set_up(&w);
    w.cut_after = 1; /* one post of two rows */
    ck_assert(!place_by(&w, "b", ROW_STAYS));
    ck_assert_str_eq(world_rows(&w, "t"), "1|11|x\n1|11|x\n2|12|x\n2|12|x\n");
    world_next_call(&w);
    ck_assert(place_by(&w, "b", ROW_STAYS));
    ck_assert_str_eq(world_rows(&w, "t"), "1|11|x\n2|12|x\n");
    ck_assert_uint_eq(w.n_posts, 0); /* the copies that the cut left were not written again */
    ck_assert_uint_eq(w.n_removed, 2);
    ck_assert_uint_eq(w.n_settles, 2); /* before reading; and what was removed is seen gone */
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_in_place_are_written_only_when_changed) {
    struct fake_world w;
    set_up(&w);
    ck_assert(place_by(&w, "a", ROW_STAYS));
    ck_assert_uint_eq(w.n_requests, 0);
    ck_assert(place_by(&w, "a", ROW_CHANGED));
    ck_assert_uint_eq(w.report.records, 2);
    ck_assert_uint_eq(w.n_removed, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_rows_that_go_go_by_their_ids) {
    struct fake_world w;
    set_up(&w);
    ck_assert(place_by(&w, "a", ROW_GOES));
    ck_assert_str_eq(world_rows(&w, "t"), "");
    ck_assert_uint_eq(w.n_removed, 2);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_two_rows_of_one_key_are_a_task_before_anything_is_written) {
    struct fake_world w;
    set_up(&w);
    ck_assert(!place_by(&w, "c", ROW_STAYS));
    ck_assert_int_eq(w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(w.status.message, "same primary key"));
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

/* The copy shows its values as the destination wrote them. */
START_TEST(test_a_copy_is_known_by_values_not_texts) {
    struct fake_world w;
    set_up(&w);
    w.cut_after = 1;
    ck_assert(!place_by(&w, "b", ROW_STAYS));
    struct fake_table *t = fake_table_find(&w, slice_of("s"), slice_of("t"));
    for (size_t i = 0; i < t->rows.n_rows; i++) {
        struct fake_row *row = &t->rows.rows[i];
        if (strcmp(row->id, "11;") == 0) {
            free(row->texts[1]);
            row->texts[1] = fake_copy(slice_of("11.0"));
        }
    }
    world_next_call(&w);
    place_by(&w, "a", ROW_STAYS); /* by a: both are of one key, and equal */
    ck_assert_msg(w.status.code == STATUS_OK, "%s", w.status.message);
    fake_settle_table(t);
    ck_assert_uint_eq(t->rows.n_rows, 2);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_a_key_of_no_column_is_refused) {
    struct fake_world w;
    set_up(&w);
    ck_assert(!place_by(&w, "nobody", ROW_STAYS));
    ck_assert_int_eq(w.status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_uint_eq(w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

START_TEST(test_placing_is_needed_for_another_key_or_type_of_it) {
    struct column columns[] = {{.name = "a", .type = COLUMN_INT, .primary_key = true},
                               {.name = "b", .type = COLUMN_INT}};
    struct column other[2];
    const struct table from = {"s", "t", columns, 2};
    const struct table to = {"s", "t", other, 2};
    memcpy(other, columns, sizeof other);
    ck_assert(!place_is_needed(&from, &to));
    other[1].type = COLUMN_LONG;
    ck_assert(!place_is_needed(&from, &to));
    other[0].type = COLUMN_LONG;
    ck_assert(place_is_needed(&from, &to));
    other[0].type = COLUMN_INT;
    other[1].primary_key = true;
    ck_assert(place_is_needed(&from, &to));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("place");
    TCase *tests = tcase_create("place");
    tcase_add_test(tests, test_rows_are_written_before_any_is_removed);
    tcase_add_test(tests, test_rows_in_place_are_written_only_when_changed);
    tcase_add_test(tests, test_rows_that_go_go_by_their_ids);
    tcase_add_test(tests, test_two_rows_of_one_key_are_a_task_before_anything_is_written);
    tcase_add_test(tests, test_a_copy_is_known_by_values_not_texts);
    tcase_add_test(tests, test_a_key_of_no_column_is_refused);
    tcase_add_test(tests, test_placing_is_needed_for_another_key_or_type_of_it);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
