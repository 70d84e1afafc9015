/* Migrations of tables whose rows can be read (contracts/fivetran.md, "RPC meaning", Migrate): an
 * operation each, a file each. Every one can be cut at any request and done again. */
#ifndef REWRITE_MIGRATE_MIGRATE_H
#define REWRITE_MIGRATE_MIGRATE_H

#include "rewrite/rewrite.h"

enum migration_kind {
    MIGRATION_OTHER = 0, /* what nobody does: the LIVE kinds */
    MIGRATION_DROP_TABLE,
    MIGRATION_COPY_TABLE,
    MIGRATION_COPY_COLUMN,
    MIGRATION_COPY_TABLE_TO_HISTORY_MODE,
    MIGRATION_RENAME_TABLE,
    MIGRATION_RENAME_COLUMN,
    MIGRATION_ADD_COLUMN_WITH_DEFAULT_VALUE,
    MIGRATION_ADD_COLUMN_IN_HISTORY_MODE,
    MIGRATION_DROP_COLUMN_IN_HISTORY_MODE,
    MIGRATION_UPDATE_COLUMN_VALUE,
    MIGRATION_SOFT_DELETE_TO_HISTORY,
    MIGRATION_HISTORY_TO_SOFT_DELETE,
};
enum { MIGRATION_KIND_COUNT = MIGRATION_HISTORY_TO_SOFT_DELETE + 1 };

/* One operation. What its kind does not use is NULL or zero. */
struct migration {
    enum migration_kind kind;
    const char *schema;
    const char *table;     /* changed, dropped, copied or renamed */
    const char *to_table;  /* copy_table, copy_table_to_history_mode, rename_table */
    const char *column;    /* added, dropped, set, copied or renamed */
    const char *to_column; /* copy_column, rename_column */
    enum column_type type; /* of the column to add */
    const char *value;     /* new or default value of the column; `NULL`: NULL */
    const char *timestamp; /* of the operation: columns in history mode */
    /* Says which rows are deleted. NULL or "": no column does, all rows are live. Back to soft
     * delete: `_fivetran_deleted` then. */
    const char *soft_deleted_column;
    bool drop_deleted_rows; /* back to soft delete: rows that are not active go */
};

enum migrate_outcome { MIGRATE_DONE, MIGRATE_UNSUPPORTED };

/* Does it, or says that this destination does not. False with *status: a Task when a table, column
 * or value is not as the operation needs it; INVALID_ARGUMENT for names or times that are none. */
bool rewrite_migrate(struct rewrite *rw, const struct migration *migration,
                     enum migrate_outcome *outcome, struct status *status);

#endif
