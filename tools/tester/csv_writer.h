/* Rows as CSV, as Jackson's CsvMapper writes it (contracts/tester.md, "Sequence" 8): UTF-8, `\n`, a
 * header. A field is quoted when it holds a comma, a quote or a line break, begins or ends with a
 * space, is empty, or is longer than CSV_LONGEST_UNQUOTED bytes. NULLs are never quoted. */
#ifndef TESTER_CSV_WRITER_H
#define TESTER_CSV_WRITER_H

#include "base/buf.h"
#include "table/record.h"

enum { CSV_LONGEST_UNQUOTED = 24 };

struct csv_markers {
    struct slice null_string;
    struct slice unmodified_string;
};

/* Which columns of the table a file has, in which order, and what stands where a row has no cell.
 */
struct csv_layout {
    const struct table *table;
    const size_t *columns;
    size_t n_columns;
    enum cell_kind missing; /* CELL_NULL or CELL_UNMODIFIED */
    struct csv_markers markers;
};

/* Failure sticks to the buffer. */
void csv_write_header(struct buf *out, const struct csv_layout *layout);
void csv_write_row(struct buf *out, const struct csv_layout *layout, const struct cell *cells);

#endif
