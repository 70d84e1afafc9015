#include "destinations/dust/dust_row_store.h"
#include "dust_fixture.h"
#include "support/suite.h"

static const struct row_store_ops ops = {.close = dust_row_store_close};

/* What the get of the next open answers. */
static bool next_ok;
static bool next_there;

static bool get(struct dust_api *api, struct slice schema, struct slice name, struct arena *arena,
                struct dust_table *found, bool *there, struct status *status) {
    found->table.schema = arena_copy_text(arena, schema);
    found->table.name = arena_copy_text(arena, name);
    found->id = "fivetran_s__t";
    *there = next_there;
    ck_assert_ptr_nonnull(api->d);
    return next_ok || status_fail(status, STATUS_UNAVAILABLE, "not now");
}

static bool open_store(struct fixture *f, struct row_store **store) {
    const struct row_store base = {.ops = &ops, .removals_per_minute = 7};
    return dust_row_store_open(base, get, &f->d, SLICE_LITERAL("s"), SLICE_LITERAL("t"), store,
                               &f->status);
}

START_TEST(test_a_table_that_is_there_has_a_store) {
    struct fixture f;
    struct row_store *store;
    set_up(&f, NULL, 0);
    next_ok = next_there = true;
    ck_assert(open_store(&f, &store));
    ck_assert_ptr_eq(store->ops, &ops);
    ck_assert_uint_eq(store->removals_per_minute, 7);
    ck_assert_str_eq(store->table->name, "t");
    struct dust_row_store *s = dust_row_store_of(store);
    ck_assert_ptr_eq(store->table, &s->table.table);
    ck_assert_str_eq(s->table.id, "fivetran_s__t");
    ck_assert_ptr_eq(s->api.d, &s->d); /* a copy: the caller's may go */
    ck_assert_ptr_eq(s->d.settings, f.d.settings);
    store->ops->close(store);
    tear_down(&f);
}
END_TEST

START_TEST(test_no_table_or_a_failure_is_no_store) {
    struct fixture f;
    struct row_store *store = (struct row_store *)&f;
    set_up(&f, NULL, 0);
    next_ok = true;
    next_there = false;
    ck_assert(open_store(&f, &store));
    ck_assert_ptr_null(store);
    next_ok = false;
    next_there = true;
    store = (struct row_store *)&f;
    ck_assert(!open_store(&f, &store));
    ck_assert_ptr_null(store);
    ck_assert_int_eq(f.status.code, STATUS_UNAVAILABLE);
    dust_row_store_close(NULL);
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("dust_row_store");
    TCase *tests = tcase_create("dust_row_store");
    tcase_add_test(tests, test_a_table_that_is_there_has_a_store);
    tcase_add_test(tests, test_no_table_or_a_failure_is_no_store);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
