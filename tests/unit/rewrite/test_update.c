#include "fake_store.h"
#include "rewrite/update.h"
#include "support/suite.h"

/* n records that each set column a of one of three rows to a long text; the last three set it to a
 * short one. */
struct long_source {
    struct record_source source;
    size_t n;
    size_t at;
    char id[2];
    struct cell cells[4]; /* the last one of a column that the table may lack */
};

enum { LONG_TEXT = 900 * 1000 };

static char long_text[LONG_TEXT];

static enum next long_next(struct record_source *base, struct record *record,
                           struct status *status) {
    struct long_source *s = (struct long_source *)base;
    (void)status;
    if (s->at == s->n) {
        return NEXT_END;
    }
    bool brief = s->n - s->at <= 3;
    s->id[0] = (char)('1' + s->at++ % 3);
    s->cells[0] = (struct cell){CELL_TEXT, slice_make(s->id, 1)};
    s->cells[1] = (struct cell){CELL_TEXT, slice_make(long_text, brief ? 1 : LONG_TEXT)};
    s->cells[2] = (struct cell){.kind = s->at == 2 ? CELL_NULL : CELL_UNMODIFIED};
    s->cells[3] = (struct cell){s->at <= 3 ? CELL_TEXT : CELL_UNMODIFIED, SLICE_LITERAL("d")};
    *record = (struct record){.operation = RECORD_UPDATE, .cells = s->cells, .file = "f"};
    return NEXT_RECORD;
}

static void set_up(struct fake_world *w, struct table_work *work) {
    world_init(w);
    world_table(w, "s", "t", "id:INT:key a:STRING b:STRING");
    world_row(w, "t", "1|a1|b1");
    world_row(w, "t", "2|a2|b2");
    ck_assert(table_work_begin(work, &w->rw, slice_of("s"), slice_of("t"), &w->status));
}

static void update(struct fake_world *w, struct table_work *work, size_t n) {
    struct long_source source = {.source = {long_next, NULL}, .n = n};
    memset(long_text, 'x', sizeof long_text);
    ck_assert_msg(update_rows(work, world_shape(w, "t"), &source.source, &w->status), "%s",
                  w->status.message);
    table_work_end(work);
}

START_TEST(test_what_fits_is_one_pass) {
    struct fake_world w;
    struct table_work work;
    set_up(&w, &work);
    update(&w, &work, 30);
    ck_assert_uint_eq(w.n_reads, 1);
    ck_assert_uint_eq(w.report.records, 2);
    ck_assert_str_eq(world_rows(&w, "t"), "1|x|b1\n2|x|NULL\n");
    world_clean_up(&w);
}
END_TEST

/* What the first pass wrote is what the second one reads. */
START_TEST(test_more_than_64_mib_of_changes_are_another_pass) {
    for (int confirm = 0; confirm < 2; confirm++) {
        struct fake_world w;
        struct table_work work;
        set_up(&w, &work);
        w.settings.confirm_writes = confirm;
        update(&w, &work, 90); /* 78 MB */
        ck_assert_uint_eq(w.n_reads, 2);
        ck_assert_uint_eq(w.report.records, 4);
        ck_assert_uint_eq(w.n_settles, confirm ? 1 : 2);
        ck_assert_str_eq(world_rows(&w, "t"), "1|x|b1\n2|x|NULL\n");
        world_clean_up(&w);
    }
}
END_TEST

/* The column that the first pass added is seen by the second. */
START_TEST(test_a_pass_keeps_what_the_one_before_put_into_a_new_column) {
    static const struct column columns[] = {{.name = "id", .type = COLUMN_INT, .primary_key = true},
                                            {.name = "a", .type = COLUMN_STRING},
                                            {.name = "b", .type = COLUMN_STRING},
                                            {.name = "d", .type = COLUMN_STRING}};
    static const struct table table = {"s", "t", columns, 4};
    struct fake_world w;
    struct table_work work;
    struct long_source source = {.source = {long_next, NULL}, .n = 90};
    set_up(&w, &work);
    memset(long_text, 'x', sizeof long_text);
    ck_assert(update_rows(&work, &table, &source.source, &w.status));
    ck_assert_uint_eq(w.n_reads, 2);
    table_work_end(&work);
    ck_assert_str_eq(world_rows(&w, "t"), "1|x|b1|d\n2|x|NULL|d\n");
    world_clean_up(&w);
}
END_TEST

START_TEST(test_no_updates_read_nothing) {
    struct fake_world w;
    struct table_work work;
    set_up(&w, &work);
    update(&w, &work, 0);
    ck_assert_uint_eq(w.n_reads + w.n_settles + w.n_requests, 0);
    world_clean_up(&w);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("update");
    TCase *tests = tcase_create("update");
    tcase_add_test(tests, test_what_fits_is_one_pass);
    tcase_add_test(tests, test_more_than_64_mib_of_changes_are_another_pass);
    tcase_add_test(tests, test_a_pass_keeps_what_the_one_before_put_into_a_new_column);
    tcase_add_test(tests, test_no_updates_read_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
