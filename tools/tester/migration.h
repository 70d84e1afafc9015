/* One entry of a schema_migration: what it becomes as a request, and what it makes of the tables
 * that the tester knows. Inside migrate. */
#ifndef TESTER_MIGRATION_H
#define TESTER_MIGRATION_H

#include "tester/run.h"

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

/* A field of the entry as text, in the arena: strings as they are, numbers as in CSV; "" when the
 * entry does not have it. */
char *migration_text(const struct migration *m, const char *field);

/* Fill details.operation (migration_fill.c). */
void migration_fill_add_default(struct migration *m);
void migration_fill_add_history(struct migration *m);
void migration_fill_copy_column(struct migration *m);
void migration_fill_copy_table(struct migration *m);
void migration_fill_copy_history(struct migration *m);
void migration_fill_drop_table(struct migration *m);
void migration_fill_drop_history(struct migration *m);
void migration_fill_rename_table(struct migration *m);
void migration_fill_rename_column(struct migration *m);
void migration_fill_update(struct migration *m);
void migration_fill_set_null(struct migration *m);
void migration_fill_sync_mode(struct migration *m);

/* Change the model as the migration changes the table that the entry names (migration_apply.c). */
void migration_apply_add(struct migration *m, struct model_table *table);
void migration_apply_change_type(struct migration *m, struct model_table *table);
void migration_apply_drop(struct migration *m, struct model_table *table);
void migration_apply_copy_column(struct migration *m, struct model_table *table);
void migration_apply_rename_column(struct migration *m, struct model_table *table);
void migration_apply_copy_table(struct migration *m, struct model_table *table);
void migration_apply_rename_table(struct migration *m, struct model_table *table);
void migration_apply_copy_history(struct migration *m, struct model_table *table);
void migration_apply_drop_table(struct migration *m, struct model_table *table);
void migration_apply_to_history(struct migration *m, struct model_table *table);
void migration_apply_to_soft_delete(struct migration *m, struct model_table *table);
void migration_apply_nothing(struct migration *m, struct model_table *table);

#endif
