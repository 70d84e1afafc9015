/* Inside Dust: tables (not their rows): reading, making, changing and removing them
 * (contracts/dust.md, 2). All block, on the api's thread. */
#ifndef DESTINATIONS_DUST_TABLE_H
#define DESTINATIONS_DUST_TABLE_H

#include "destinations/dust/dust_api.h"
#include "destinations/dust/dust_columns.h"

/* Reads a table's columns from its tags into *found, with memory from arena. Names and id are
 * filled in either way; *there is false, and found->table.n_columns 0, when there is no such table.
 * A Task when the table is another's (dust_tags_read). */
bool dust_table_get(struct dust_api *api, struct slice schema, struct slice name,
                    struct arena *arena, struct dust_table *found, bool *there,
                    struct status *status);

/* Appends the body of the request that gives the table its columns, name, title and description:
 * all members every time, since Dust replaces them all. False with *status, a Task when a name is
 * too long for a tag. Pure. */
bool dust_table_describe(enum front_end front_end, const struct dust_table *table, struct buf *body,
                         struct status *status);

/* Gives the table these columns (as tags), its name, title and description, and makes it when it is
 * missing. Rows stay. A Task when the name is taken by a table of another id. */
bool dust_table_post(struct dust_api *api, const struct dust_table *table, struct status *status);

/* Makes a table that is known to be missing. Rows that a former table of that id left waiting to be
 * merged go away. When that fails, so does the table. */
bool dust_table_make(struct dust_api *api, const struct dust_table *table, struct status *status);

/* Removes all rows, pending ones too, at once (truncate:true without rows). */
bool dust_table_clear(struct dust_api *api, const char *table_id, struct status *status);

/* Removes rows and table; one that is not there is no error. */
bool dust_table_delete(struct dust_api *api, const char *table_id, struct status *status);

/* After rows were refused with a 500, which says nothing: finds out whether the table is missing or
 * would have too many columns, and fills *status with a Task then; says so when Dust cannot read
 * the table's rows either; leaves *status alone otherwise. A few GETs. */
void dust_table_explain(struct dust_api *api, const struct dust_table *table,
                        struct status *status);

#endif
