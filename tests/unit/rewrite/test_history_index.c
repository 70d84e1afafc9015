#include "fake_store.h"
#include "rewrite/history_index.h"
#include "rewrite/packed_cells.h"
#include "support/suite.h"

#define T(t) "2024-01-01T00:00:0" #t "Z"

struct fixture {
    struct fake_world w;
    struct row_store *store;
    struct history_index index;
};

static void set_up(struct fixture *f) {
    world_init(&f->w);
    world_table(&f->w, "s", "h",
                "id:STRING:key _fivetran_start:UTC_DATETIME:key _fivetran_end:UTC_DATETIME "
                "_fivetran_active:BOOLEAN _fivetran_synced:UTC_DATETIME a:INT");
    world_row(&f->w, "h", "x|" T(1) "|" T(2) "|false|" T(1) "|1");
    world_row(&f->w, "h", "x|" T(2) "|NULL|true|" T(1) "|2");
    world_row(&f->w, "h", "y|" T(1) "|NULL|true|" T(1) "|3");
    ck_assert(fake_open_rows(&f->w.d, slice_of("s"), slice_of("h"), &f->store, &f->w.status));
    ck_assert(history_index_init(&f->index, f->store->table, f->store->table, &f->w.status));
}

static void tear_down(struct fixture *f) {
    history_index_clean_up(&f->index);
    f->store->ops->close(f->store);
    world_clean_up(&f->w);
}

static bool read_lines(struct fixture *f, const char *const *lines, size_t n) {
    struct lines_source source;
    lines_init(&source, f->store->table, lines, n);
    return history_index_read(&f->index, &source.source, &f->w.cancel, &f->w.status);
}

#define READ(f, ...)                                                                               \
    do {                                                                                           \
        static const char *const lines_[] = {__VA_ARGS__};                                         \
        ck_assert_msg(read_lines((f), lines_, sizeof lines_ / sizeof lines_[0]), "%s",             \
                      (f)->w.status.message);                                                      \
    } while (0)

static int64_t second_of(const char *text) {
    struct instant instant;
    ck_assert(cell_instant(slice_of(text), &instant));
    return instant.seconds;
}

START_TEST(test_versions_are_kept_by_key_whatever_their_start) {
    struct fixture f;
    set_up(&f);
    READ(&f, "upsert x|" T(3) "|NULL|true|" T(5) "|7", "update y|" T(4) "|NULL|true|" T(5) "|~",
         "update x|" T(4) "|~|NULL|" T(5) "|NULL");
    ck_assert_uint_eq(f.index.keys.n_keys, 2);
    const struct history_key *x = &f.index.states[0];
    ck_assert_uint_eq(x->n_given, 2);
    ck_assert_int_eq(x->given->kind, VERSION_UPDATE);
    ck_assert_uint_eq(x->given->number, 2);
    ck_assert_int_eq(x->given->start.seconds, second_of(T(4)));
    ck_assert_int_eq(x->given->next->kind, VERSION_REPLACE);
    struct cell cells[6];
    packed_cells_read(x->given->cells, cells, 6);
    ck_assert(slice_equal_text(cells[0].text, "x"));
    ck_assert_int_eq(cells[2].kind, CELL_UNMODIFIED);
    ck_assert_int_eq(cells[3].kind, CELL_NULL);
    ck_assert(f.index.looks_back);
    tear_down(&f);
}
END_TEST

START_TEST(test_of_earliest_starts_the_least_counts_and_of_deletes_the_first) {
    struct fixture f;
    set_up(&f);
    READ(&f, "earliest_start x|" T(5) "|-|-|-|-", "earliest_start x|" T(3) "|-|-|-|-",
         "earliest_start x|" T(4) "|-|-|-|-", "delete x|NULL|" T(7) "|NULL|" T(8) "|-",
         "delete x|NULL|" T(1) "|NULL|" T(1) "|-", "delete y|-|" T(2) "|-|NULL|-");
    const struct history_key *x = &f.index.states[0];
    const struct history_key *y = &f.index.states[1];
    ck_assert(x->has_earliest && x->has_delete);
    ck_assert_int_eq(x->earliest.seconds, second_of(T(3)));
    ck_assert(slice_equal_text(x->end, T(7)));
    ck_assert(slice_equal_text(x->synced.text, T(8)));
    ck_assert(!y->has_earliest && y->has_delete);
    ck_assert_int_ne(y->synced.kind, CELL_TEXT);
    tear_down(&f);
}
END_TEST

START_TEST(test_replaces_alone_do_not_look_back) {
    struct fixture f;
    set_up(&f);
    READ(&f, "upsert x|" T(3) "|NULL|true|" T(5) "|7");
    ck_assert(!f.index.looks_back);
    tear_down(&f);
}
END_TEST

START_TEST(test_stored_versions_of_other_keys_are_not_kept) {
    struct fixture f;
    set_up(&f);
    READ(&f, "earliest_start x|" T(5) "|-|-|-|-", "earliest_start z|" T(5) "|-|-|-|-");
    f.w.restarts_once = true;
    ck_assert(history_index_load(&f.index, f.store, &f.w.status));
    ck_assert_uint_eq(f.index.states[0].n_stored, 2);
    ck_assert_uint_eq(f.index.states[1].n_stored, 0);
    const struct version *version = f.index.states[0].stored;
    ck_assert_int_eq(version->kind, VERSION_STORED);
    ck_assert_int_eq(version->start.seconds, second_of(T(2)));
    ck_assert(slice_equal_text(f.index.states[0].stored->next->id, f.w.tables[0].rows.rows[0].id));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_stored_row_without_a_start_is_before_all_others) {
    struct fixture f;
    set_up(&f);
    world_row(&f.w, "h", "z|NULL|NULL|true|" T(1) "|3");
    READ(&f, "delete z|-|" T(2) "|-|NULL|-");
    ck_assert(history_index_load(&f.index, f.store, &f.w.status));
    ck_assert_int_eq(f.index.states[0].stored->start.seconds, INT64_MIN);
    tear_down(&f);
}
END_TEST

START_TEST(test_lesson_18_values_are_checked_while_their_line_is_known) {
    static const char *const lines[] = {"upsert x|" T(3) "|NULL|true|" T(5) "|seven"};
    struct fixture f;
    set_up(&f);
    ck_assert(!read_lines(&f, lines, 1));
    ck_assert_int_eq(f.w.status.code, STATUS_DATA_LOSS);
    ck_assert_ptr_nonnull(strstr(f.w.status.message, "file file.csv, line 1: column \"a\" (INT)"));
    ck_assert_ptr_null(strstr(f.w.status.message, "seven"));
    tear_down(&f);
}
END_TEST

/* A version of 100 kB, over and over. */
static enum next big_next(struct record_source *source, struct record *record,
                          struct status *status) {
    static char text[100000];
    static struct cell cells[6];
    (void)source;
    (void)status;
    memset(text, 'x', sizeof text);
    cells[0] = (struct cell){CELL_TEXT, slice_make(text, sizeof text)};
    cells[1] = (struct cell){CELL_TEXT, SLICE_LITERAL(T(1))};
    *record = (struct record){.operation = RECORD_UPSERT, .cells = cells};
    return NEXT_RECORD;
}

START_TEST(test_versions_that_do_not_fit_are_a_task_and_a_cancel_is_seen) {
    struct fixture f;
    struct record_source big = {big_next, NULL};
    set_up(&f);
    f.index.given.max = 1000 * 1000;
    ck_assert(!history_index_read(&f.index, &big, &f.w.cancel, &f.w.status));
    ck_assert_int_eq(f.w.status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(f.w.status.message, "Table s.h: "));
    f.index.given.max = 1000 * 1000 * 1000;
    f.w.status = STATUS_INIT;
    cancel_fire(&f.w.cancel, CANCEL_CALLER);
    ck_assert(!history_index_read(&f.index, &big, &f.w.cancel, &f.w.status));
    ck_assert_int_eq(f.w.status.code, STATUS_CANCELLED);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("history_index");
    TCase *tests = tcase_create("history_index");
    tcase_add_test(tests, test_versions_are_kept_by_key_whatever_their_start);
    tcase_add_test(tests, test_of_earliest_starts_the_least_counts_and_of_deletes_the_first);
    tcase_add_test(tests, test_replaces_alone_do_not_look_back);
    tcase_add_test(tests, test_stored_versions_of_other_keys_are_not_kept);
    tcase_add_test(tests, test_a_stored_row_without_a_start_is_before_all_others);
    tcase_add_test(tests, test_lesson_18_values_are_checked_while_their_line_is_known);
    tcase_add_test(tests, test_versions_that_do_not_fit_are_a_task_and_a_cancel_is_seen);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
