/* The schema that Dust infers from rows (contract 1.5). */
#ifndef SANDBOX_DUST_SCHEMA_H
#define SANDBOX_DUST_SCHEMA_H

#include "sandbox/dust_cell.h"
#include "sandbox/dust_index.h"

struct dust_schema {
    struct dust_schema_column *columns;
    size_t count;
    size_t cap;
    struct dust_index names; /* place = the column's */
};

void dust_schema_clean_up(struct dust_schema *schema);

struct slice dust_schema_name(const struct dust_schema *schema, size_t column);

/* Takes a value of a column into account; nulls say nothing. *place is where the column stands,
 * DUST_NOWHERE until it is known: kept by the caller from row to row. False for a broken date, or
 * when memory is out. */
bool dust_schema_add(struct dust_schema *schema, struct slice name, size_t *place,
                     const struct dust_cell *cell);

/* Adds what another schema knows. */
bool dust_schema_merge(struct dust_schema *schema, const struct dust_schema *other);

/* Appends the JSON of it; NULL: none was ever inferred. */
void dust_schema_show(const struct dust_schema *schema, struct buf *json);

#endif
