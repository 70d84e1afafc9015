#include "destinations/biggeo/catalogue_query.h"
#include "support/suite.h"
#include "unit/destinations/biggeo/catalogue_fixture.h"

static sqlite3 *database;

static void set_up(void) {
    ck_assert_int_eq(catalogue_file_open(":memory:", &database), SQLITE_OK);
}

static void tear_down(void) {
    sqlite3_close(database);
}

static struct catalogue_query query_of(struct slice scope, const char *schema, const char *name) {
    return (struct catalogue_query){
        .scope = scope, .schema = slice_of(schema), .name = slice_of(name)};
}

static struct table *get(struct slice scope, const char *schema, const char *name) {
    struct catalogue_query q = query_of(scope, schema, name);
    ck_assert_int_eq(catalogue_query_get(database, &q), SQLITE_OK);
    return q.found;
}

static bool is_there(struct slice scope, const char *schema, const char *name) {
    struct table *found = get(scope, schema, name);
    table_copy_destroy(found);
    return found != NULL;
}

static void assert_kept(const struct table *table) {
    struct table *found = get(SCOPE, table->schema, table->name);
    assert_same(found, table);
    table_copy_destroy(found);
}

/* False: there was one already. */
static bool create(const struct table *table) {
    struct catalogue_query q = query_of(SCOPE, table->schema, table->name);
    q.table = table;
    ck_assert_int_eq(catalogue_query_create(database, &q), SQLITE_OK);
    return !q.exists;
}

static void put(const struct table *table) {
    struct catalogue_query q = query_of(SCOPE, table->schema, table->name);
    q.table = table;
    ck_assert_int_eq(catalogue_query_put(database, &q), SQLITE_OK);
}

static void drop(const char *schema, const char *name) {
    struct catalogue_query q = query_of(SCOPE, schema, name);
    ck_assert_int_eq(catalogue_query_drop(database, &q), SQLITE_OK);
}

static void mark_written(const char *schema, const char *name) {
    struct catalogue_query q = query_of(SCOPE, schema, name);
    ck_assert_int_eq(catalogue_query_mark_written(database, &q), SQLITE_OK);
}

static bool is_written(struct slice scope, const char *schema, const char *name) {
    struct catalogue_query q = query_of(scope, schema, name);
    ck_assert_int_eq(catalogue_query_is_written(database, &q), SQLITE_OK);
    return q.exists;
}

START_TEST(test_lesson_07_every_type_and_parameter) {
    struct column all[COLUMN_TYPE_COUNT + 3];
    char names[COLUMN_TYPE_COUNT][8];
    for (int i = 0; i < COLUMN_TYPE_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        all[i] = (struct column){names[i], (enum column_type)i, i % 2 == 0, false, 0, 0};
    }
    all[COLUMN_TYPE_COUNT] = (struct column){"d1", COLUMN_DECIMAL, false, true, 43, 38};
    all[COLUMN_TYPE_COUNT + 1] =
        (struct column){"d2", COLUMN_DECIMAL, false, true, UINT32_MAX, UINT32_MAX};
    all[COLUMN_TYPE_COUNT + 2] = (struct column){"d3", COLUMN_DECIMAL, false, true, 10, 0};
    struct table table = {"s", "t", all, COLUMN_TYPE_COUNT + 3};
    ck_assert(create(&table));
    assert_kept(&table);
}
END_TEST

START_TEST(test_many_columns) {
    enum { MANY = 1000, NAME_BYTES = 300 };
    static char names[MANY][NAME_BYTES];
    static struct column wide[MANY];
    for (int i = 0; i < MANY; i++) {
        memset(names[i], 'n', NAME_BYTES - 1);
        snprintf(names[i] + NAME_BYTES - 8, 8, "%07d", MANY - i);
        wide[i] = (struct column){names[i], COLUMN_STRING, i == 0, false, 0, 0};
    }
    struct table table = {"s", "t", wide, MANY};
    ck_assert(create(&table));
    assert_kept(&table);
}
END_TEST

/* Scope, schema and name are kept apart, as exact bytes. */
START_TEST(test_keys) {
    struct table table = table_of("s", "t", 1);
    struct table empty_names = table_of("", "", 0);
    ck_assert(create(&table));
    ck_assert(!is_there(SLICE_LITERAL("another"), "s", "t"));
    ck_assert(!is_there(SLICE_LITERAL(""), "s", "t"));
    ck_assert(!is_there(SCOPE, "t", "s"));
    ck_assert(!is_there(SCOPE, "S", "t"));
    ck_assert(!is_there(SCOPE, "s", "t "));
    ck_assert(!is_there(SCOPE, "st", ""));
    ck_assert(!is_there(SCOPE, "", ""));
    ck_assert(create(&empty_names));
    ck_assert(is_there(SCOPE, "", ""));
    ck_assert(is_there(SCOPE, "s", "t"));
}
END_TEST

START_TEST(test_put_replaces_columns_and_keeps_the_mark) {
    struct table wide = table_of("s", "t", 5);
    struct table narrow = table_of("s", "t", 2);
    struct table other = table_of("s", "other", 3);
    put(&wide); /* makes it */
    put(&other);
    mark_written("s", "t");
    put(&narrow);
    assert_kept(&narrow);
    assert_kept(&other);
    ck_assert(is_written(SCOPE, "s", "t"));
    ck_assert(!create(&wide));
}
END_TEST

START_TEST(test_a_table_without_columns_is_there) {
    struct table table = table_of("s", "t", 0);
    ck_assert(create(&table));
    assert_kept(&table);
}
END_TEST

START_TEST(test_drop) {
    struct table table = table_of("s", "t", 3);
    struct table other = table_of("s", "other", 2);
    ck_assert(create(&table));
    ck_assert(create(&other));
    mark_written("s", "t");
    for (int again = 0; again < 2; again++) {
        drop("s", "t");
        ck_assert(!is_there(SCOPE, "s", "t"));
        ck_assert(!is_written(SCOPE, "s", "t"));
    }
    assert_kept(&other);
    table.n_columns = 1;
    ck_assert(create(&table)); /* no old column comes back */
    assert_kept(&table);
}
END_TEST

/* Whoever goes on in memory must find nothing half done. */
START_TEST(test_a_fault_leaves_no_transaction_open) {
    static catalogue_query_operation *const operations[] = {
        catalogue_query_get, catalogue_query_create, catalogue_query_put, catalogue_query_drop};
    struct table table = table_of("s", _i == 1 ? "new" : "t", 3);
    struct table kept = table_of("s", "t", 1);
    ck_assert(create(&kept));
    ck_assert_int_eq(catalogue_file_execute(database, "DROP TABLE columns"), SQLITE_OK);
    struct catalogue_query q = query_of(SCOPE, table.schema, table.name);
    q.table = &table;
    ck_assert_int_eq(operations[_i](database, &q), SQLITE_ERROR);
    ck_assert_ptr_null(q.found);
    ck_assert_int_ne(sqlite3_get_autocommit(database), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("catalogue_query");
    TCase *tests = tcase_create("catalogue_query");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_lesson_07_every_type_and_parameter);
    tcase_add_test(tests, test_many_columns);
    tcase_add_test(tests, test_keys);
    tcase_add_test(tests, test_put_replaces_columns_and_keeps_the_mark);
    tcase_add_test(tests, test_a_table_without_columns_is_there);
    tcase_add_test(tests, test_drop);
    tcase_add_loop_test(tests, test_a_fault_leaves_no_transaction_open, 0, 4);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
