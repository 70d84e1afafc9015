#include "destinations/dust/dust_columns.h"
#include "destinations/dust/tables/dust_rows.h"
#include "support/suite.h"
#include "unit/destinations/dust/dust_fixture.h"

#include <stdio.h>

#define TABLE SOURCE "/tables/fivetran_s__places"
#define LISTING "GET " TABLE "/rows?limit=100&offset=0"
#define ROW(id, name) "{\"row_id\":\"" id "\",\"value\":{\"id\":\"" id "\",\"name\":\"" name "\"}}"

static const struct column columns[] = {
    {.name = "id", .type = COLUMN_STRING, .primary_key = true},
    {.name = "name", .type = COLUMN_STRING},
    {.name = "more", .type = COLUMN_INT},
};
static const struct table places = {"s", "places", columns, 2};

/* {"table":{"tags":[…]}} of places. */
static struct buf table_answer(void) {
    struct buf answer;
    struct arena arena;
    struct dust_table named;
    struct status status = STATUS_INIT;
    arena_init(&arena, 1 << 20);
    buf_init(&answer, 1 << 20);
    buf_append_text(&answer, "{\"table\":{\"tags\":");
    ck_assert(dust_table_name_columns(&places, NULL, "fivetran_", &arena, &named, &status));
    ck_assert(dust_tags_write(&named, FRONT_END_FIVETRAN, &answer, &status));
    buf_append_text(&answer, "}}");
    arena_clean_up(&arena);
    return answer;
}

/* A fixture with an open store; lines[0] answers the table. */
struct rows_fixture {
    struct fixture f;
    struct buf answer;
    struct row_store *store;
    char seen[256]; /* id=name; of every row, since the last restart */
};

static void set_up_rows(struct rows_fixture *x, struct scripted_answer *lines, size_t n_lines) {
    x->answer = table_answer();
    x->seen[0] = '\0';
    lines[0] = (struct scripted_answer){"GET " TABLE " ", 200, buf_cstr(&x->answer)};
    set_up(&x->f, lines, n_lines);
    ck_assert(dust_rows_open(&x->f.d, SLICE_LITERAL("s"), SLICE_LITERAL("places"), &x->store,
                             &x->f.status));
    ck_assert_ptr_nonnull(x->store);
}

static void tear_down_rows(struct rows_fixture *x) {
    x->store->ops->close(x->store);
    buf_clean_up(&x->answer);
    tear_down(&x->f);
}

static bool see(void *context, const struct row *row, struct status *status) {
    struct rows_fixture *x = context;
    size_t len = strlen(x->seen);
    (void)status;
    snprintf(x->seen + len, sizeof x->seen - len, "%.*s=%.*s;", SLICE_ARG(row->id),
             SLICE_ARG(row->cells[1].text));
    return true;
}

static void forget(void *context) {
    ((struct rows_fixture *)context)->seen[0] = '\0';
}

START_TEST(a_missing_table_is_no_store) {
    const struct scripted_answer lines[] = {
        {"GET " TABLE " ", 404, DUST_ERROR("table_not_found", "Failed to get table.")}};
    struct fixture f;
    struct row_store *store = (struct row_store *)&f;
    SET_UP(&f, lines);
    ck_assert(dust_rows_open(&f.d, SLICE_LITERAL("s"), SLICE_LITERAL("places"), &store, &f.status));
    ck_assert_ptr_null(store);
    tear_down(&f);
}
END_TEST

START_TEST(the_columns_are_those_of_the_tags) {
    struct scripted_answer lines[1];
    struct rows_fixture x;
    set_up_rows(&x, lines, 1);
    ck_assert_uint_eq(x.store->table->n_columns, 2);
    ck_assert_str_eq(x.store->table->columns[0].name, "id");
    ck_assert(x.store->table->columns[0].primary_key);
    tear_down_rows(&x);
}
END_TEST

START_TEST(every_row_is_read_but_the_fence) {
    struct scripted_answer lines[] = {
        {0},
        {LISTING, 200,
         "{\"rows\":[" ROW("a", "x") "," ROW("bigdust.fence", "") "," ROW("b",
                                                                          "y") "],\"total\":3}"},
    };
    struct rows_fixture x;
    set_up_rows(&x, lines, 2);
    const struct row_visitor visitor = {see, forget, &x};
    ck_assert(x.store->ops->read(x.store, READ_WHOLE, &visitor, &x.f.status));
    ck_assert_str_eq(x.seen, "a=x;b=y;");
    tear_down_rows(&x);
}
END_TEST

START_TEST(a_reading_that_starts_over_is_told) {
    struct scripted_answer lines[] = {
        {0},
        {LISTING, 200, "{\"rows\":[" ROW("a", "x") "," ROW("a", "x") "],\"total\":2}"},
        {LISTING, 200, "{\"rows\":[" ROW("a", "x") "," ROW("b", "y") "],\"total\":2}"},
    };
    struct rows_fixture x;
    set_up_rows(&x, lines, 3);
    const struct row_visitor visitor = {see, forget, &x};
    ck_assert(x.store->ops->read(x.store, READ_WHOLE, &visitor, &x.f.status));
    ck_assert_str_eq(x.seen, "a=x;b=y;");
    tear_down_rows(&x);
}
END_TEST

START_TEST(rows_are_found_by_id) {
    struct scripted_answer lines[] = {
        {0},
        {LISTING, 200,
         "{\"rows\":[" ROW("a", "x") "," ROW("b", "y") "," ROW("c", "z") "],\"total\":3}"},
    };
    const struct slice ids[] = {SLICE_LITERAL("c"), SLICE_LITERAL("none"), SLICE_LITERAL("a")};
    struct rows_fixture x;
    set_up_rows(&x, lines, 2);
    const struct row_visitor visitor = {see, forget, &x};
    ck_assert(x.store->ops->find(x.store, ids, 3, &visitor, &x.f.status));
    ck_assert_str_eq(x.seen, "a=x;c=z;");
    tear_down_rows(&x);
}
END_TEST

START_TEST(rows_are_removed_one_by_one_there_or_not) {
    struct scripted_answer lines[] = {
        {0},
        {"DELETE " TABLE "/rows/a ", 200, "{\"success\":true}"},
        {"DELETE " TABLE "/rows/b%2F ", 404, DUST_ERROR("table_not_found", "gone")},
    };
    const struct slice ids[] = {SLICE_LITERAL("a"), SLICE_LITERAL("b/")};
    struct rows_fixture x;
    set_up_rows(&x, lines, 3);
    ck_assert(x.store->ops->remove(x.store, ids, 2, &x.f.status));
    ck_assert_int_eq(x.f.status.code, STATUS_OK);
    tear_down_rows(&x);
}
END_TEST

START_TEST(a_refused_removal_fails) {
    struct scripted_answer lines[] = {
        {0},
        {"DELETE " TABLE "/rows/a ", 403, DUST_ERROR("data_source_auth_error", "no")},
    };
    const struct slice ids[] = {SLICE_LITERAL("a"), SLICE_LITERAL("b")};
    struct rows_fixture x;
    set_up_rows(&x, lines, 2);
    ck_assert(!x.store->ops->remove(x.store, ids, 2, &x.f.status));
    ck_assert_int_eq(x.f.status.code, STATUS_TASK);
    tear_down_rows(&x);
}
END_TEST

START_TEST(all_rows_go_at_once) {
    struct scripted_answer lines[] = {
        {0}, {"POST " TABLE "/rows {\"truncate\":true,\"rows\":[]}", 200, "{}"}};
    struct rows_fixture x;
    set_up_rows(&x, lines, 2);
    ck_assert(x.store->ops->clear(x.store, &x.f.status));
    tear_down_rows(&x);
}
END_TEST

START_TEST(columns_are_set_by_posting_the_table) {
    struct scripted_answer lines[] = {{0}, {"POST " SOURCE "/tables {", 200, "{}"}};
    const struct table more = {"s", "places", columns, 3};
    struct rows_fixture x;
    set_up_rows(&x, lines, 2);
    ck_assert(x.store->ops->set_columns(x.store, &more, &x.f.status));
    ck_assert_uint_eq(x.store->table->n_columns, 3);
    ck_assert_str_eq(x.store->table->columns[2].name, "more");
    tear_down_rows(&x);
}
END_TEST

START_TEST(an_id_needs_a_key) {
    static const struct column loose[] = {{.name = "a", .type = COLUMN_STRING}};
    static const struct table keyless = {"s", "loose", loose, 1};
    const struct cell cells[] = {{CELL_TEXT, SLICE_LITERAL("7")}, {.kind = CELL_NULL}};
    struct scripted_answer lines[1];
    struct rows_fixture x;
    struct buf id;
    buf_init(&id, 100);
    set_up_rows(&x, lines, 1);
    ck_assert(x.store->ops->row_id(x.store, &places, cells, &id, &x.f.status));
    ck_assert_str_eq(buf_cstr(&id), "7");
    ck_assert(!x.store->ops->row_id(x.store, &keyless, cells, &id, &x.f.status));
    ck_assert_int_eq(x.f.status.code, STATUS_INVALID_ARGUMENT);
    buf_clean_up(&id);
    tear_down_rows(&x);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_rows");
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, a_missing_table_is_no_store);
    tcase_add_test(tests, the_columns_are_those_of_the_tags);
    tcase_add_test(tests, every_row_is_read_but_the_fence);
    tcase_add_test(tests, a_reading_that_starts_over_is_told);
    tcase_add_test(tests, rows_are_found_by_id);
    tcase_add_test(tests, rows_are_removed_one_by_one_there_or_not);
    tcase_add_test(tests, a_refused_removal_fails);
    tcase_add_test(tests, all_rows_go_at_once);
    tcase_add_test(tests, columns_are_set_by_posting_the_table);
    tcase_add_test(tests, an_id_needs_a_key);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
