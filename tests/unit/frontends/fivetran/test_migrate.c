#include "handlers_fixture.h"
#include "support/suite.h"

struct request {
    FivetranSdk__V2__MigrateRequest message;
    FivetranSdk__V2__MigrationDetails details;
};

static void request_init(struct request *r, struct fixture *f) {
    fivetran_sdk__v2__migrate_request__init(&r->message);
    fivetran_sdk__v2__migration_details__init(&r->details);
    CONFIGURE(f, &r->message);
    r->message.details = &r->details;
    r->details.schema = (char *)"s";
    r->details.table = (char *)"t";
}

#define OPERATION(name) FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_##name
#define RESPONSE(name) FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_##name

/* The answer's case, its text in *text when there is one. */
static int migrate(struct fixture *f, const struct request *r, char text[1024]) {
    fixture_call(f, "Migrate", &r->message.base);
    ck_assert_msg(f->status.code == STATUS_OK, "%s", f->status.message);
    FivetranSdk__V2__MigrateResponse *m = fivetran_sdk__v2__migrate_response__unpack(
        NULL, f->response.len, (const uint8_t *)f->response.data);
    ck_assert_ptr_nonnull(m);
    int response_case = (int)m->response_case;
    snprintf(text, 1024, "%s",
             response_case == RESPONSE(WARNING) ? m->warning->message
             : response_case == RESPONSE(TASK)  ? m->task->message
                                                : "");
    fivetran_sdk__v2__migrate_response__free_unpacked(m, NULL);
    return response_case;
}

static bool is_known(struct fixture *f) {
    FivetranSdk__V2__DescribeTableRequest m = FIVETRAN_SDK__V2__DESCRIBE_TABLE_REQUEST__INIT;
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table_name = (char *)"t";
    fixture_call(f, "DescribeTable", &m.base);
    FivetranSdk__V2__DescribeTableResponse *answer =
        fivetran_sdk__v2__describe_table_response__unpack(NULL, f->response.len,
                                                          (const uint8_t *)f->response.data);
    ck_assert_ptr_nonnull(answer);
    bool known = answer->response_case == FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_TABLE;
    fivetran_sdk__v2__describe_table_response__free_unpacked(answer, NULL);
    return known;
}

static void create_table(struct fixture *f) {
    FivetranSdk__V2__CreateTableRequest m = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    FivetranSdk__V2__Table table = FIVETRAN_SDK__V2__TABLE__INIT;
    CONFIGURE(f, &m);
    m.schema_name = (char *)"s";
    m.table = &table;
    table.name = (char *)"t";
    fixture_call(f, "CreateTable", &m.base);
    ck_assert_str_eq(fixture_outcome(f), "success");
    ck_assert(is_known(f));
}

START_TEST(test_drop_table_forgets_it_with_a_warning_that_the_data_stays) {
    struct fixture f;
    struct request r;
    char text[1024];
    FivetranSdk__V2__DropOperation drop = FIVETRAN_SDK__V2__DROP_OPERATION__INIT;
    set_up(&f, NULL, 0);
    create_table(&f);
    request_init(&r, &f);
    r.details.operation_case = OPERATION(DROP);
    r.details.drop = &drop;
    drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_TABLE;
    drop.drop_table = 1;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(WARNING));
    ck_assert_ptr_nonnull(strstr(text, "BigGeo keeps the data"));
    ck_assert(!is_known(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_other_drops_are_unsupported_and_drop_nothing) {
    struct fixture f;
    struct request r;
    char text[1024];
    FivetranSdk__V2__DropOperation drop = FIVETRAN_SDK__V2__DROP_OPERATION__INIT;
    FivetranSdk__V2__DropColumnInHistoryMode column =
        FIVETRAN_SDK__V2__DROP_COLUMN_IN_HISTORY_MODE__INIT;
    set_up(&f, NULL, 0);
    create_table(&f);
    request_init(&r, &f);
    r.details.operation_case = OPERATION(DROP);
    r.details.drop = &drop;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_TABLE;
    drop.drop_table = 0;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_COLUMN_IN_HISTORY_MODE;
    drop.drop_column_in_history_mode = &column;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    ck_assert(is_known(&f));
    tear_down(&f);
}
END_TEST

START_TEST(test_every_other_kind_is_unsupported) {
    struct fixture f;
    struct request r;
    char text[1024];
    FivetranSdk__V2__CopyOperation copy = FIVETRAN_SDK__V2__COPY_OPERATION__INIT;
    FivetranSdk__V2__RenameOperation rename = FIVETRAN_SDK__V2__RENAME_OPERATION__INIT;
    FivetranSdk__V2__AddOperation add = FIVETRAN_SDK__V2__ADD_OPERATION__INIT;
    FivetranSdk__V2__UpdateColumnValueOperation update =
        FIVETRAN_SDK__V2__UPDATE_COLUMN_VALUE_OPERATION__INIT;
    FivetranSdk__V2__TableSyncModeMigrationOperation mode =
        FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION__INIT;
    set_up(&f, NULL, 0);
    request_init(&r, &f);
    r.details.operation_case = OPERATION(COPY);
    r.details.copy = &copy;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    r.details.operation_case = OPERATION(RENAME);
    r.details.rename = &rename;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    r.details.operation_case = OPERATION(ADD);
    r.details.add = &add;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    r.details.operation_case = OPERATION(UPDATE_COLUMN_VALUE);
    r.details.update_column_value = &update;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    r.details.operation_case = OPERATION(TABLE_SYNC_MODE_MIGRATION);
    r.details.table_sync_mode_migration = &mode;
    ck_assert_int_eq(migrate(&f, &r, text), RESPONSE(UNSUPPORTED));
    tear_down(&f);
}
END_TEST

START_TEST(test_a_request_that_names_no_table_or_operation_is_refused) {
    struct fixture f;
    struct request r;
    set_up(&f, NULL, 0);
    request_init(&r, &f);
    fixture_call(&f, "Migrate", &r.message.base);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    FivetranSdk__V2__CopyOperation copy = FIVETRAN_SDK__V2__COPY_OPERATION__INIT;
    r.details.operation_case = OPERATION(COPY);
    r.details.copy = &copy;
    r.details.table = (char *)"";
    fixture_call(&f, "Migrate", &r.message.base);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    r.message.details = NULL;
    fixture_call(&f, "Migrate", &r.message.base);
    ck_assert_int_eq(f.status.code, STATUS_INVALID_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(f.status.message, "names no table or no operation"));
    tear_down(&f);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("migrate");
    TCase *tests = tcase_create("migrate");
    tcase_add_test(tests, test_drop_table_forgets_it_with_a_warning_that_the_data_stays);
    tcase_add_test(tests, test_other_drops_are_unsupported_and_drop_nothing);
    tcase_add_test(tests, test_every_other_kind_is_unsupported);
    tcase_add_test(tests, test_a_request_that_names_no_table_or_operation_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
