/* Inside the batch_file room: splits bytes into the fields of one row after the other. Knows
 * nothing of where the bytes come from, of headers and of errors' texts. */
#ifndef BATCH_FILE_CSV_SCAN_H
#define BATCH_FILE_CSV_SCAN_H

#include "batch_file/csv_block.h"
#include "batch_file/csv_reader.h"

enum { CSV_SCAN_SLACK = CSV_BLOCK_BYTES }; /* bytes behind the data that may be read, and one set */

/* Where the scan of a row stands when the bytes run out. */
enum csv_state {
    CSV_AT_FIELD,     /* before a field's first byte */
    CSV_IN_PLAIN,     /* in a field without quotes */
    CSV_IN_QUOTES,    /* behind an opening quote */
    CSV_BEHIND_QUOTE, /* behind a quote in quotes: doubled, or the closing one */
};

/* Positions are offsets in data. Rows are split in one pass that can stop at any byte: when a row
 * meets the end of the data, more is put behind it and the scan goes on where it stood. */
struct csv_scan {
    char *data; /* fields in quotes are unquoted in place */
    size_t len;

    struct csv_block block; /* masks of the block at block_at */
    size_t block_at;

    enum csv_state state;
    size_t row;          /* where the present row starts */
    size_t pos;          /* how far it is scanned */
    size_t field;        /* where the present field starts, behind its quote */
    size_t write;        /* in quotes: where the next piece of the field's text belongs */
    size_t piece;        /* in quotes: where that piece begins */
    uint64_t line;       /* where the present row starts */
    uint64_t lines_seen; /* newlines in it so far */
    uint64_t quote_line; /* where its last quoted field starts */

    struct csv_field *fields; /* the first max_fields of the present row */
    size_t max_fields;
    size_t n_fields; /* of the present row so far */
};

enum csv_found {
    CSV_FIELD, /* the end of a field, and another one follows */
    CSV_ROW,
    CSV_DATA_END,
    CSV_JUNK, /* text behind a closing quote */
    CSV_CUT,  /* the end of the input inside quotes */
    CSV_NO_ROW,
};

/* fields has room for max_fields. */
void csv_scan_init(struct csv_scan *scan, struct csv_field *fields, size_t max_fields);

/* len bytes lie at data now, those that were there before the first of them. */
void csv_scan_set_data(struct csv_scan *scan, char *data, size_t len);

/* Moves the present row to the front of the data; how many bytes that drops. */
size_t csv_scan_move_row(struct csv_scan *scan);

/* A new row begins where the one before has ended. */
void csv_scan_begin_row(struct csv_scan *scan);

/* Scans until the row is whole (CSV_ROW) or wrong (CSV_JUNK), or the data ends (CSV_DATA_END). */
enum csv_found csv_scan_row(struct csv_scan *scan);

/* What the end of the input makes of the present row, whose data has ended: CSV_ROW, CSV_NO_ROW,
 * CSV_CUT or CSV_JUNK. */
enum csv_found csv_scan_end(struct csv_scan *scan);

#endif
