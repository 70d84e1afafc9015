/* A cell as a JSON value, with the digits it came with (architecture, the table of types, "BigGeo
 * JSON"): for records of BigGeo and the text of Dust's documents. */
#ifndef DESTINATIONS_CELL_JSON_H
#define DESTINATIONS_CELL_JSON_H

#include "base/buf.h"
#include "base/log.h"
#include "base/status.h"
#include "table/record.h"

struct notice;

/* What was changed on the way, for one warning a call. */
struct encode_counts {
    uint64_t not_finite;   /* NaN and infinities written as null */
    uint64_t invalid_utf8; /* ill-formed sequences written as U+FFFD */
    uint64_t not_json;     /* JSON columns that were not JSON, written as text */
};

/* Appends the value: null, true, a number, a string, or the JSON that a JSON column holds. False
 * with *status DATA_LOSS, which names the column, and out as before, when the text is none of its
 * type. */
bool cell_json_append(struct buf *out, const struct column *column, const struct cell *cell,
                      struct encode_counts *counts, struct status *status);

/* Says what was changed: all of it in the log, lost numbers to the customer too. */
void encode_counts_tell(const struct encode_counts *counts, const struct table *table,
                        const struct log *log, struct notice *notice);

#endif
