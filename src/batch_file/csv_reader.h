/* Splits CSV into rows of fields (contracts/fivetran.md, "Batch files"): commas, double quotes
 * that are doubled inside quotes, lines ending in LF or CR LF, newlines inside quotes. The first
 * row is the header; every other row has as many fields. A byte order mark at the start and empty
 * lines (unless the header has one column: there an empty line is an empty field) are skipped. A
 * quote inside an unquoted field is an ordinary character, as is a backslash, and a CR that no LF
 * follows. Bytes are not checked for UTF-8.
 *
 * Fields lie in the reader's buffer, unquoted in place; nothing is allocated per row. */
#ifndef BATCH_FILE_CSV_READER_H
#define BATCH_FILE_CSV_READER_H

#include "batch_file/byte_source.h"
#include "table/record.h"

/* A row of more bytes than this, quotes included, is refused. */
enum { CSV_ROW_MAX_BYTES = 64 * 1024 * 1024 };

/* Where a field lies behind the row's base. */
struct csv_field {
    uint32_t start;
    uint32_t len;
};

/* Valid until the reader's next call. */
struct csv_row {
    const char *base;
    const struct csv_field *fields;
    size_t n_fields; /* of the header this may be more than fields holds: see csv_reader_open */
    uint64_t line;   /* 1-based, where the row starts */
};

static inline struct slice csv_row_field(const struct csv_row *row, size_t i) {
    return slice_make(row->base + row->fields[i].start, row->fields[i].len);
}

struct csv_reader;

/* Owns input from here on, and closes it when it fails. Rows hold max_fields fields at most: of a
 * longer header only that many are kept, though all are counted. NULL with *status filled. */
struct csv_reader *csv_reader_open(struct byte_source *input, size_t max_fields,
                                   struct status *status);

/* The next row, the header first. NEXT_END at the end of an input of no bytes too. NEXT_FAILED with
 * DATA_LOSS naming the line: a row with more or fewer fields than the header, text behind a closing
 * quote, an end inside quotes, a NUL byte in the header, a row above CSV_ROW_MAX_BYTES; or what the
 * input says.
 */
enum next csv_reader_next(struct csv_reader *reader, struct csv_row *row, struct status *status);

/* Wipes and closes, the input too. Accepts NULL. */
void csv_reader_close(struct csv_reader *reader);

#endif
