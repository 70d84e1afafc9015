#include "migration.h"
#include "rewrite/migrate/column_value.h"

static const struct table table = {"s", "t", NULL, 0};

static struct cell read_value(enum column_type type, const char *text, struct status *status) {
    const struct column column = {.name = "c", .type = type};
    struct cell value = {0};
    *status = STATUS_INIT;
    if (!column_value_read(&table, &column, text, &value, status)) {
        value.kind = CELL_ABSENT;
    }
    return value;
}

START_TEST(test_the_text_null_is_null) {
    struct status status;
    ck_assert_int_eq(read_value(COLUMN_STRING, "NULL", &status).kind, CELL_NULL);
    ck_assert_int_eq(read_value(COLUMN_INT, "NULL", &status).kind, CELL_NULL);
    ck_assert_int_eq(read_value(COLUMN_STRING, NULL, &status).kind, CELL_NULL);
    ck_assert_int_eq(read_value(COLUMN_STRING, "null", &status).kind, CELL_TEXT);
    ck_assert_int_eq(read_value(COLUMN_STRING, "", &status).kind, CELL_TEXT);
}
END_TEST

START_TEST(test_values_are_of_their_columns_type) {
    struct status status;
    ck_assert(slice_equal_text(read_value(COLUMN_INT, "42", &status).text, "42"));
    ck_assert_int_eq(read_value(COLUMN_BOOLEAN, "true", &status).kind, CELL_TEXT);
    ck_assert_int_eq(read_value(COLUMN_NAIVE_DATE, "2024-02-29", &status).kind, CELL_TEXT);
    ck_assert_int_eq(read_value(COLUMN_INT, "many", &status).kind, CELL_ABSENT);
    ck_assert_int_eq(status.code, STATUS_TASK);
    ck_assert_ptr_nonnull(strstr(status.message, "\"c\" (INT)"));
    ck_assert_ptr_null(strstr(status.message, "many"));
    ck_assert_int_eq(read_value(COLUMN_NAIVE_DATE, "2023-02-29", &status).kind, CELL_ABSENT);
    ck_assert_int_eq(read_value(COLUMN_INT, "", &status).kind, CELL_ABSENT);
}
END_TEST

START_TEST(test_values_are_equal_as_texts) {
    const struct cell one = {CELL_TEXT, SLICE_LITERAL("1")};
    const struct cell two = {CELL_TEXT, SLICE_LITERAL("2")};
    const struct cell null = {.kind = CELL_NULL};
    const struct cell absent = {.kind = CELL_ABSENT};
    ck_assert(column_value_equal(&one, &one));
    ck_assert(!column_value_equal(&one, &two));
    ck_assert(!column_value_equal(&one, &null));
    ck_assert(!column_value_equal(&absent, &one));
    ck_assert(column_value_equal(&null, &absent));
}
END_TEST

START_TEST(test_only_rows_that_differ_are_written) {
    const struct cell value = {CELL_TEXT, SLICE_LITERAL("x")};
    struct fake_world w;
    struct table_work work;
    migration_world(&w);
    world_table(&w, "s", "t", "id:INT:key a:STRING");
    world_row(&w, "t", "1|x");
    world_row(&w, "t", "2|y");
    world_row(&w, "t", "3|NULL");
    ck_assert(table_work_begin(&work, &w.rw, slice_of("s"), slice_of("t"), &w.status));
    ck_assert(column_value_set(&work, 1, &value, &w.status));
    table_work_end(&work);
    ck_assert_str_eq(world_rows(&w, "t"), "1|x\n2|x\n3|x\n");
    ck_assert_uint_eq(w.report.records, 2);
    world_clean_up(&w);
}
END_TEST

RUN("column_value", test_the_text_null_is_null, test_values_are_of_their_columns_type,
    test_values_are_equal_as_texts, test_only_rows_that_differ_are_written)
