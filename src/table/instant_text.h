/* Instants to count with, and as the text of a UTC_DATETIME cell: what history mode writes. Pure.
 */
#ifndef TABLE_INSTANT_TEXT_H
#define TABLE_INSTANT_TEXT_H

#include "table/cell_value.h"

enum { INSTANT_TEXT_BYTES = 31 }; /* 0001-01-01T00:00:00.000000001Z and a NUL */

/* The start and end of a row that was deleted before its history began, and the end of an active
 * row (contracts/fivetran.md, "RPC meaning" and "System columns"). */
#define INSTANT_TEXT_NEVER "1970-01-01T00:00:00.000Z"
#define INSTANT_TEXT_ALWAYS "9999-12-31T23:59:59.999Z"

/* < 0, 0, > 0 as a is before, at or after b. */
int instant_compare(struct instant a, struct instant b);

/* ms milliseconds later, or earlier when negative; stays within the years 0001 to 9999. */
struct instant instant_add_ms(struct instant instant, int64_t ms);

/* Writes `2007-12-03T10:15:30.123Z` with the shortest fraction, none when it is zero, and a NUL;
 * cell_instant reads the same instant back. instant is of the years 0001 to 9999. Gives the text,
 * without the NUL. */
struct slice instant_text(struct instant instant, char text[INSTANT_TEXT_BYTES]);

#endif
