#include "frontends/fivetran/proto_map.h"
#include "support/suite.h"

enum { ARENA_BYTES = 1 << 20, MAX_COLUMNS = 4 };

/* A table's message, its columns named as given. */
struct message {
    FivetranSdk__V2__Table table;
    FivetranSdk__V2__Column columns[MAX_COLUMNS];
    FivetranSdk__V2__Column *pointers[MAX_COLUMNS];
};

static void message_init(struct message *m, const char *name, const char *const *columns) {
    fivetran_sdk__v2__table__init(&m->table);
    m->table.name = (char *)name;
    m->table.columns = m->pointers;
    for (; columns[m->table.n_columns]; m->table.n_columns++) {
        size_t i = m->table.n_columns;
        fivetran_sdk__v2__column__init(&m->columns[i]);
        m->columns[i].name = (char *)columns[i];
        m->pointers[i] = &m->columns[i];
    }
}

static struct arena arena;

static void set_up(void) {
    arena_init(&arena, ARENA_BYTES);
}

static void tear_down(void) {
    arena_clean_up(&arena);
}

/* The failure's text, after checking that it is one. */
static const char *refused(const FivetranSdk__V2__Table *message) {
    static struct status status;
    struct table table;
    status = STATUS_INIT;
    ck_assert(!proto_to_table(message, "s", &arena, &table, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    return status.message;
}

static void mapped(const FivetranSdk__V2__Table *message, struct table *table) {
    struct status status = STATUS_INIT;
    ck_assert_msg(proto_to_table(message, "s", &arena, table, &status), "%s", status.message);
}

START_TEST(test_the_number_of_columns_is_bounded) {
    static FivetranSdk__V2__Column *pointers[PROTO_MAX_COLUMNS + 1];
    static const char *const names[] = {"a", NULL};
    struct message m;
    arena.max = 64 * (size_t)ARENA_BYTES;
    message_init(&m, "t", names);
    for (size_t i = 0; i <= PROTO_MAX_COLUMNS; i++) {
        pointers[i] = &m.columns[0];
    }
    m.table.columns = pointers;
    m.table.n_columns = PROTO_MAX_COLUMNS;
    ck_assert_ptr_nonnull(strstr(refused(&m.table), "twice")); /* not too many: only the same */
    m.table.n_columns = PROTO_MAX_COLUMNS + 1;
    ck_assert_ptr_nonnull(strstr(refused(&m.table), "32769 columns; at most 32768"));
}
END_TEST

START_TEST(test_a_table_keeps_names_types_and_keys_in_order) {
    static const char *const names[] = {"b", "a", NULL};
    struct message m;
    struct table table;
    message_init(&m, "t", names);
    m.columns[0].type = FIVETRAN_SDK__V2__DATA_TYPE__NAIVE_TIME;
    m.columns[1].primary_key = 1;
    m.columns[1].type = FIVETRAN_SDK__V2__DATA_TYPE__BOOLEAN;
    mapped(&m.table, &table);
    ck_assert_str_eq(table.schema, "s");
    ck_assert_str_eq(table.name, "t");
    ck_assert_uint_eq(table.n_columns, 2);
    ck_assert_str_eq(table.columns[0].name, "b");
    ck_assert_int_eq(table.columns[0].type, COLUMN_NAIVE_TIME);
    ck_assert(!table.columns[0].primary_key);
    ck_assert_str_eq(table.columns[1].name, "a");
    ck_assert_int_eq(table.columns[1].type, COLUMN_BOOLEAN);
    ck_assert(table.columns[1].primary_key);
}
END_TEST

START_TEST(test_a_request_without_a_table_or_its_name_is_refused) {
    static const char *const names[] = {"a", NULL};
    struct message m;
    message_init(&m, "", names);
    ck_assert_ptr_nonnull(strstr(refused(NULL), "names no table"));
    ck_assert_ptr_nonnull(strstr(refused(&m.table), "names no table"));
}
END_TEST

START_TEST(test_a_column_without_a_name_is_refused_by_its_number) {
    static const char *const names[] = {"a", "", NULL};
    struct message m;
    message_init(&m, "t", names);
    ck_assert_ptr_nonnull(strstr(refused(&m.table), "column number 2 of table s.t"));
}
END_TEST

START_TEST(test_a_name_that_is_there_twice_is_refused) {
    static const char *const names[] = {"x", "a", "y", "a", NULL};
    struct message m;
    message_init(&m, "t", names);
    ck_assert_ptr_nonnull(strstr(refused(&m.table), "s.t names the column \"a\" twice"));
}
END_TEST

START_TEST(test_names_that_differ_in_case_are_different) {
    static const char *const names[] = {"a", "A", NULL};
    struct message m;
    struct table table;
    message_init(&m, "t", names);
    mapped(&m.table, &table);
    ck_assert_uint_eq(table.n_columns, 2);
}
END_TEST

START_TEST(test_a_table_without_columns_is_one) {
    static const char *const names[] = {NULL};
    struct message m;
    struct table table;
    message_init(&m, "t", names);
    mapped(&m.table, &table);
    ck_assert_uint_eq(table.n_columns, 0);
}
END_TEST

/* Lesson 7: DECIMAL parameters may be absent: presence counts, not value. */
START_TEST(test_lesson_7_decimal_parameters_are_present_or_absent) {
    static const char *const names[] = {"with", "zero", "without", "bytes", NULL};
    struct message m;
    struct table table;
    FivetranSdk__V2__DecimalParams decimals[] = {FIVETRAN_SDK__V2__DECIMAL_PARAMS__INIT,
                                                 FIVETRAN_SDK__V2__DECIMAL_PARAMS__INIT};
    FivetranSdk__V2__DataTypeParams params[3];
    message_init(&m, "t", names);
    decimals[0].precision = 38;
    decimals[0].scale = 37;
    for (size_t i = 0; i < 2; i++) {
        fivetran_sdk__v2__data_type_params__init(&params[i]);
        params[i].params_case = FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_DECIMAL;
        params[i].decimal = &decimals[i];
        m.columns[i]._params_case = FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS;
        m.columns[i].params = &params[i];
    }
    fivetran_sdk__v2__data_type_params__init(&params[2]);
    params[2].params_case = FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_STRING_BYTE_LENGTH;
    params[2].string_byte_length = 256;
    m.columns[3]._params_case = FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS;
    m.columns[3].params = &params[2];
    mapped(&m.table, &table);
    ck_assert(table.columns[0].has_decimal);
    ck_assert_uint_eq(table.columns[0].precision, 38);
    ck_assert_uint_eq(table.columns[0].scale, 37);
    ck_assert(table.columns[1].has_decimal);
    ck_assert_uint_eq(table.columns[1].precision, 0);
    ck_assert(!table.columns[2].has_decimal);
    ck_assert(!table.columns[3].has_decimal);
}
END_TEST

/* contracts/fivetran.md, DescribeTable: never string_byte_length. */
START_TEST(test_a_table_becomes_a_message_with_parameters_only_where_it_has_some) {
    static const struct column columns[] = {
        {.name = "id", .type = COLUMN_STRING, .primary_key = true},
        {.name = "p", .type = COLUMN_DECIMAL, .has_decimal = true, .precision = 9, .scale = 2},
        {.name = "q", .type = COLUMN_DECIMAL},
    };
    const struct table table = {"s", "t", columns, 3};
    const FivetranSdk__V2__Table *message = proto_of_table(&table, &arena);
    ck_assert_ptr_nonnull(message);
    ck_assert_str_eq(message->name, "t");
    ck_assert_uint_eq(message->n_columns, 3);
    ck_assert(message->columns[0]->primary_key);
    ck_assert_int_eq(message->columns[0]->type, FIVETRAN_SDK__V2__DATA_TYPE__STRING);
    ck_assert_int_eq(message->columns[0]->_params_case, FIVETRAN_SDK__V2__COLUMN___PARAMS__NOT_SET);
    ck_assert_uint_eq(message->columns[1]->params->decimal->precision, 9);
    ck_assert_uint_eq(message->columns[1]->params->decimal->scale, 2);
    ck_assert_int_eq(message->columns[2]->_params_case, FIVETRAN_SDK__V2__COLUMN___PARAMS__NOT_SET);
}
END_TEST

START_TEST(test_the_numbers_of_types_are_fivetrans) {
    ck_assert_int_eq((int)COLUMN_NAIVE_TIME, (int)FIVETRAN_SDK__V2__DATA_TYPE__NAIVE_TIME);
    ck_assert_int_eq((int)COLUMN_JSON, (int)FIVETRAN_SDK__V2__DATA_TYPE__JSON);
    ck_assert_int_eq((int)COLUMN_UTC_DATETIME, (int)FIVETRAN_SDK__V2__DATA_TYPE__UTC_DATETIME);
    ck_assert_int_eq((int)COLUMN_BOOLEAN, (int)FIVETRAN_SDK__V2__DATA_TYPE__BOOLEAN);
}
END_TEST

START_TEST(test_no_memory_is_told) {
    static const char *const names[] = {"a", NULL};
    struct message m;
    struct table table = {"s", "t", NULL, 0};
    struct status status = STATUS_INIT;
    struct arena none;
    message_init(&m, "t", names);
    arena_init(&none, 1);
    ck_assert(!proto_to_table(&m.table, "s", &none, &table, &status));
    ck_assert_int_eq(status.code, STATUS_INTERNAL);
    ck_assert_ptr_null(proto_of_table(&table, &none));
    arena_clean_up(&none);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("proto_map");
    TCase *tests = tcase_create("proto_map");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, test_the_number_of_columns_is_bounded);
    tcase_add_test(tests, test_a_table_keeps_names_types_and_keys_in_order);
    tcase_add_test(tests, test_a_request_without_a_table_or_its_name_is_refused);
    tcase_add_test(tests, test_a_column_without_a_name_is_refused_by_its_number);
    tcase_add_test(tests, test_a_name_that_is_there_twice_is_refused);
    tcase_add_test(tests, test_names_that_differ_in_case_are_different);
    tcase_add_test(tests, test_a_table_without_columns_is_one);
    tcase_add_test(tests, test_lesson_7_decimal_parameters_are_present_or_absent);
    tcase_add_test(tests, test_a_table_becomes_a_message_with_parameters_only_where_it_has_some);
    tcase_add_test(tests, test_the_numbers_of_types_are_fivetrans);
    tcase_add_test(tests, test_no_memory_is_told);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
