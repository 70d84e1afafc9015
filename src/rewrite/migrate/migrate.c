#include "rewrite/migrate/migrate.h"

#include "rewrite/migrate/operations.h"

enum {
    NEEDS_ROWS = 1, /* to be read and written again */
    NEEDS_TO_TABLE = 2,
    NEEDS_COLUMN = 4,
    NEEDS_TO_COLUMN = 8,
};

static const struct {
    migrate_operation *operate; /* NULL: nobody does */
    unsigned needs;
} operations[MIGRATION_KIND_COUNT] = {
    [MIGRATION_DROP_TABLE] = {migrate_drop_table, 0},
    [MIGRATION_COPY_TABLE] = {migrate_copy_table, NEEDS_ROWS | NEEDS_TO_TABLE},
    [MIGRATION_COPY_COLUMN] = {migrate_copy_column, NEEDS_ROWS | NEEDS_COLUMN | NEEDS_TO_COLUMN},
    [MIGRATION_COPY_TABLE_TO_HISTORY_MODE] = {migrate_copy_table_to_history_mode,
                                              NEEDS_ROWS | NEEDS_TO_TABLE},
    [MIGRATION_RENAME_TABLE] = {migrate_rename_table, NEEDS_ROWS | NEEDS_TO_TABLE},
    [MIGRATION_RENAME_COLUMN] = {migrate_rename_column,
                                 NEEDS_ROWS | NEEDS_COLUMN | NEEDS_TO_COLUMN},
    [MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE] = {migrate_add_column_with_default_value,
                                                 NEEDS_ROWS | NEEDS_COLUMN},
    [MIGRATION_ADD_COLUMN_IN_HISTORY_MODE] = {migrate_add_column_in_history_mode,
                                              NEEDS_ROWS | NEEDS_COLUMN},
    [MIGRATION_DROP_COLUMN_IN_HISTORY_MODE] = {migrate_drop_column_in_history_mode,
                                               NEEDS_ROWS | NEEDS_COLUMN},
    [MIGRATION_UPDATE_COLUMN_VALUE] = {migrate_update_column_value, NEEDS_ROWS | NEEDS_COLUMN},
    [MIGRATION_SOFT_DELETE_TO_HISTORY] = {migrate_soft_delete_to_history, NEEDS_ROWS},
    [MIGRATION_HISTORY_TO_SOFT_DELETE] = {migrate_history_to_soft_delete, NEEDS_ROWS},
};

/* A name that the operation needs and that is not another's already. */
static bool check_name(bool needed, const char *what, const char *name, const char *other,
                       struct status *status) {
    if (needed && (!name || !name[0])) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the migration names no %s", what);
    }
    if (needed && other && strcmp(name, other) == 0) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the migration names the same %s \"%s\" twice", what, name);
    }
    return true;
}

static bool check_names(const struct migration *migration, struct status *status) {
    unsigned needs = operations[migration->kind].needs;
    return check_name(true, "table", migration->table, NULL, status) &&
           check_name(needs & NEEDS_TO_TABLE, "table to make", migration->to_table,
                      migration->table, status) &&
           check_name(needs & NEEDS_COLUMN, "column", migration->column, NULL, status) &&
           check_name(needs & NEEDS_TO_COLUMN, "column to make", migration->to_column,
                      migration->column, status);
}

bool rewrite_migrate(struct rewrite *rw, const struct migration *migration,
                     enum migrate_outcome *outcome, struct status *status) {
    migrate_operation *operate = operations[migration->kind].operate;
    bool needs_rows = operations[migration->kind].needs & NEEDS_ROWS;
    *outcome = MIGRATE_DONE;
    if (!operate || (needs_rows && !rw->d->ops->migrates)) {
        *outcome = MIGRATE_UNSUPPORTED;
        return true;
    }
    return check_names(migration, status) && operate(rw, migration, status);
}

bool migrate_on_table(struct rewrite *rw, const struct migration *migration,
                      bool (*operate)(struct table_work *work, const struct migration *migration,
                                      struct status *status),
                      struct status *status) {
    struct table_work work;
    bool ok = table_work_begin(&work, rw, slice_of(migration->schema), slice_of(migration->table),
                               status);
    if (ok && !work.store) {
        ok = migrate_no_table(migration->schema, migration->table, status);
    }
    ok = ok && operate(&work, migration, status);
    table_work_end(&work);
    return ok;
}

bool migrate_no_table(const char *schema, const char *table, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "Table %s.%s is to be migrated and is not at the destination. Nothing was "
                       "changed. Re-sync the table from the start.",
                       schema, table);
}

bool migrate_no_column(const struct table *table, const char *column, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "Table %s.%s has no column \"%s\", which a migration needs. Nothing was "
                       "changed. Re-sync the table from the start (drop it at the destination "
                       "first).",
                       table->schema, table->name, column);
}

bool migrate_find_value_column(const struct table *table, const char *column, size_t *index,
                               struct status *status) {
    int at = table_find(table, slice_of(column));
    if (at < 0) {
        return migrate_no_column(table, column, status);
    }
    if (table->columns[at].primary_key) {
        return status_fail(status, STATUS_TASK,
                           "Table %s.%s: column \"%s\" is part of the primary key, so a migration "
                           "cannot set it. Nothing was changed. Re-sync the table from the start "
                           "(drop it at the destination first).",
                           table->schema, table->name, column);
    }
    *index = (size_t)at;
    return true;
}

bool migrate_check_target(const struct table *table, const struct column *column,
                          struct status *status) {
    int at = table_find(table, slice_of(column->name));
    if (at < 0 || (table->columns[at].type == column->type && !table->columns[at].primary_key)) {
        return true;
    }
    return status_fail(status, STATUS_TASK,
                       "Table %s.%s has a column \"%s\" already, of another type or in the primary "
                       "key, where a migration is to put another column. Nothing was changed. "
                       "Re-sync the table from the start (drop it at the destination first).",
                       table->schema, table->name, column->name);
}
