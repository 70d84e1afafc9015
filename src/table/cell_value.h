/* What the text of a cell means under its column's type: one place per rule
 * (contracts/fivetran.md, "Batch files"). Pure; no allocation. */
#ifndef TABLE_CELL_VALUE_H
#define TABLE_CELL_VALUE_H

#include "base/slice.h"
#include "table/cell_number.h"

#include <stdbool.h>
#include <stdint.h>

/* NULL when text is a value of type; else a short reason for a person ("is not a date of the form
 * 2007-12-03"), which never contains the value. STRING, XML, JSON and BINARY take everything. */
const char *cell_check(enum column_type type, struct slice text);

/* "true"/"false" in any case. */
bool cell_boolean(struct slice text, bool *value);

/* An instant: seconds since 1970 (years 0001 to 9999, so it may be far below zero) and nanoseconds
 * 0 to 999,999,999 above it. */
struct instant {
    int64_t seconds;
    int32_t nanos;
};

/* UTC_DATETIME (`2007-12-03T10:15:30.123Z`, 0 to 9 fraction digits, offset `Z` or `+hh:mm`),
 * NAIVE_DATETIME (no offset) and NAIVE_DATE as an instant, taken as UTC where it has no offset. */
bool cell_instant(struct slice text, struct instant *instant);

/* Floor to milliseconds; no overflow for years 0001 to 9999. */
static inline int64_t instant_ms(struct instant i) {
    return i.seconds * 1000 + i.nanos / 1000000;
}

#endif
