#include "support/suite.h"
#include "tester/model.h"

static struct arena arena;
static struct model model;

static void setup(void) {
    arena_init(&arena, 1 << 24);
    model = (struct model){NULL, &arena};
}

static void teardown(void) {
    arena_clean_up(&arena);
}

static struct model_table *put(const char *name, const char *json) {
    struct status status = STATUS_INIT;
    json_t *entry = json_loads(json, 0, NULL);
    struct model_table *table = model_put_json(&model, "s", name, entry, &status);
    json_decref(entry);
    return table;
}

/* "id* _fivetran_synced …": the columns' names, a star behind those of the key. */
static void columns_are(const struct model_table *table, const char *expected) {
    char names[512] = "";
    size_t len = 0;
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        const struct column *column = &table->shape.columns[i];
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s%s", i ? " " : "",
                                column->name, column->primary_key ? "*" : "");
    }
    ck_assert_str_eq(names, expected);
}

#define ONE_COLUMN "{\"columns\": {\"id\": \"INT\"}, \"primary_key\": [\"id\"]}"

START_TEST(test_system_columns) {
    columns_are(put("a", ONE_COLUMN), "id* _fivetran_synced _fivetran_deleted");
    columns_are(put("b", "{\"columns\": {\"x\": \"XML\", \"y\": \"JSON\"}}"),
                "x y _fivetran_synced _fivetran_id* _fivetran_deleted");
    columns_are(put("c", "{\"columns\": {\"id\": \"INT\"}, \"primary_key\": [\"id\"], "
                         "\"history_mode\": true}"),
                "id* _fivetran_synced _fivetran_start* _fivetran_end _fivetran_active");
    columns_are(put("d", "{\"columns\": {\"_fivetran_id\": \"STRING\"}}"),
                "_fivetran_id* _fivetran_synced _fivetran_deleted");
}
END_TEST

START_TEST(test_decimal_parameters) {
    struct model_table *table =
        put("t", "{\"columns\": {\"a\": {\"type\": \"DECIMAL\", \"precision\": 38, \"scale\": 9},"
                 " \"b\": {\"type\": \"DECIMAL\"}, \"c\": \"DECIMAL\"}}");
    ck_assert(table->shape.columns[0].has_decimal);
    ck_assert_uint_eq(table->shape.columns[0].precision, 38);
    ck_assert_uint_eq(table->shape.columns[0].scale, 9);
    ck_assert(!table->shape.columns[1].has_decimal);
    ck_assert(!table->shape.columns[2].has_decimal);
}
END_TEST

START_TEST(test_what_cannot_be_is_named) {
    struct status status = STATUS_INIT;
    json_t *entry = json_loads("{\"columns\": {\"a\": \"TEXT\"}}", 0, NULL);
    ck_assert_ptr_null(model_put_json(&model, "s", "t", entry, &status));
    ck_assert_str_eq(status.message, "table \"t\": column \"a\" has no known data type");
    ck_assert_ptr_null(model_find(&model, "t"));
    json_decref(entry);
}
END_TEST

START_TEST(test_changes_of_columns) {
    struct model_table *table = put("t", ONE_COLUMN);
    struct column text = {.name = "text", .type = COLUMN_STRING};
    model_add_column(&model, table, text);
    model_add_column(&model, table, text);
    columns_are(table, "id* _fivetran_synced _fivetran_deleted text");
    model_change_column(&model, table, "id", (struct column){.name = "key", .type = COLUMN_LONG});
    columns_are(table, "key* _fivetran_synced _fivetran_deleted text");
    ck_assert_int_eq(table->shape.columns[0].type, COLUMN_LONG);
    model_drop_column(table, "text");
    model_drop_column(table, "text");
    model_to_history(&model, table);
    columns_are(table, "key* _fivetran_synced _fivetran_start* _fivetran_end _fivetran_active");
    model_to_soft_delete(&model, table, "gone");
    columns_are(table, "key* _fivetran_synced gone");
    ck_assert(!table->history);
}
END_TEST

START_TEST(test_tables_are_replaced_and_removed) {
    put("a", ONE_COLUMN);
    put("b", ONE_COLUMN);
    columns_are(put("a", "{\"columns\": {}}"), "_fivetran_synced _fivetran_id* _fivetran_deleted");
    model_remove(&model, "a");
    model_remove(&model, "a");
    ck_assert_ptr_null(model_find(&model, "a"));
    ck_assert_ptr_nonnull(model_find(&model, "b"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_system_columns);
    tcase_add_test(tests, test_decimal_parameters);
    tcase_add_test(tests, test_what_cannot_be_is_named);
    tcase_add_test(tests, test_changes_of_columns);
    tcase_add_test(tests, test_tables_are_replaced_and_removed);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
