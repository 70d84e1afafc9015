/* Tables in history mode: their columns, and rows that enter it. Inside the room. */
#ifndef REWRITE_MIGRATE_HISTORY_TABLE_H
#define REWRITE_MIGRATE_HISTORY_TABLE_H

#include "rewrite/rows.h"
#include "rewrite/table_draft.h"
#include "table/instant_text.h"

/* Where a table has the columns of history mode (contracts/fivetran.md, "System columns"). */
struct history_columns {
    size_t active;
    size_t start;
    size_t end;
};

#define HISTORY_ACTIVE "_fivetran_active"
#define HISTORY_START "_fivetran_start"
#define HISTORY_END "_fivetran_end"
#define HISTORY_SYNCED "_fivetran_synced"
#define HISTORY_DELETED "_fivetran_deleted"

/* Whether the table is in history mode: has the three columns, and its start in the key. columns
 * may be NULL. */
bool history_columns_find(const struct table *table, struct history_columns *columns);

/* The same, with a Task when it is not. */
bool history_columns_demand(const struct table *table, struct history_columns *columns,
                            struct status *status);

/* Adds to a draft those of the three columns that it lacks. None of them in the key. */
bool history_columns_add(struct table_draft *draft, struct status *status);

/* Where the column of that name says that a row is deleted; *column is SIZE_MAX for NULL or "": no
 * column does. A Task when the table lacks it. */
bool history_deleted_column(const struct table *table, const char *name, size_t *column,
                            struct status *status);

/* The greatest _fivetran_synced of the rows, as it is written there; the minimum timestamp when
 * none has one. */
struct slice history_latest_synced(const struct table *table, const struct rows *rows);

/* Fills the three cells of a row that enters history mode (SOFT_DELETE_TO_HISTORY): a live one
 * begins at start. deleted is history_deleted_column's. */
void history_row_begin(struct cell *cells, const struct history_columns *columns, size_t deleted,
                       struct slice start);

/* A cell that says true. */
bool history_cell_is_true(const struct cell *cell);

/* The instant of a cell; before all others when it holds none. */
struct instant history_cell_instant(const struct cell *cell);

#endif
