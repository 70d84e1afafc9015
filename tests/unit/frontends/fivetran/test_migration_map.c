#include "frontends/fivetran/migration_map.h"
#include "support/suite.h"

#define OPERATION(name) FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_##name
#define ENTITY(message, name) FIVETRAN_SDK__V2__##message##__ENTITY_##name
#define MODE(name) FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_TYPE__##name
#define TEXT(text) ((char *)(text))

static FivetranSdk__V2__MigrationDetails
details_of(FivetranSdk__V2__MigrationDetails__OperationCase operation) {
    FivetranSdk__V2__MigrationDetails details = FIVETRAN_SDK__V2__MIGRATION_DETAILS__INIT;
    details.schema = TEXT("s");
    details.table = TEXT("t");
    details.operation_case = operation;
    return details;
}

static struct migration map(const FivetranSdk__V2__MigrationDetails *details) {
    struct status status = STATUS_INIT;
    struct migration migration;
    ck_assert_msg(proto_to_migration(details, &migration, &status), "%s", status.message);
    ck_assert_str_eq(migration.schema, "s");
    return migration;
}

START_TEST(test_drops) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(DROP));
    FivetranSdk__V2__DropOperation drop = FIVETRAN_SDK__V2__DROP_OPERATION__INIT;
    FivetranSdk__V2__DropColumnInHistoryMode column =
        FIVETRAN_SDK__V2__DROP_COLUMN_IN_HISTORY_MODE__INIT;
    details.drop = &drop;
    ck_assert_int_eq(map(&details).kind, MIGRATION_OTHER);
    drop.entity_case = ENTITY(DROP_OPERATION, DROP_TABLE);
    ck_assert_int_eq(map(&details).kind, MIGRATION_OTHER); /* false: nothing is to be dropped */
    drop.drop_table = 1;
    ck_assert_int_eq(map(&details).kind, MIGRATION_DROP_TABLE);
    ck_assert_str_eq(map(&details).table, "t");
    drop.entity_case = ENTITY(DROP_OPERATION, DROP_COLUMN_IN_HISTORY_MODE);
    drop.drop_column_in_history_mode = &column;
    column.column = TEXT("c");
    column.operation_timestamp = TEXT("2024-01-01T00:00:00Z");
    struct migration migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_DROP_COLUMN_IN_HISTORY_MODE);
    ck_assert_str_eq(migration.column, "c");
    ck_assert_str_eq(migration.timestamp, "2024-01-01T00:00:00Z");
}
END_TEST

START_TEST(test_copies) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(COPY));
    FivetranSdk__V2__CopyOperation copy = FIVETRAN_SDK__V2__COPY_OPERATION__INIT;
    FivetranSdk__V2__CopyTable table = FIVETRAN_SDK__V2__COPY_TABLE__INIT;
    FivetranSdk__V2__CopyColumn column = FIVETRAN_SDK__V2__COPY_COLUMN__INIT;
    FivetranSdk__V2__CopyTableToHistoryMode history =
        FIVETRAN_SDK__V2__COPY_TABLE_TO_HISTORY_MODE__INIT;
    details.copy = &copy;
    ck_assert_int_eq(map(&details).kind, MIGRATION_OTHER);
    copy.entity_case = ENTITY(COPY_OPERATION, COPY_TABLE);
    copy.copy_table = &table;
    table.from_table = TEXT("from");
    table.to_table = TEXT("to");
    struct migration migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_COPY_TABLE);
    ck_assert_str_eq(migration.table, "from");
    ck_assert_str_eq(migration.to_table, "to");
    table.from_table = TEXT("");
    ck_assert_str_eq(map(&details).table, "t"); /* the request's own */
    copy.entity_case = ENTITY(COPY_OPERATION, COPY_COLUMN);
    copy.copy_column = &column;
    column.from_column = TEXT("a");
    column.to_column = TEXT("b");
    migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_COPY_COLUMN);
    ck_assert_str_eq(migration.column, "a");
    ck_assert_str_eq(migration.to_column, "b");
    copy.entity_case = ENTITY(COPY_OPERATION, COPY_TABLE_TO_HISTORY_MODE);
    copy.copy_table_to_history_mode = &history;
    history.from_table = TEXT("from");
    history.to_table = TEXT("to");
    history.soft_deleted_column = TEXT("gone");
    migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_COPY_TABLE_TO_HISTORY_MODE);
    ck_assert_str_eq(migration.table, "from");
    ck_assert_str_eq(migration.to_table, "to");
    ck_assert_str_eq(migration.soft_deleted_column, "gone");
}
END_TEST

START_TEST(test_renames) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(RENAME));
    FivetranSdk__V2__RenameOperation rename = FIVETRAN_SDK__V2__RENAME_OPERATION__INIT;
    FivetranSdk__V2__RenameTable table = FIVETRAN_SDK__V2__RENAME_TABLE__INIT;
    FivetranSdk__V2__RenameColumn column = FIVETRAN_SDK__V2__RENAME_COLUMN__INIT;
    details.rename = &rename;
    ck_assert_int_eq(map(&details).kind, MIGRATION_OTHER);
    rename.entity_case = ENTITY(RENAME_OPERATION, RENAME_TABLE);
    rename.rename_table = &table;
    table.from_table = TEXT("from");
    table.to_table = TEXT("to");
    struct migration migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_RENAME_TABLE);
    ck_assert_str_eq(migration.table, "from");
    ck_assert_str_eq(migration.to_table, "to");
    rename.entity_case = ENTITY(RENAME_OPERATION, RENAME_COLUMN);
    rename.rename_column = &column;
    column.from_column = TEXT("a");
    column.to_column = TEXT("b");
    migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_RENAME_COLUMN);
    ck_assert_str_eq(migration.column, "a");
    ck_assert_str_eq(migration.to_column, "b");
}
END_TEST

START_TEST(test_additions_and_values) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(ADD));
    FivetranSdk__V2__AddOperation add = FIVETRAN_SDK__V2__ADD_OPERATION__INIT;
    FivetranSdk__V2__AddColumnWithDefaultValue column =
        FIVETRAN_SDK__V2__ADD_COLUMN_WITH_DEFAULT_VALUE__INIT;
    FivetranSdk__V2__AddColumnInHistoryMode history =
        FIVETRAN_SDK__V2__ADD_COLUMN_IN_HISTORY_MODE__INIT;
    FivetranSdk__V2__UpdateColumnValueOperation update =
        FIVETRAN_SDK__V2__UPDATE_COLUMN_VALUE_OPERATION__INIT;
    details.add = &add;
    ck_assert_int_eq(map(&details).kind, MIGRATION_OTHER);
    add.entity_case = ENTITY(ADD_OPERATION, ADD_COLUMN_WITH_DEFAULT_VALUE);
    add.add_column_with_default_value = &column;
    column.column = TEXT("c");
    column.column_type = FIVETRAN_SDK__V2__DATA_TYPE__DECIMAL;
    column.default_value = TEXT("1.5");
    struct migration migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE);
    ck_assert_str_eq(migration.column, "c");
    ck_assert_int_eq(migration.type, COLUMN_DECIMAL);
    ck_assert_str_eq(migration.value, "1.5");
    add.entity_case = ENTITY(ADD_OPERATION, ADD_COLUMN_IN_HISTORY_MODE);
    add.add_column_in_history_mode = &history;
    history.column = TEXT("h");
    history.column_type = FIVETRAN_SDK__V2__DATA_TYPE__NAIVE_TIME;
    history.default_value = TEXT("NULL");
    history.operation_timestamp = TEXT("2024-01-01T00:00:00Z");
    migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_ADD_COLUMN_IN_HISTORY_MODE);
    ck_assert_str_eq(migration.column, "h");
    ck_assert_int_eq(migration.type, COLUMN_NAIVE_TIME);
    ck_assert_str_eq(migration.value, "NULL");
    ck_assert_str_eq(migration.timestamp, "2024-01-01T00:00:00Z");
    details = details_of(OPERATION(UPDATE_COLUMN_VALUE));
    details.update_column_value = &update;
    update.column = TEXT("c");
    update.value = TEXT("v");
    migration = map(&details);
    ck_assert_int_eq(migration.kind, MIGRATION_UPDATE_COLUMN_VALUE);
    ck_assert_str_eq(migration.column, "c");
    ck_assert_str_eq(migration.value, "v");
}
END_TEST

START_TEST(test_lesson_27_sync_modes_with_what_may_be_absent) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(TABLE_SYNC_MODE_MIGRATION));
    FivetranSdk__V2__TableSyncModeMigrationOperation mode =
        FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION__INIT;
    static const struct {
        int type;
        enum migration_kind kind;
    } kinds[] = {
        {MODE(SOFT_DELETE_TO_LIVE), MIGRATION_OTHER},
        {MODE(SOFT_DELETE_TO_HISTORY), MIGRATION_SOFT_DELETE_TO_HISTORY},
        {MODE(HISTORY_TO_SOFT_DELETE), MIGRATION_HISTORY_TO_SOFT_DELETE},
        {MODE(HISTORY_TO_LIVE), MIGRATION_OTHER},
        {MODE(LIVE_TO_SOFT_DELETE), MIGRATION_OTHER},
        {MODE(LIVE_TO_HISTORY), MIGRATION_OTHER},
        {99, MIGRATION_OTHER},
    };
    details.table_sync_mode_migration = &mode;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        mode.type = (FivetranSdk__V2__TableSyncModeMigrationType)kinds[i].type;
        ck_assert_int_eq(map(&details).kind, kinds[i].kind);
    }
    ck_assert_ptr_null(map(&details).soft_deleted_column);
    ck_assert(!map(&details).drop_deleted_rows);
    mode._soft_deleted_column_case =
        FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION___SOFT_DELETED_COLUMN_SOFT_DELETED_COLUMN;
    mode.soft_deleted_column = TEXT("gone");
    mode._keep_deleted_rows_case =
        FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION___KEEP_DELETED_ROWS_KEEP_DELETED_ROWS;
    mode.keep_deleted_rows = 1;
    ck_assert_str_eq(map(&details).soft_deleted_column, "gone");
    ck_assert(!map(&details).drop_deleted_rows);
    mode.keep_deleted_rows = 0;
    ck_assert(map(&details).drop_deleted_rows);
}
END_TEST

START_TEST(test_no_table_or_no_operation_is_refused) {
    FivetranSdk__V2__MigrationDetails details = details_of(OPERATION(_NOT_SET));
    struct status status = STATUS_INIT;
    struct migration migration;
    ck_assert(!proto_to_migration(&details, &migration, &status));
    ck_assert_int_eq(status.code, STATUS_INVALID_ARGUMENT);
    details = details_of(OPERATION(DROP));
    details.table = TEXT("");
    ck_assert(!proto_to_migration(&details, &migration, &status));
    ck_assert(!proto_to_migration(NULL, &migration, &status));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("migration_map");
    TCase *tests = tcase_create("migration_map");
    tcase_add_test(tests, test_drops);
    tcase_add_test(tests, test_copies);
    tcase_add_test(tests, test_renames);
    tcase_add_test(tests, test_additions_and_values);
    tcase_add_test(tests, test_lesson_27_sync_modes_with_what_may_be_absent);
    tcase_add_test(tests, test_no_table_or_no_operation_is_refused);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
