/* Inside Dust: a record that came as JSON as a row of a table (contracts/dust.md, 1.1 and 1.3;
 * contracts/airbyte.md, rule 7). */
#ifndef DESTINATIONS_DUST_JSON_ROW_H
#define DESTINATIONS_DUST_JSON_ROW_H

#include "destinations/dust/dust_json_key.h"
#include "destinations/dust/tables/dust_row.h"
#include "destinations/dust/tables/dust_stream_table.h"

/* Turns records of a stream into rows. One thread, that of table's learning. */
struct dust_json_row_encoder {
    struct dust_stream_table *table;
    const struct stream_mode *stream;
    struct dust_json_key key;
    struct slice *values;        /* DUST_MAX_COLUMNS: the record's, by column; data NULL: none */
    struct dust_changes changes; /* since it was made */
    struct buf id;               /* of the last row */
    struct buf text;
    struct dust_line line; /* of the last row */
};

/* stream and table are of a session and outlive the encoder; names are those of the records' table.
 * False with *status: no memory; clean up either way. */
bool dust_json_row_encoder_init(struct dust_json_row_encoder *encoder,
                                struct dust_stream_table *table, const struct table *names,
                                const struct stream_mode *stream, struct status *status);
void dust_json_row_encoder_clean_up(struct dust_json_row_encoder *encoder);

/* Appends {"row_id":…,"value":{…}}: every member of the record under its column's name there, in
 * the order in which columns first came; members that are new become columns. Texts stay texts,
 * numbers keep their value (as dust_cell_append says), arrays and objects become their JSON text.
 * Of members of one name the last counts.
 *
 * The id: under append_dedup the key's (dust_ids.h), so that a record replaces the one before it.
 * Else that, or without a key the stream's name, `-` and 16 hex digits of SHA-256 over emitted_at
 * and the record as it came: only the same message sent again is the same row.
 *
 * False with *status, body as before: a Task when a column cannot be added. A failure of body
 * itself sticks to it. */
bool dust_json_row_append(struct dust_json_row_encoder *encoder, const struct record *record,
                          struct buf *body, struct status *status);

#endif
