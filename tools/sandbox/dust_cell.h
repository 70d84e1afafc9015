/* One value of a row: guessed from the text of a CSV cell, written as one, shown in JSON (contract
 * 1.3). Pure. */
#ifndef SANDBOX_DUST_CELL_H
#define SANDBOX_DUST_CELL_H

#include "base/buf.h"

#include <stdint.h>

enum dust_kind { DUST_NULL, DUST_BOOL, DUST_INT, DUST_FLOAT, DUST_TEXT, DUST_DATE };

struct dust_cell {
    enum dust_kind kind;
    bool broken;       /* a date that Dust cannot write, or a number that it wraps around */
    int64_t integer;   /* of BOOL, INT; milliseconds of DATE; what a FLOAT becomes that wraps */
    double real;       /* of FLOAT */
    struct slice text; /* of TEXT; what a DATE was read from. Borrowed */
};

/* White space cut off both ends. */
struct slice dust_trim(struct slice text);

/* The guess: null, integer, float, bool, date, text. */
void dust_cell_read(struct slice text, struct dust_cell *cell);

/* Appends the cell's text for a CSV, without quotes. False for a broken date. */
bool dust_cell_write(const struct dust_cell *cell, struct buf *out);

/* Appends it as a GET answers it: every number has passed through a double. */
void dust_cell_show(const struct dust_cell *cell, struct buf *json);

#endif
