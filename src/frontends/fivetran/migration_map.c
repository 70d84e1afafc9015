#include "frontends/fivetran/migration_map.h"

#define ENTITY(message, name) FIVETRAN_SDK__V2__##message##__ENTITY_##name

/* The operation names its table too; where it does not, it is the request's. */
static void set_tables(struct migration *migration, const char *from, const char *to) {
    migration->table = from[0] ? from : migration->table;
    migration->to_table = to;
}

static void map_drop(const FivetranSdk__V2__DropOperation *drop, struct migration *migration) {
    if (drop->entity_case == ENTITY(DROP_OPERATION, DROP_TABLE) && drop->drop_table) {
        migration->kind = MIGRATION_DROP_TABLE;
    } else if (drop->entity_case == ENTITY(DROP_OPERATION, DROP_COLUMN_IN_HISTORY_MODE)) {
        migration->kind = MIGRATION_DROP_COLUMN_IN_HISTORY_MODE;
        migration->column = drop->drop_column_in_history_mode->column;
        migration->timestamp = drop->drop_column_in_history_mode->operation_timestamp;
    }
}

static void map_copy(const FivetranSdk__V2__CopyOperation *copy, struct migration *migration) {
    if (copy->entity_case == ENTITY(COPY_OPERATION, COPY_TABLE)) {
        migration->kind = MIGRATION_COPY_TABLE;
        set_tables(migration, copy->copy_table->from_table, copy->copy_table->to_table);
    } else if (copy->entity_case == ENTITY(COPY_OPERATION, COPY_COLUMN)) {
        migration->kind = MIGRATION_COPY_COLUMN;
        migration->column = copy->copy_column->from_column;
        migration->to_column = copy->copy_column->to_column;
    } else if (copy->entity_case == ENTITY(COPY_OPERATION, COPY_TABLE_TO_HISTORY_MODE)) {
        const FivetranSdk__V2__CopyTableToHistoryMode *tables = copy->copy_table_to_history_mode;
        migration->kind = MIGRATION_COPY_TABLE_TO_HISTORY_MODE;
        set_tables(migration, tables->from_table, tables->to_table);
        migration->soft_deleted_column = tables->soft_deleted_column;
    }
}

static void map_rename(const FivetranSdk__V2__RenameOperation *rename,
                       struct migration *migration) {
    if (rename->entity_case == ENTITY(RENAME_OPERATION, RENAME_TABLE)) {
        migration->kind = MIGRATION_RENAME_TABLE;
        set_tables(migration, rename->rename_table->from_table, rename->rename_table->to_table);
    } else if (rename->entity_case == ENTITY(RENAME_OPERATION, RENAME_COLUMN)) {
        migration->kind = MIGRATION_RENAME_COLUMN;
        migration->column = rename->rename_column->from_column;
        migration->to_column = rename->rename_column->to_column;
    }
}

static void map_add(const FivetranSdk__V2__AddOperation *add, struct migration *migration) {
    if (add->entity_case == ENTITY(ADD_OPERATION, ADD_COLUMN_WITH_DEFAULT_VALUE)) {
        const FivetranSdk__V2__AddColumnWithDefaultValue *column =
            add->add_column_with_default_value;
        migration->kind = MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE;
        migration->column = column->column;
        migration->type = (enum column_type)column->column_type;
        migration->value = column->default_value;
    } else if (add->entity_case == ENTITY(ADD_OPERATION, ADD_COLUMN_IN_HISTORY_MODE)) {
        const FivetranSdk__V2__AddColumnInHistoryMode *column = add->add_column_in_history_mode;
        migration->kind = MIGRATION_ADD_COLUMN_IN_HISTORY_MODE;
        migration->column = column->column;
        migration->type = (enum column_type)column->column_type;
        migration->value = column->default_value;
        migration->timestamp = column->operation_timestamp;
    }
}

/* The LIVE kinds are nobody's. */
static void map_sync_mode(const FivetranSdk__V2__TableSyncModeMigrationOperation *mode,
                          struct migration *migration) {
    if (mode->type == FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_TYPE__SOFT_DELETE_TO_HISTORY) {
        migration->kind = MIGRATION_SOFT_DELETE_TO_HISTORY;
    } else if (mode->type ==
               FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_TYPE__HISTORY_TO_SOFT_DELETE) {
        migration->kind = MIGRATION_HISTORY_TO_SOFT_DELETE;
    }
    migration->soft_deleted_column =
        mode->_soft_deleted_column_case ? mode->soft_deleted_column : NULL;
    migration->drop_deleted_rows = mode->_keep_deleted_rows_case && !mode->keep_deleted_rows;
}

bool proto_to_migration(const FivetranSdk__V2__MigrationDetails *message,
                        struct migration *migration, struct status *status) {
    if (!message || !message->table[0] ||
        message->operation_case == FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION__NOT_SET) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the request names no table or no operation");
    }
    *migration = (struct migration){.schema = message->schema, .table = message->table};
    switch (message->operation_case) {
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_DROP:
        map_drop(message->drop, migration);
        break;
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_COPY:
        map_copy(message->copy, migration);
        break;
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_RENAME:
        map_rename(message->rename, migration);
        break;
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_ADD:
        map_add(message->add, migration);
        break;
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_UPDATE_COLUMN_VALUE:
        migration->kind = MIGRATION_UPDATE_COLUMN_VALUE;
        migration->column = message->update_column_value->column;
        migration->value = message->update_column_value->value;
        break;
    case FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_TABLE_SYNC_MODE_MIGRATION:
        map_sync_mode(message->table_sync_mode_migration, migration);
        break;
    default:
        break;
    }
    return true;
}
