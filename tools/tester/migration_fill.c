#include "tester/migration.h"
#include "tester/value.h"

char *migration_text(const struct migration *m, const char *field) {
    const json_t *value = json_object_get(m->entry, field);
    struct cell cell = {0};
    if (value) {
        cell = value_cell(value, COLUMN_STRING, m->run->arena);
    }
    return cell.kind == CELL_TEXT ? (char *)cell.text.data : "";
}

/* A default or a new value: JSON null is the text NULL, as the protocol has it. */
static char *value_text(const struct migration *m, const char *field) {
    return json_is_null(json_object_get(m->entry, field)) ? "NULL" : migration_text(m, field);
}

static void fill_add(struct migration *m) {
    fivetran_sdk__v2__add_operation__init(&m->add);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_ADD;
    m->details.add = &m->add;
}

void migration_fill_add_default(struct migration *m) {
    fill_add(m);
    fivetran_sdk__v2__add_column_with_default_value__init(&m->add_default);
    m->add_default.column = migration_text(m, "column");
    m->add_default.column_type = (FivetranSdk__V2__DataType)m->column.type;
    m->add_default.default_value = value_text(m, "default_value");
    m->add.entity_case = FIVETRAN_SDK__V2__ADD_OPERATION__ENTITY_ADD_COLUMN_WITH_DEFAULT_VALUE;
    m->add.add_column_with_default_value = &m->add_default;
}

void migration_fill_add_history(struct migration *m) {
    fill_add(m);
    fivetran_sdk__v2__add_column_in_history_mode__init(&m->add_history);
    m->add_history.column = migration_text(m, "column");
    m->add_history.column_type = (FivetranSdk__V2__DataType)m->column.type;
    m->add_history.default_value = value_text(m, "default_value");
    m->add_history.operation_timestamp = migration_text(m, "operation_timestamp");
    m->add.entity_case = FIVETRAN_SDK__V2__ADD_OPERATION__ENTITY_ADD_COLUMN_IN_HISTORY_MODE;
    m->add.add_column_in_history_mode = &m->add_history;
}

static void fill_copy(struct migration *m) {
    fivetran_sdk__v2__copy_operation__init(&m->copy);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_COPY;
    m->details.copy = &m->copy;
}

void migration_fill_copy_column(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_column__init(&m->copy_column);
    m->copy_column.from_column = migration_text(m, "from_column");
    m->copy_column.to_column = migration_text(m, "to_column");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_COLUMN;
    m->copy.copy_column = &m->copy_column;
}

void migration_fill_copy_table(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_table__init(&m->copy_table);
    m->copy_table.from_table = migration_text(m, "from_table");
    m->copy_table.to_table = migration_text(m, "to_table");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_TABLE;
    m->copy.copy_table = &m->copy_table;
}

void migration_fill_copy_history(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_table_to_history_mode__init(&m->copy_history);
    m->copy_history.from_table = migration_text(m, "from_table");
    m->copy_history.to_table = migration_text(m, "to_table");
    m->copy_history.soft_deleted_column = migration_text(m, "deleted_column");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_TABLE_TO_HISTORY_MODE;
    m->copy.copy_table_to_history_mode = &m->copy_history;
}

static void fill_drop(struct migration *m) {
    fivetran_sdk__v2__drop_operation__init(&m->drop);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_DROP;
    m->details.drop = &m->drop;
}

void migration_fill_drop_table(struct migration *m) {
    fill_drop(m);
    m->drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_TABLE;
    m->drop.drop_table = true;
}

void migration_fill_drop_history(struct migration *m) {
    fill_drop(m);
    fivetran_sdk__v2__drop_column_in_history_mode__init(&m->drop_history);
    m->drop_history.column = migration_text(m, "column");
    m->drop_history.operation_timestamp = migration_text(m, "operation_timestamp");
    m->drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_COLUMN_IN_HISTORY_MODE;
    m->drop.drop_column_in_history_mode = &m->drop_history;
}

static void fill_rename(struct migration *m) {
    fivetran_sdk__v2__rename_operation__init(&m->rename);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_RENAME;
    m->details.rename = &m->rename;
}

void migration_fill_rename_table(struct migration *m) {
    fill_rename(m);
    fivetran_sdk__v2__rename_table__init(&m->rename_table);
    m->rename_table.from_table = migration_text(m, "from_table");
    m->rename_table.to_table = migration_text(m, "to_table");
    m->rename.entity_case = FIVETRAN_SDK__V2__RENAME_OPERATION__ENTITY_RENAME_TABLE;
    m->rename.rename_table = &m->rename_table;
}

void migration_fill_rename_column(struct migration *m) {
    fill_rename(m);
    fivetran_sdk__v2__rename_column__init(&m->rename_column);
    m->rename_column.from_column = migration_text(m, "from_column");
    m->rename_column.to_column = migration_text(m, "to_column");
    m->rename.entity_case = FIVETRAN_SDK__V2__RENAME_OPERATION__ENTITY_RENAME_COLUMN;
    m->rename.rename_column = &m->rename_column;
}

void migration_fill_update(struct migration *m) {
    fivetran_sdk__v2__update_column_value_operation__init(&m->update);
    m->update.column = migration_text(m, "column");
    m->update.value = value_text(m, "value");
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_UPDATE_COLUMN_VALUE;
    m->details.update_column_value = &m->update;
}

void migration_fill_set_null(struct migration *m) {
    migration_fill_update(m);
    m->update.value = "NULL";
}

void migration_fill_sync_mode(struct migration *m) {
    const json_t *keep = json_object_get(m->entry, "keep_deleted_rows");
    keep = keep ? keep : json_object_get(m->entry, "keep_inactive_rows"); /* its older name */
    fivetran_sdk__v2__table_sync_mode_migration_operation__init(&m->sync_mode);
    if (json_object_get(m->entry, "deleted_column")) {
        m->sync_mode._soft_deleted_column_case =
            FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION___SOFT_DELETED_COLUMN_SOFT_DELETED_COLUMN;
        m->sync_mode.soft_deleted_column = migration_text(m, "deleted_column");
    }
    if (json_is_boolean(keep)) {
        m->sync_mode._keep_deleted_rows_case =
            FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION___KEEP_DELETED_ROWS_KEEP_DELETED_ROWS;
        m->sync_mode.keep_deleted_rows = json_is_true(keep);
    }
    m->details.operation_case =
        FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_TABLE_SYNC_MODE_MIGRATION;
    m->details.table_sync_mode_migration = &m->sync_mode;
}
