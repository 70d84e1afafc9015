/* The one text that stands for a value, however it was written: what keys are compared and ids are
 * made by (architecture, "Names on the other side"). Pure. */
#ifndef TABLE_CELL_CANONICAL_H
#define TABLE_CELL_CANONICAL_H

#include "base/buf.h"
#include "table/cell_value.h"
#include "table/record.h"

/* Appends the canonical text of a value: an instant in UTC with the shortest fraction
 * (`2007-12-03T10:15:30.1Z`; NAIVE_DATETIME without the Z), a NAIVE_TIME with seconds and the
 * shortest fraction, a DECIMAL or integer without `+`, leading and trailing zeros or exponent where
 * that is at most 80 digits, a FLOAT or DOUBLE as the shortest digits of the nearest double, -0 as
 * 0, a lower-case BOOLEAN; anything else, and text that its type forbids, as it is. Failure sticks
 * to out. */
void cell_canonical_append(struct buf *out, enum column_type type, struct slice text);

/* Whether it is of the years 0001 to 9999. */
static inline bool instant_has_year(struct instant instant) {
    return instant.seconds >= INT64_C(-62135596800) && instant.seconds < INT64_C(253402300800);
}

/* Appends an instant as COLUMN_NAIVE_DATE (the time left out), COLUMN_NAIVE_DATETIME or
 * COLUMN_UTC_DATETIME writes it, with the shortest fraction. False, with nothing appended, when
 * !instant_has_year. Failure sticks to out. */
bool instant_append(struct buf *out, enum column_type type, struct instant instant);

/* True when both cells are NULL (or absent), or both hold the same canonical value. scratch is
 * emptied and used; one that is too small makes different texts different values. */
bool cell_canonical_equal(struct buf *scratch, enum column_type type, const struct cell *a,
                          const struct cell *b);

/* Appends the values of the table's primary key columns, in the order of their names, each
 * preceded by its length, NULL told apart from empty: two keys never give the same bytes. without
 * (may be NULL) names a key column to leave out (history mode: _fivetran_start). cells has one
 * entry per column of the table. */
void row_key_append(struct buf *out, const struct table *table, const struct cell *cells,
                    const char *without);

#endif
