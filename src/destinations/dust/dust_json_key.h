/* Inside Dust: the primary key of a record that came as JSON (contracts/airbyte.md, rule 7): its
 * values as cells, in the order of the stream's key paths, for the ids of dust_ids.h. */
#ifndef DESTINATIONS_DUST_JSON_KEY_H
#define DESTINATIONS_DUST_JSON_KEY_H

#include "base/arena.h"
#include "base/buf.h"
#include "table/record.h"
#include "table/stream_mode.h"

/* One thread. */
struct dust_json_key {
    struct table table; /* the stream's names; a column per key path */
    const struct key_path *paths;
    struct arena arena;
    struct column *columns;
    struct cell *cells; /* of the record read last */
    struct buf text;    /* what they were written as with escapes */
};

/* stream and table outlive the key. False with *status: no memory; clean up either way. */
bool dust_json_key_init(struct dust_json_key *key, const struct table *table,
                        const struct stream_mode *stream, struct status *status);
void dust_json_key_clean_up(struct dust_json_key *key);

/* Reads the values from a record (checked JSON), valid until the next: numbers as numbers, so that
 * `1.0` and `1` are one key; texts, words, arrays and objects as their text, so that a number and
 * the text of its digits are one key too (sources write either). null and what is missing: NULL.
 * Failure sticks to key->text. */
void dust_json_key_read(struct dust_json_key *key, struct slice json);

#endif
