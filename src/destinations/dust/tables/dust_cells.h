/* Inside Dust: a cell as JSON for a row, and back (architecture, last table and "Exactness";
 * contracts/dust.md, 1.3). Pure. */
#ifndef DESTINATIONS_DUST_CELLS_H
#define DESTINATIONS_DUST_CELLS_H

#include "base/buf.h"
#include "base/status.h"
#include "destinations/dust/dust_columns.h"
#include "table/record.h"

/* What Dust will change, for one WARNING line a call. The first three are of STRING, JSON, XML and
 * BINARY columns. */
struct dust_changes {
    uint64_t retyped;    /* text that Dust reads as a number, a boolean or a date (dust_text.h) */
    uint64_t trimmed;    /* white space around a text */
    uint64_t emptied;    /* empty or blank text that becomes null */
    uint64_t repaired;   /* invalid UTF-8 in any text */
    uint64_t not_finite; /* NaN and infinities, which become null */
};

/* Appends the value of a cell in a row (`42`, `"text"`, `{"type":"datetime","epoch":0}`, `null`).
 * Numbers are sent as numbers where that is safe (their canonical digits, table/cell_canonical.h),
 * else as text of digits: integers beyond 2^53-1, DECIMALs of more than 15 digits, and values from
 * 2^63 up to 2^64, which Dust would make negative. changes may be NULL. strict: false with *status
 * DATA_LOSS, out as before, when the type forbids the text; else such text is sent as text. */
bool dust_cell_append(struct buf *out, const struct column *column, const struct cell *cell,
                      bool strict, struct dust_changes *changes, struct status *status);

/* Whether the cell's exact text is needed again and Dust would not give it back, that is:
 * dust_cell_read would give another value (table/cell_canonical.h). Needed are key columns,
 * _fivetran_synced, _fivetran_start and _fivetran_end, integers and DECIMALs. In doubt, true. */
bool dust_cell_needs_exact(const struct column *column, struct slice text);

/* Whether a text that dust_cell_read gave may stand for another that was written (`7` for `007`, a
 * time whose fraction is gone), and which is not known: the column is not one of those that are
 * kept exactly. Texts that Dust trimmed are not told. */
bool dust_cell_may_be_changed(const struct column *column, struct slice text);

/* Reads a value as GET rows answers it (JSON, checked) back into a cell's text, appended to out:
 * such that dust_cell_append of it under the same column, not strict, shows in Dust what is shown
 * now, of whatever kind it is. Text that Dust shows as text, though the column's type would take it
 * otherwise (`1e5` in a DOUBLE column), gets a space in front, which Dust trims again. False, with
 * nothing appended: NULL. */
bool dust_cell_read(struct buf *out, const struct column *column, struct slice value);

#endif
