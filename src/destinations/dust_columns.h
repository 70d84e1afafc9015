/* Inside Dust: what columns and tables are called there, and how that is remembered (architecture,
 * "Names on the other side"; contracts/dust.md, 1.4 and 2). Pure but for the arena. */
#ifndef DESTINATIONS_DUST_COLUMNS_H
#define DESTINATIONS_DUST_COLUMNS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "json/json_value.h"
#include "settings/settings.h"
#include "table/table.h"

enum {
    DUST_MAX_COLUMNS = 511,    /* without Dust's own __dust_id; ours (_fivetran_exact) counts */
    DUST_MAX_TAG_BYTES = 1024, /* of one tag of ours */
};

/* Our column of texts that Dust would not give back (architecture, "Exactness"). */
#define DUST_EXACT_COLUMN "_fivetran_exact"

/* A table as Dust keeps it: the source's columns in order, and Dust's name of each. */
struct dust_table {
    struct table table;       /* as the source knows it */
    const char *const *names; /* Dust's column names, one per column */
    const char *id;           /* the table's id (and name) at Dust */
};

/* Appends the id of a table: prefix + `{schema}__{table}` (table_name.h) reduced to [A-Za-z0-9_-],
 * with 8 hex digits when reducing changed it. Never "csv". */
void dust_table_id_append(struct buf *out, const char *prefix, struct slice schema,
                          struct slice table);

/* Appends a column name taken to the fixpoint of Dust's own renaming; never empty, never __dust_id,
 * never DUST_EXACT_COLUMN. */
void dust_column_name_append(struct buf *out, struct slice name);

/* Names for all columns of table: those that known (may be NULL) has keep theirs, newcomers take
 * the next free one, in order. Fills *result with copies from arena (columns, texts and names).
 * False with *status: a Task when there are more columns than Dust takes, or INTERNAL. */
bool dust_table_name_columns(const struct table *table, const struct dust_table *known,
                             const char *prefix, struct arena *arena, struct dust_table *result,
                             struct status *status);

/* Appends the JSON array of tags: our mark, the source (front end, schema, table), a tag per
 * column. False with *status: a Task when a tag would pass DUST_MAX_TAG_BYTES (names the column).
 */
bool dust_tags_write(const struct dust_table *table, enum front_end front_end, struct buf *out,
                     struct status *status);

/* Reads the tags array of a table's answer back. A Task when the tags name another source or front
 * end than the expected (schema and name of *result->table must be filled in by the caller, and
 * id), are not ours at all (a table that somebody else made), or cannot be read. */
bool dust_tags_read(const struct json_value *tags, enum front_end front_end, struct arena *arena,
                    struct dust_table *result, struct status *status);

#endif
