/* The operations, a file each, and how each begins. Inside the room. */
#ifndef REWRITE_MIGRATE_OPERATIONS_H
#define REWRITE_MIGRATE_OPERATIONS_H

#include "rewrite/migrate/migrate.h"
#include "rewrite/table_work.h"

/* Does the one operation that it is named after. */
typedef bool migrate_operation(struct rewrite *rw, const struct migration *migration,
                               struct status *status);

migrate_operation migrate_drop_table;
migrate_operation migrate_copy_table;
migrate_operation migrate_copy_column;
migrate_operation migrate_copy_table_to_history_mode;
migrate_operation migrate_rename_table;
migrate_operation migrate_rename_column;
migrate_operation migrate_add_column_with_default_value;
migrate_operation migrate_add_column_in_history_mode;
migrate_operation migrate_drop_column_in_history_mode;
migrate_operation migrate_update_column_value;
migrate_operation migrate_soft_delete_to_history;
migrate_operation migrate_history_to_soft_delete;

/* Does an operation on one table that must be there: with the table's turn taken and its rows open.
 * A Task when there is no such table. */
bool migrate_on_table(struct rewrite *rw, const struct migration *migration,
                      bool (*operate)(struct table_work *work, const struct migration *migration,
                                      struct status *status),
                      struct status *status);

/* Fail with a Task that says what is missing. */
bool migrate_no_table(const char *schema, const char *table, struct status *status);
bool migrate_no_column(const struct table *table, const char *column, struct status *status);

/* The index of a column that must be there and be no part of the key. */
bool migrate_find_value_column(const struct table *table, const char *column, size_t *index,
                               struct status *status);

/* A column that the operation makes: when it is there (from an earlier attempt that was cut), it
 * must be such a column, or that is a Task. */
bool migrate_check_target(const struct table *table, const struct column *column,
                          struct status *status);

#endif
