/* Inside BigGeo: a record as a chunk of post-data-source (architecture, "What each operation does"
 * and the table of types). */
#ifndef DESTINATIONS_BIGGEO_RECORD_H
#define DESTINATIONS_BIGGEO_RECORD_H

#include "destinations/cell_json.h"

/* What is the same in every record is written once. */
struct biggeo_encoder {
    const struct table *table;
    struct buf opening;     /* {"type":"RECORD","record":{"stream":"…","data":{ */
    struct buf names;       /* what keys points into, with BUF_PAD bytes behind it */
    struct slice *keys;     /* of every column: `"name":` */
    int synced_column;      /* -1: none */
    struct buf last_synced; /* the text parsed last: it repeats from row to row */
    struct buf closing;     /* },"emitted_at":…}}, with its meaning */
    struct encode_counts counts;
};

/* table must outlive the encoder. stream is the table's name on the other side. False: no memory;
 * biggeo_encoder_clean_up either way. */
bool biggeo_encoder_init(struct biggeo_encoder *encoder, const struct table *table,
                         struct slice stream);
void biggeo_encoder_clean_up(struct biggeo_encoder *encoder);

/* Appends one RECORD chunk. op_at is its `_fivetran_op_at` (a record that came as JSON has none);
 * now_ms the `emitted_at` of a record that does not say (`_fivetran_synced`, emitted_at_ms). False
 * with *status DATA_LOSS when a value is none of its type; out is then as before. */
bool biggeo_encoder_append(struct biggeo_encoder *encoder, const struct record *record,
                           int64_t op_at, int64_t now_ms, struct buf *out, struct status *status);

#endif
