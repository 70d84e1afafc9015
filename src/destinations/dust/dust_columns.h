/* Inside Dust: what columns and tables are called there (architecture, "Names on the other side";
 * contracts/dust.md, 1.4 and 2), and how that is remembered in the table's tags. Pure but for the
 * arena. */
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
    DUST_MAX_NAME_BYTES = 200, /* of a column, or a table's id without its digest */
    DUST_MAX_TAG_BYTES = 1024, /* of one tag of ours */
};

/* Our column of texts that Dust would not give back (architecture, "Exactness"). */
#define DUST_EXACT_COLUMN "_fivetran_exact"

/* A table as Dust keeps it: the source's columns in order, and Dust's name of each. */
struct dust_table {
    struct table table;       /* as the source knows it */
    const char *const *names; /* Dust's column names, one per column */
    const char *id;           /* the table's id (and name) at Dust */
    int64_t generation;       /* whose rows it holds (table/stream_mode.h); 0: not known */
};

/* Appends the id of a table: prefix + `{schema}__{table}` (table_name.h) reduced to [A-Za-z0-9_-]
 * and cut to DUST_MAX_NAME_BYTES, with `-` and 8 hex digits of SHA-256 over schema and table when
 * that changed it. Never "csv". Failure sticks to out. */
void dust_table_id_append(struct buf *out, const char *prefix, struct slice schema,
                          struct slice table);

/* Begins *result with the names of a table and its id, copies from arena; no columns yet. False: no
 * memory. */
bool dust_table_name(const char *prefix, struct slice schema, struct slice name,
                     struct arena *arena, struct dust_table *result);

/* Appends a column name taken to the fixpoint of Dust's own renaming: lower case, `_` for every
 * character out of [a-z0-9_] and between a letter and the digit behind it, runs of `_` made one, at
 * most DUST_MAX_NAME_BYTES. `column` when no letter or digit is left; never __dust_id, never
 * DUST_EXACT_COLUMN. Failure sticks to out. */
void dust_column_name_append(struct buf *out, struct slice name);

/* Names for all columns of table. Those that known (may be NULL) has, by their exact original
 * names, keep theirs; of the newcomers, those that need no renaming choose first, then the others,
 * in order: a name that is taken, also by a column that known alone has, gets the first of `_2`,
 * `_3`, … that is free. Fills *result with copies from arena (columns, texts, names and the id
 * under prefix). False with *status: a Task when there are more columns than Dust takes, or
 * INTERNAL. */
bool dust_table_name_columns(const struct table *table, const struct dust_table *known,
                             const char *prefix, struct arena *arena, struct dust_table *result,
                             struct status *status);

/* Gives names, in the same way, to the columns of table that have none yet (NULL in names, which
 * has one entry per column). Copies from arena. False: no memory. */
bool dust_columns_name_newcomers(const struct table *table, const char **names,
                                 struct arena *arena);

/* --- tags (dust_tags.c) ---
 *
 * One tag says `bigdust:v1`, one
 *     bigdust:source:{"front_end":"fivetran","schema":"shop","table":"orders"}
 * one, where the generation is known, `bigdust:generation:7`, and one for each column, whose place
 * is `at`, since nothing is known of the order of tags:
 *     bigdust:column:{"at":3,"name":"amount","original":"Amount","type":"DECIMAL","precision":10,
 *                     "scale":2,"key":true}
 * precision and scale are there when they were given, key when it is true. Tags of others are left
 * out of account; a POST of a table replaces them. */

/* Appends the JSON array of tags. False with *status, and out as before: a Task when a tag would
 * pass DUST_MAX_TAG_BYTES (names the column). */
bool dust_tags_write(const struct dust_table *table, enum front_end front_end, struct buf *out,
                     struct status *status);

/* Reads the tags array of a table's answer back into *result, with memory from arena. schema and
 * name of result->table, and id, must be filled in by the caller. A Task when the tags name another
 * source or front end than the expected, are not ours at all (a table that somebody else made), or
 * cannot be read; INTERNAL without memory. */
bool dust_tags_read(const struct json_value *tags, enum front_end front_end, struct arena *arena,
                    struct dust_table *result, struct status *status);

#endif
