#include "tester/migrate.h"

#include "frontends/fivetran/proto_map.h"
#include "tester/calls.h"
#include "tester/input.h"
#include "tester/memory.h"
#include "tester/value.h"

/* One entry of the input with the request that it becomes: only what its kind needs is filled. */
struct migration {
    struct run *run;
    const json_t *entry;
    const char *table; /* that the request is about */
    struct column column;
    FivetranSdk__V2__MigrationDetails details;
    FivetranSdk__V2__AddOperation add;
    FivetranSdk__V2__AddColumnWithDefaultValue add_default;
    FivetranSdk__V2__AddColumnInHistoryMode add_history;
    FivetranSdk__V2__CopyOperation copy;
    FivetranSdk__V2__CopyTable copy_table;
    FivetranSdk__V2__CopyColumn copy_column;
    FivetranSdk__V2__CopyTableToHistoryMode copy_history;
    FivetranSdk__V2__DropOperation drop;
    FivetranSdk__V2__DropColumnInHistoryMode drop_history;
    FivetranSdk__V2__RenameOperation rename;
    FivetranSdk__V2__RenameTable rename_table;
    FivetranSdk__V2__RenameColumn rename_column;
    FivetranSdk__V2__UpdateColumnValueOperation update;
    FivetranSdk__V2__TableSyncModeMigrationOperation sync_mode;
};

/* What Fivetran does when the destination answers `unsupported`. */
enum fallback { FALLBACK_NONE, FALLBACK_ALTER, FALLBACK_CREATE };

struct migration_kind {
    const char *name;
    const char *fields[4]; /* that an entry must have */
    /* Fills the operation; NULL: an AlterTable of what apply has made. */
    void (*fill)(struct migration *m);
    /* What the tester knows of the tables afterwards; table is the one that the entry names. */
    void (*apply)(struct migration *m, struct model_table *table);
    enum fallback fallback;
    bool drops; /* AlterTable's drop_columns */
    int sync_mode;
};

/* A field of the entry as text, in the arena: strings as they are, numbers as in CSV; "" if absent.
 */
static char *text(const struct migration *m, const char *field) {
    const json_t *value = json_object_get(m->entry, field);
    struct cell cell = {0};
    if (value) {
        cell = value_cell(value, COLUMN_STRING, m->run->arena);
    }
    return cell.kind == CELL_TEXT ? (char *)cell.text.data : "";
}

/* A default or a new value: JSON null is the text NULL, as the protocol has it. */
static char *value_text(const struct migration *m, const char *field) {
    return json_is_null(json_object_get(m->entry, field)) ? "NULL" : text(m, field);
}

static void fill_add(struct migration *m) {
    fivetran_sdk__v2__add_operation__init(&m->add);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_ADD;
    m->details.add = &m->add;
}

static void fill_add_default(struct migration *m) {
    fill_add(m);
    fivetran_sdk__v2__add_column_with_default_value__init(&m->add_default);
    m->add_default.column = text(m, "column");
    m->add_default.column_type = (FivetranSdk__V2__DataType)m->column.type;
    m->add_default.default_value = value_text(m, "default_value");
    m->add.entity_case = FIVETRAN_SDK__V2__ADD_OPERATION__ENTITY_ADD_COLUMN_WITH_DEFAULT_VALUE;
    m->add.add_column_with_default_value = &m->add_default;
}

static void fill_add_history(struct migration *m) {
    fill_add(m);
    fivetran_sdk__v2__add_column_in_history_mode__init(&m->add_history);
    m->add_history.column = text(m, "column");
    m->add_history.column_type = (FivetranSdk__V2__DataType)m->column.type;
    m->add_history.default_value = value_text(m, "default_value");
    m->add_history.operation_timestamp = text(m, "operation_timestamp");
    m->add.entity_case = FIVETRAN_SDK__V2__ADD_OPERATION__ENTITY_ADD_COLUMN_IN_HISTORY_MODE;
    m->add.add_column_in_history_mode = &m->add_history;
}

static void fill_copy(struct migration *m) {
    fivetran_sdk__v2__copy_operation__init(&m->copy);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_COPY;
    m->details.copy = &m->copy;
}

static void fill_copy_column(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_column__init(&m->copy_column);
    m->copy_column.from_column = text(m, "from_column");
    m->copy_column.to_column = text(m, "to_column");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_COLUMN;
    m->copy.copy_column = &m->copy_column;
}

static void fill_copy_table(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_table__init(&m->copy_table);
    m->copy_table.from_table = text(m, "from_table");
    m->copy_table.to_table = text(m, "to_table");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_TABLE;
    m->copy.copy_table = &m->copy_table;
}

static void fill_copy_history(struct migration *m) {
    fill_copy(m);
    fivetran_sdk__v2__copy_table_to_history_mode__init(&m->copy_history);
    m->copy_history.from_table = text(m, "from_table");
    m->copy_history.to_table = text(m, "to_table");
    m->copy_history.soft_deleted_column = text(m, "deleted_column");
    m->copy.entity_case = FIVETRAN_SDK__V2__COPY_OPERATION__ENTITY_COPY_TABLE_TO_HISTORY_MODE;
    m->copy.copy_table_to_history_mode = &m->copy_history;
}

static void fill_drop(struct migration *m) {
    fivetran_sdk__v2__drop_operation__init(&m->drop);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_DROP;
    m->details.drop = &m->drop;
}

static void fill_drop_table(struct migration *m) {
    fill_drop(m);
    m->drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_TABLE;
    m->drop.drop_table = true;
}

static void fill_drop_history(struct migration *m) {
    fill_drop(m);
    fivetran_sdk__v2__drop_column_in_history_mode__init(&m->drop_history);
    m->drop_history.column = text(m, "column");
    m->drop_history.operation_timestamp = text(m, "operation_timestamp");
    m->drop.entity_case = FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_COLUMN_IN_HISTORY_MODE;
    m->drop.drop_column_in_history_mode = &m->drop_history;
}

static void fill_rename(struct migration *m) {
    fivetran_sdk__v2__rename_operation__init(&m->rename);
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_RENAME;
    m->details.rename = &m->rename;
}

static void fill_rename_table(struct migration *m) {
    fill_rename(m);
    fivetran_sdk__v2__rename_table__init(&m->rename_table);
    m->rename_table.from_table = text(m, "from_table");
    m->rename_table.to_table = text(m, "to_table");
    m->rename.entity_case = FIVETRAN_SDK__V2__RENAME_OPERATION__ENTITY_RENAME_TABLE;
    m->rename.rename_table = &m->rename_table;
}

static void fill_rename_column(struct migration *m) {
    fill_rename(m);
    fivetran_sdk__v2__rename_column__init(&m->rename_column);
    m->rename_column.from_column = text(m, "from_column");
    m->rename_column.to_column = text(m, "to_column");
    m->rename.entity_case = FIVETRAN_SDK__V2__RENAME_OPERATION__ENTITY_RENAME_COLUMN;
    m->rename.rename_column = &m->rename_column;
}

static void fill_update(struct migration *m) {
    fivetran_sdk__v2__update_column_value_operation__init(&m->update);
    m->update.column = text(m, "column");
    m->update.value = value_text(m, "value");
    m->details.operation_case = FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_UPDATE_COLUMN_VALUE;
    m->details.update_column_value = &m->update;
}

static void fill_set_null(struct migration *m) {
    fill_update(m);
    m->update.value = "NULL";
}

static void fill_sync_mode(struct migration *m) {
    const json_t *keep = json_object_get(m->entry, "keep_deleted_rows");
    keep = keep ? keep : json_object_get(m->entry, "keep_inactive_rows"); /* its older name */
    fivetran_sdk__v2__table_sync_mode_migration_operation__init(&m->sync_mode);
    if (json_object_get(m->entry, "deleted_column")) {
        m->sync_mode._soft_deleted_column_case =
            FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_OPERATION___SOFT_DELETED_COLUMN_SOFT_DELETED_COLUMN;
        m->sync_mode.soft_deleted_column = text(m, "deleted_column");
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

static void apply_add(struct migration *m, struct model_table *table) {
    model_add_column(&m->run->model, table, m->column);
}

static void apply_change_type(struct migration *m, struct model_table *table) {
    model_change_column(&m->run->model, table, m->column.name, m->column);
}

static void apply_drop(struct migration *m, struct model_table *table) {
    model_drop_column(table, text(m, "column"));
}

static void apply_copy_column(struct migration *m, struct model_table *table) {
    int from = model_column(table, text(m, "from_column"));
    if (from >= 0) {
        struct column column = table->shape.columns[from];
        column.name = text(m, "to_column");
        column.primary_key = false;
        model_add_column(&m->run->model, table, column);
    }
}

static void apply_rename_column(struct migration *m, struct model_table *table) {
    int from = model_column(table, text(m, "from_column"));
    if (from >= 0) {
        struct column column = table->shape.columns[from];
        column.name = text(m, "to_column");
        model_change_column(&m->run->model, table, text(m, "from_column"), column);
    }
}

static struct model_table *copy_model(struct migration *m, const struct model_table *table) {
    struct table shape = table->shape;
    shape.name = text(m, "to_table");
    return model_put(&m->run->model, &shape, table->history);
}

static void apply_copy_table(struct migration *m, struct model_table *table) {
    copy_model(m, table);
}

static void apply_rename_table(struct migration *m, struct model_table *table) {
    copy_model(m, table);
    model_remove(&m->run->model, table->shape.name);
}

static void apply_copy_history(struct migration *m, struct model_table *table) {
    model_to_history(&m->run->model, copy_model(m, table));
}

static void apply_drop_table(struct migration *m, struct model_table *table) {
    model_remove(&m->run->model, table->shape.name);
}

static void apply_to_history(struct migration *m, struct model_table *table) {
    model_to_history(&m->run->model, table);
}

static void apply_to_soft_delete(struct migration *m, struct model_table *table) {
    const char *deleted = text(m, "deleted_column");
    model_to_soft_delete(&m->run->model, table, *deleted ? deleted : COLUMN_NAME_DELETED);
}

static void apply_nothing(struct migration *m, struct model_table *table) {
    (void)m;
    (void)table;
}

#define SYNC_MODE(from_to) FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_TYPE__##from_to

static const struct migration_kind KINDS[] = {
    {"add_column", {"table", "column", "data_type"}, NULL, apply_add, FALLBACK_NONE, false, 0},
    {"change_column_data_type",
     {"table", "column", "data_type"},
     NULL,
     apply_change_type,
     FALLBACK_NONE,
     false,
     0},
    {"drop_column", {"table", "column"}, NULL, apply_drop, FALLBACK_NONE, true, 0},
    {"add_column_with_default_value",
     {"table", "column", "data_type", "default_value"},
     fill_add_default,
     apply_add,
     FALLBACK_ALTER,
     false,
     0},
    {"update_column_value",
     {"table", "column", "value"},
     fill_update,
     apply_nothing,
     FALLBACK_NONE,
     false,
     0},
    {"set_column_to_null",
     {"table", "column"},
     fill_set_null,
     apply_nothing,
     FALLBACK_NONE,
     false,
     0},
    {"copy_column",
     {"table", "from_column", "to_column"},
     fill_copy_column,
     apply_copy_column,
     FALLBACK_ALTER,
     false,
     0},
    {"rename_column",
     {"table", "from_column", "to_column"},
     fill_rename_column,
     apply_rename_column,
     FALLBACK_ALTER,
     false,
     0},
    {"copy_table",
     {"from_table", "to_table"},
     fill_copy_table,
     apply_copy_table,
     FALLBACK_CREATE,
     false,
     0},
    {"rename_table",
     {"from_table", "to_table"},
     fill_rename_table,
     apply_rename_table,
     FALLBACK_CREATE,
     false,
     0},
    {"drop_table", {"table"}, fill_drop_table, apply_drop_table, FALLBACK_NONE, false, 0},
    {"add_column_in_history_mode",
     {"table", "column", "data_type", "operation_timestamp"},
     fill_add_history,
     apply_add,
     FALLBACK_NONE,
     false,
     0},
    {"drop_column_in_history_mode",
     {"table", "column", "operation_timestamp"},
     fill_drop_history,
     apply_nothing,
     FALLBACK_NONE,
     false,
     0},
    {"copy_table_to_history_mode",
     {"from_table", "to_table"},
     fill_copy_history,
     apply_copy_history,
     FALLBACK_NONE,
     false,
     0},
    {"migrate_soft_delete_to_history",
     {"table"},
     fill_sync_mode,
     apply_to_history,
     FALLBACK_NONE,
     false,
     SYNC_MODE(SOFT_DELETE_TO_HISTORY)},
    {"migrate_history_to_soft_delete",
     {"table"},
     fill_sync_mode,
     apply_to_soft_delete,
     FALLBACK_NONE,
     false,
     SYNC_MODE(HISTORY_TO_SOFT_DELETE)},
    {"migrate_soft_delete_to_live",
     {"table"},
     fill_sync_mode,
     apply_nothing,
     FALLBACK_NONE,
     false,
     SYNC_MODE(SOFT_DELETE_TO_LIVE)},
    {"migrate_history_to_live",
     {"table"},
     fill_sync_mode,
     apply_nothing,
     FALLBACK_NONE,
     false,
     SYNC_MODE(HISTORY_TO_LIVE)},
    {"migrate_live_to_soft_delete",
     {"table"},
     fill_sync_mode,
     apply_nothing,
     FALLBACK_NONE,
     false,
     SYNC_MODE(LIVE_TO_SOFT_DELETE)},
    {"migrate_live_to_history",
     {"table"},
     fill_sync_mode,
     apply_nothing,
     FALLBACK_NONE,
     false,
     SYNC_MODE(LIVE_TO_HISTORY)},
};

static bool create_copy(struct migration *m) {
    const struct model_table *made = model_find(&m->run->model, text(m, "to_table"));
    FivetranSdk__V2__CreateTableRequest request = FIVETRAN_SDK__V2__CREATE_TABLE_REQUEST__INIT;
    request.schema_name = (char *)m->run->options->schema_name;
    request.table = proto_of_table(&made->shape, m->run->arena);
    return calls_succeed(m->run, "CreateTable", made->shape.name, &request.base);
}

/* The destination cannot do it: what Fivetran does instead. */
static bool fall_back(struct migration *m, const struct migration_kind *kind,
                      struct model_table *table) {
    switch (kind->fallback) {
    case FALLBACK_ALTER:
        kind->apply(m, table);
        return input_alter_table(m->run, table, false);
    case FALLBACK_CREATE:
        kind->apply(m, table);
        return create_copy(m);
    case FALLBACK_NONE:
        break;
    }
    return true;
}

/* table: NULL when the tester does not know it; the destination may, or say what it thinks of it.
 */
static bool migrate(struct migration *m, const struct migration_kind *kind,
                    struct model_table *table) {
    FivetranSdk__V2__MigrateRequest request = FIVETRAN_SDK__V2__MIGRATE_REQUEST__INIT;
    struct call_result result;
    fivetran_sdk__v2__migration_details__init(&m->details);
    m->details.schema = (char *)m->run->options->schema_name;
    m->details.table = (char *)m->table;
    kind->fill(m);
    m->sync_mode.type = (FivetranSdk__V2__TableSyncModeMigrationType)kind->sync_mode;
    request.details = &m->details;
    calls_make(m->run, "Migrate", &request.base, 0, &result);
    const char *subject = memory_printf(m->run->arena, "%s %s", m->table, kind->name);
    bool fine = true;
    if (calls_is(&result, "unsupported")) {
        report_pass(&m->run->report, "Migrate %s: unsupported", subject);
        fine = !table || fall_back(m, kind, table);
    } else {
        fine = calls_judge(m->run, "Migrate", subject, &result);
        if (fine && table) {
            kind->apply(m, table);
        }
    }
    calls_clean_up(&result);
    return fine;
}

static bool read_entry(struct migration *m, const struct migration_kind *kind,
                       struct status *status) {
    size_t fields = sizeof kind->fields / sizeof kind->fields[0];
    if (!json_is_object(m->entry)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "an entry of %s is no object",
                           kind->name);
    }
    for (size_t i = 0; i < fields && kind->fields[i]; i++) {
        if (!json_object_get(m->entry, kind->fields[i])) {
            return status_fail(status, STATUS_INVALID_ARGUMENT, "an entry of %s lacks \"%s\"",
                               kind->name, kind->fields[i]);
        }
    }
    m->table = text(m, json_object_get(m->entry, "table") ? "table" : "from_table");
    const json_t *type = json_object_get(m->entry, "data_type");
    return !type || model_read_column(text(m, "column"), type, &m->column, status);
}

static bool play_entry(struct run *run, const struct migration_kind *kind, const json_t *entry) {
    struct status status = STATUS_INIT;
    struct migration *m = memory_take(run->arena, sizeof *m);
    m->run = run;
    m->entry = entry;
    if (!read_entry(m, kind, &status)) {
        return report_fail(&run->report, "%s.json: %s", run->input_name, status.message);
    }
    struct model_table *table = model_find(&run->model, m->table);
    if (kind->fill) {
        return migrate(m, kind, table);
    }
    if (!table) {
        return report_fail(&run->report, "%s.json: %s of table \"%s\", which is not known",
                           run->input_name, kind->name, m->table);
    }
    kind->apply(m, table);
    return input_alter_table(run, table, kind->drops);
}

static bool play_kind(struct run *run, const char *name, const json_t *entries) {
    const struct migration_kind *kind = NULL;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        if (strcmp(name, KINDS[i].name) == 0) {
            kind = &KINDS[i];
        }
    }
    if (!kind) {
        return report_fail(&run->report, "%s.json: there is no schema migration \"%s\"",
                           run->input_name, name);
    }
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(entries, index, entry) {
        if (!play_entry(run, kind, entry)) {
            return false;
        }
    }
    return true;
}

bool migrate_play(struct run *run, json_t *list) {
    size_t index = 0;
    json_t *step = NULL;
    json_array_foreach(list, index, step) {
        const char *name = NULL;
        json_t *entries = NULL;
        json_object_foreach(step, name, entries) {
            if (!play_kind(run, name, entries)) {
                return false;
            }
        }
    }
    return true;
}
