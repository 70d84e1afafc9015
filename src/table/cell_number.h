/* Numbers as cells hold them: of any length, nothing is rounded (contracts/fivetran.md, "Batch
 * files"). Pure. */
#ifndef TABLE_CELL_NUMBER_H
#define TABLE_CELL_NUMBER_H

#include "base/buf.h"
#include "table/table.h"

/* NULL when text is a finite number of the numeric type; else a short reason for a person, which
 * never contains the value. */
const char *cell_number_check(enum column_type type, struct slice text);

/* Appends a number in JSON's grammar (RFC 8259) with the digits as they came: `+5` → `5`, `007` →
 * `7`, `.5` → `0.5`, `1.` → `1`; nearly every number is legal JSON already and copied. Checks it on
 * the way: a reason, with nothing appended, as cell_number_check. Failure sticks to out. */
const char *cell_number_append(struct buf *out, enum column_type type, struct slice text);

/* True for NaN, Infinity, -Infinity, +Infinity (the forms Java prints). */
bool cell_is_not_finite(struct slice text);

#endif
