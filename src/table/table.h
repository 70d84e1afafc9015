/* A table's shape, as a front end learned it. Names are UTF-8 and borrowed from whoever built the
 * table; a table outlives every record of it. */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fivetran's data types (contracts/fivetran.md, DataType), same numbers. */
enum column_type {
    COLUMN_UNSPECIFIED = 0,
    COLUMN_BOOLEAN,
    COLUMN_SHORT,
    COLUMN_INT,
    COLUMN_LONG,
    COLUMN_DECIMAL,
    COLUMN_FLOAT,
    COLUMN_DOUBLE,
    COLUMN_NAIVE_DATE,
    COLUMN_NAIVE_DATETIME,
    COLUMN_UTC_DATETIME,
    COLUMN_BINARY,
    COLUMN_XML,
    COLUMN_STRING,
    COLUMN_JSON,
    COLUMN_NAIVE_TIME,
};
enum { COLUMN_TYPE_COUNT = COLUMN_NAIVE_TIME + 1 };

struct column {
    const char *name;
    enum column_type type;
    bool primary_key;
    bool has_decimal; /* precision and scale are given (DECIMAL only; may be absent) */
    uint32_t precision;
    uint32_t scale;
};

struct table {
    const char *schema;
    const char *name;
    const struct column *columns;
    size_t n_columns;
};

/* For printf: "%s%s%s" takes TABLE_ARGS(table) and says `schema.name`, or the name alone. */
#define TABLE_ARGS(table) (table)->schema, (table)->schema[0] ? "." : "", (table)->name

/* "BOOLEAN", …; "UNSPECIFIED" for numbers out of range. */
const char *column_type_name(enum column_type type);

/* The type of that name; COLUMN_UNSPECIFIED when there is none. */
enum column_type column_type_of(struct slice name);

/* Index of the column, -1 when the table has none of that name (exact comparison). */
int table_find(const struct table *table, struct slice name);

#endif
