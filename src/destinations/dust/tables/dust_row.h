/* Inside Dust: a record as a row of a table, and a listed row back as cells (contracts/dust.md, 1.1
 * and 1.6). */
#ifndef DESTINATIONS_DUST_ROW_H
#define DESTINATIONS_DUST_ROW_H

#include "base/arena.h"
#include "destinations/dust/tables/dust_cells.h"

/* A row as a line of the CSV that Dust keeps (contracts/dust.md, 1.3). */
struct dust_line {
    size_t bytes;         /* about */
    size_t separators[3]; /* `,` `;` and tab outside quotes */
};

/* Begins a line with the row's id. */
void dust_line_start(struct dust_line *line, struct slice id);

/* Adds a cell. Only one that is not NULL counts as a comma: Dust forgets columns without a value.
 */
void dust_line_add(struct dust_line *line, const struct cell *cell);

/* Turns records of a table into rows. One thread. */
struct dust_row_encoder {
    const struct table *table;   /* of the records */
    const struct table *stored;  /* as Dust has it: the order of an id's parts; NULL: table's */
    const char *const *names;    /* Dust's name of each column */
    struct dust_changes changes; /* since it was made */
    uint64_t n_changed[DUST_MAX_COLUMNS]; /* cells among them, per column */
    struct buf id;                        /* of the last row */
    struct buf exact;
    bool has_exact;        /* of the last row: it ends with DUST_EXACT_COLUMN */
    struct dust_line line; /* of the last row */
};

void dust_row_encoder_init(struct dust_row_encoder *encoder, const struct table *table,
                           const char *const *names);
void dust_row_encoder_clean_up(struct dust_row_encoder *encoder);

/* Appends {"row_id":…,"value":{…}}. False with *status, body as before: DATA_LOSS for a value that
 * its type forbids (records from a file only), INVALID_ARGUMENT without a primary key. A failure of
 * body itself sticks to it. The table has DUST_MAX_COLUMNS columns at most. */
bool dust_row_append(struct dust_row_encoder *encoder, const struct record *record,
                     struct buf *body, struct status *status);

/* Appends which columns Dust changes cells of, for the log: `note:12,code:3`. */
void dust_row_encoder_tell(const struct dust_row_encoder *encoder, struct buf *out);

/* Turns listed rows back into cells. One thread. */
struct dust_row_decoder {
    const struct dust_table *table;
    struct arena arena; /* of one row */
    struct buf text;
    struct cell *cells; /* the last row's, one per column of the table */
};

/* False with *status when memory is out; clean up either way. */
bool dust_row_decoder_init(struct dust_row_decoder *decoder, const struct dust_table *table,
                           struct status *status);
void dust_row_decoder_clean_up(struct dust_row_decoder *decoder);

/* Reads the member "value" of a listed row (JSON, checked) into decoder->cells, valid until the
 * next. Columns that the table does not know are left out. False with *status: no memory. */
bool dust_row_read(struct dust_row_decoder *decoder, struct slice value, struct status *status);

#endif
