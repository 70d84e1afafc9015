#include "tester/migrate.h"

#include "frontends/fivetran/proto_map.h"
#include "tester/calls.h"
#include "tester/input.h"
#include "tester/memory.h"
#include "tester/migration.h"
#include "tester/value.h"

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

#define COLUMN_FIELDS "table", "column"
#define TYPE_FIELDS COLUMN_FIELDS, "data_type"
#define COLUMNS_FIELDS "table", "from_column", "to_column"
#define TABLES_FIELDS "from_table", "to_table"
#define SYNC_MODE(migration, after)                                                                \
    .fields = {"table"}, .fill = migration_fill_sync_mode, .apply = migration_apply_##after,       \
    .sync_mode = FIVETRAN_SDK__V2__TABLE_SYNC_MODE_MIGRATION_TYPE__##migration

static const struct migration_kind KINDS[] = {
    {.name = "add_column", .fields = {TYPE_FIELDS}, .apply = migration_apply_add},
    {.name = "change_column_data_type",
     .fields = {TYPE_FIELDS},
     .apply = migration_apply_change_type},
    {.name = "drop_column",
     .fields = {COLUMN_FIELDS},
     .apply = migration_apply_drop,
     .drops = true},
    {.name = "add_column_with_default_value",
     .fields = {TYPE_FIELDS, "default_value"},
     .fill = migration_fill_add_default,
     .apply = migration_apply_add,
     .fallback = FALLBACK_ALTER},
    {.name = "update_column_value",
     .fields = {COLUMN_FIELDS, "value"},
     .fill = migration_fill_update,
     .apply = migration_apply_nothing},
    {.name = "set_column_to_null",
     .fields = {COLUMN_FIELDS},
     .fill = migration_fill_set_null,
     .apply = migration_apply_nothing},
    {.name = "copy_column",
     .fields = {COLUMNS_FIELDS},
     .fill = migration_fill_copy_column,
     .apply = migration_apply_copy_column,
     .fallback = FALLBACK_ALTER},
    {.name = "rename_column",
     .fields = {COLUMNS_FIELDS},
     .fill = migration_fill_rename_column,
     .apply = migration_apply_rename_column,
     .fallback = FALLBACK_ALTER},
    {.name = "copy_table",
     .fields = {TABLES_FIELDS},
     .fill = migration_fill_copy_table,
     .apply = migration_apply_copy_table,
     .fallback = FALLBACK_CREATE},
    {.name = "rename_table",
     .fields = {TABLES_FIELDS},
     .fill = migration_fill_rename_table,
     .apply = migration_apply_rename_table,
     .fallback = FALLBACK_CREATE},
    {.name = "drop_table",
     .fields = {"table"},
     .fill = migration_fill_drop_table,
     .apply = migration_apply_drop_table},
    {.name = "add_column_in_history_mode",
     .fields = {TYPE_FIELDS, "operation_timestamp"},
     .fill = migration_fill_add_history,
     .apply = migration_apply_add},
    {.name = "drop_column_in_history_mode",
     .fields = {COLUMN_FIELDS, "operation_timestamp"},
     .fill = migration_fill_drop_history,
     .apply = migration_apply_nothing},
    {.name = "copy_table_to_history_mode",
     .fields = {TABLES_FIELDS},
     .fill = migration_fill_copy_history,
     .apply = migration_apply_copy_history},
    {.name = "migrate_soft_delete_to_history", SYNC_MODE(SOFT_DELETE_TO_HISTORY, to_history)},
    {.name = "migrate_history_to_soft_delete", SYNC_MODE(HISTORY_TO_SOFT_DELETE, to_soft_delete)},
    {.name = "migrate_soft_delete_to_live", SYNC_MODE(SOFT_DELETE_TO_LIVE, nothing)},
    {.name = "migrate_history_to_live", SYNC_MODE(HISTORY_TO_LIVE, nothing)},
    {.name = "migrate_live_to_soft_delete", SYNC_MODE(LIVE_TO_SOFT_DELETE, nothing)},
    {.name = "migrate_live_to_history", SYNC_MODE(LIVE_TO_HISTORY, nothing)},
};

static bool create_copy(struct migration *m) {
    const struct model_table *made = model_find(&m->run->model, migration_text(m, "to_table"));
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
    m->table = migration_text(m, json_object_get(m->entry, "table") ? "table" : "from_table");
    const json_t *type = json_object_get(m->entry, "data_type");
    return !type || model_read_column(migration_text(m, "column"), type, &m->column, status);
}

static bool fail(struct run *run, const struct status *status) {
    return report_fail(&run->report, "%s.json: %s", run->input_name, status->message);
}

static bool play_entry(struct run *run, const struct migration_kind *kind, const json_t *entry) {
    struct status status = STATUS_INIT;
    struct migration *m = memory_take(run->arena, sizeof *m);
    m->run = run;
    m->entry = entry;
    if (!read_entry(m, kind, &status)) {
        return fail(run, &status);
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
    struct status status = STATUS_INIT;
    if (!value_is_list(entries, name, &status)) {
        return fail(run, &status);
    }
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
    struct status status = STATUS_INIT;
    if (!value_is_list(list, "schema_migration", &status)) {
        return fail(run, &status);
    }
    json_array_foreach(list, index, step) {
        const char *name = NULL;
        json_t *entries = NULL;
        if (!value_is_object(step, "each of schema_migration", &status)) {
            return fail(run, &status);
        }
        json_object_foreach(step, name, entries) {
            if (!play_kind(run, name, entries)) {
                return false;
            }
        }
    }
    return true;
}
