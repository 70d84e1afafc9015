/* Inside Dust: tables (not their rows): reading, making, changing and removing them
 * (contracts/dust.md, 2). */
#ifndef DESTINATIONS_DUST_TABLE_H
#define DESTINATIONS_DUST_TABLE_H

#include "destinations/dust_api.h"
#include "destinations/dust_columns.h"

/* Reads a table's columns from its tags into *found, with memory from arena; found->table.n_columns
 * is 0 and *there false when there is no such table. A Task when the table is another's. */
bool dust_table_get(struct dust_api *api, struct slice schema, struct slice name,
                    struct arena *arena, struct dust_table *found, bool *there,
                    struct status *status);

/* Makes the table, or gives it these columns, tags, title and timestamp. Rows stay. */
bool dust_table_post(struct dust_api *api, const struct dust_table *table, struct status *status);

/* Removes all rows, pending ones too, at once (truncate:true without rows). */
bool dust_table_clear(struct dust_api *api, const char *table_id, struct status *status);

/* Removes rows and table; one that is not there is no error. */
bool dust_table_delete(struct dust_api *api, const char *table_id, struct status *status);

/* A 500 says nothing: finds out why rows were refused (a missing table, too many columns, the name
 * taken by another table) and fills *status with a Task then; leaves it alone otherwise. */
void dust_table_explain(struct dust_api *api, const struct dust_table *table,
                        struct status *status);

#endif
