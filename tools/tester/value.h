/* What a value of an input file's JSON becomes in a CSV cell (contracts/tester.md, "Sequence" 8).
 */
#ifndef TESTER_VALUE_H
#define TESTER_VALUE_H

#include "base/arena.h"
#include "base/status.h"
#include "table/cell_value.h"
#include "table/record.h"

#include <jansson.h>

enum { VALUE_NUMBER_BYTES = 40, VALUE_TIME_BYTES = 40 };

/* Whether a value of an input has the shape that is played; false with *status, which calls it
 * `what`. */
bool value_is_object(const json_t *value, const char *what, struct status *status);
bool value_is_list(const json_t *value, const char *what, struct status *status);

/* A double as Java prints it, with the fewest digits that give it back: `100.0`, `1.0E10`. */
void value_double_text(double number, char text[VALUE_NUMBER_BYTES]);

/* An instant as Java's Instant prints it, years 0001 to 9999: no fraction, or one of 3, 6 or 9
 * digits. */
void value_instant_text(struct instant instant, char text[VALUE_TIME_BYTES]);

/* One millisecond before. */
struct instant value_millisecond_before(struct instant instant);

/* Below 0, 0 or above 0 as a is before, at or after b. */
int value_compare_instants(struct instant a, struct instant b);

/* The cell of a value in a column of type. JSON null is NULL; texts stay as they are, but for
 * UTC_DATETIME, which is printed anew; numbers with a fraction pass through a double; arrays and
 * objects become JSON text. The cell's text lives in the arena. */
struct cell value_cell(const json_t *value, enum column_type type, struct arena *arena);

#endif
