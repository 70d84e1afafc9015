/* Inside Dust: a cell as JSON for a row, and back (architecture, last table and "Exactness";
 * contracts/dust.md, 1.3). Pure. */
#ifndef DESTINATIONS_DUST_CELLS_H
#define DESTINATIONS_DUST_CELLS_H

#include "base/buf.h"
#include "base/status.h"
#include "destinations/dust_columns.h"
#include "table/record.h"

/* What Dust will change in STRING, JSON and XML columns, for one WARNING line a call. */
struct dust_changes {
    uint64_t retyped;  /* text that Dust reads as a number, a boolean or a date */
    uint64_t trimmed;  /* white space around a text */
    uint64_t emptied;  /* empty or blank text that becomes null */
    uint64_t repaired; /* invalid UTF-8 */
};

/* Appends the value of a cell in a row (`42`, `"text"`, `{"type":"datetime","epoch":0}`, `null`).
 * changes may be NULL. strict: false with *status DATA_LOSS, out as before, when the type forbids
 * the text; else such text is written as a string. */
bool dust_cell_append(struct buf *out, const struct column *column, const struct cell *cell,
                      bool strict, struct dust_changes *changes, struct status *status);

/* Whether the cell's exact text is needed again and Dust would not give it back: key columns,
 * _fivetran_synced, _fivetran_start and _fivetran_end, integers and decimals that JavaScript
 * rounds. */
bool dust_cell_needs_exact(const struct column *column, struct slice text);

/* Reads a value as GET rows answers it (JSON, checked) back into a cell's text, appended to out:
 * such that dust_cell_append of it under the same column shows in Dust what is shown now. False:
 * NULL. */
bool dust_cell_read(struct buf *out, const struct column *column, struct slice value);

#endif
