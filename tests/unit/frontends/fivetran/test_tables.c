#include "handlers_fixture.h"
#include "support/suite.h"

static FivetranSdk__V2__Column a, b;
static FivetranSdk__V2__Column *columns[2] = {&a, &b};
static FivetranSdk__V2__Table table;
static FivetranSdk__V2__DataTypeParams params;
static FivetranSdk__V2__DecimalParams decimal;

/* Table t of columns a (LONG, key) and b (DECIMAL(10,2)). */
static void table_init(void) {
    fivetran_sdk__v2__column__init(&a);
    fivetran_sdk__v2__column__init(&b);
    fivetran_sdk__v2__table__init(&table);
    fivetran_sdk__v2__data_type_params__init(&params);
    fivetran_sdk__v2__decimal_params__init(&decimal);
    a.name = (char *)"a";
    a.type = FIVETRAN_SDK__V2__DATA_TYPE__LONG;
    a.primary_key = 1;
    b.name = (char *)"b";
    b.type = FIVETRAN_SDK__V2__DATA_TYPE__DECIMAL;
    b._params_case = FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS;
    b.params = &params;
    params.params_case = FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_DECIMAL;
    params.decimal = &decimal;
    decimal.precision = 10;
    decimal.scale = 2;
    table.name = (char *)"t";
    table.columns = columns;
    table.n_columns = 2;
}

static const char *create(struct fixture *f) {
    FivetranSdk__V2__CreateTableRequest m = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table = &table;
    fixture_call(f, "CreateTable", &m.base);
    return fixture_outcome(f);
}

static const char *alter(struct fixture *f, bool drop_columns) {
    FivetranSdk__V2__AlterTableRequest m = FIVETRAN_SDK__V2__ALTER_TABLE_REQUEST__INIT;
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table = &table;
    m.drop_columns = drop_columns;
    fixture_call(f, "AlterTable", &m.base);
    return fixture_outcome(f);
}

/* "name type key precision,scale;…" of the described table, "not found"; static. */
static const char *describe(struct fixture *f) {
    static char text[512];
    size_t used = 0;
    FivetranSdk__V2__DescribeTableRequest m = FIVETRAN_SDK__V2__DESCRIBE_TABLE_REQUEST__INIT;
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table_name = (char *)"t";
    fixture_call(f, "DescribeTable", &m.base);
    FivetranSdk__V2__DescribeTableResponse *answer =
        fivetran_sdk__v2__describe_table_response__unpack(NULL, f->response.len,
                                                          (const uint8_t *)f->response.data);
    ck_assert_ptr_nonnull(answer);
    bool found = answer->response_case == FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_TABLE;
    snprintf(text, sizeof text, "%s", found ? "" : "not found");
    for (size_t i = 0; found && i < answer->table->n_columns; i++) {
        const FivetranSdk__V2__Column *c = answer->table->columns[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s %d%s", c->name, (int)c->type,
                                 c->primary_key ? " key" : "");
        if (c->_params_case == FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS) {
            used += (size_t)snprintf(text + used, sizeof text - used, " %u,%u",
                                     c->params->decimal->precision, c->params->decimal->scale);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, ";");
    }
    fivetran_sdk__v2__describe_table_response__free_unpacked(answer, NULL);
    return text;
}

static struct fixture f;

static void start(void) {
    table_init();
    set_up(&f, NULL, 0); /* BigGeo cannot be reached: tables are the catalogue's alone */
}

static void stop(void) {
    tear_down(&f);
}

START_TEST(test_a_table_nobody_made_is_not_found) {
    ck_assert_str_eq(describe(&f), "not found");
}
END_TEST

START_TEST(test_lesson_7_a_table_comes_back_as_it_was_created) {
    ck_assert_str_eq(create(&f), "success");
    ck_assert_str_eq(describe(&f), "a 4 key;b 5 10,2;");
}
END_TEST

START_TEST(test_lesson_5_a_second_create_is_a_task) {
    ck_assert_str_eq(create(&f), "success");
    ck_assert_int_eq(strncmp(create(&f), "task: ", 6), 0);
}
END_TEST

START_TEST(test_lesson_5_alter_drops_only_when_told_to) {
    ck_assert_str_eq(create(&f), "success");
    table.n_columns = 1;
    ck_assert_str_eq(alter(&f, false), "success");
    ck_assert_str_eq(describe(&f), "a 4 key;b 5 10,2;");
    ck_assert_str_eq(alter(&f, true), "success");
    ck_assert_str_eq(describe(&f), "a 4 key;");
}
END_TEST

START_TEST(test_a_request_that_names_no_table_is_refused) {
    FivetranSdk__V2__DescribeTableRequest m = FIVETRAN_SDK__V2__DESCRIBE_TABLE_REQUEST__INIT;
    CONFIGURE(&f, &m);
    fixture_call(&f, "DescribeTable", &m.base);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    table.name = (char *)"";
    create(&f);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    alter(&f, false);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
}
END_TEST

START_TEST(test_a_column_named_twice_creates_nothing) {
    b.name = (char *)"a";
    create(&f);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_str_eq(describe(&f), "not found");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("tables");
    TCase *tests = tcase_create("tables");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, test_a_table_nobody_made_is_not_found);
    tcase_add_test(tests, test_lesson_7_a_table_comes_back_as_it_was_created);
    tcase_add_test(tests, test_lesson_5_a_second_create_is_a_task);
    tcase_add_test(tests, test_lesson_5_alter_drops_only_when_told_to);
    tcase_add_test(tests, test_a_request_that_names_no_table_is_refused);
    tcase_add_test(tests, test_a_column_named_twice_creates_nothing);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
