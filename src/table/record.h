/* A record on its way from a front end to a destination, and where records come from. */
#ifndef TABLE_RECORD_H
#define TABLE_RECORD_H

#include "base/status.h"
#include "table/table.h"

enum record_operation {
    RECORD_UPSERT,         /* every column */
    RECORD_UPDATE,         /* key and changed columns */
    RECORD_DELETE,         /* key */
    RECORD_EARLIEST_START, /* history mode: key and _fivetran_start */
    RECORD_TRUNCATE,       /* no cells; see struct record.truncate */
    RECORD_SOFT_TRUNCATE,
};

/* "upsert", "update", "delete", "earliest_start", "truncate", "soft_truncate". */
const char *record_operation_name(enum record_operation operation);

enum cell_kind {
    CELL_ABSENT = 0, /* the input has no such column */
    CELL_UNMODIFIED, /* update: keep the present value */
    CELL_NULL,
    CELL_TEXT,
};

struct cell {
    enum cell_kind kind;
    struct slice text; /* CELL_TEXT: as in the file, unquoted */
};

struct truncate {
    int64_t before_us; /* rows whose synced column is strictly before this (microseconds) */
    const char *synced_column;
    const char *deleted_column; /* soft: the column to set; NULL when hard */
};

#define EMITTED_AT_UNKNOWN INT64_MIN

/* All slices are borrowed and valid until the source's next call. What a record holds is in cells,
 * in truncate, or in json: one of them. */
struct record {
    enum record_operation operation;
    const struct cell *cells; /* one per column of the table, in the table's order */
    struct slice json;        /* a JSON object that json_scan accepted; data NULL: none */
    int64_t emitted_at_ms;    /* with json: when the source read it, or EMITTED_AT_UNKNOWN */
    const struct truncate *truncate;
    const char *file; /* where it came from, for error texts; NULL: not a file */
    uint64_t line;    /* 1-based line of the file where the record starts */
};

/* The record's key for an error text, `id=42, region=eu`, cut to cap bytes (> 0) and UTF-8 whatever
 * the values are; "(no key)" without one. Never for a log: it holds values. */
void record_key_text(const struct table *table, const struct record *record, char *text,
                     size_t cap);

enum next { NEXT_RECORD, NEXT_END, NEXT_FAILED };

/* Records, pulled one at a time. One thread. */
struct record_source {
    enum next (*next)(struct record_source *source, struct record *record, struct status *status);
    /* Starts over from the first record; NULL when the source cannot. */
    bool (*rewind)(struct record_source *source, struct status *status);
};

static inline enum next record_source_next(struct record_source *source, struct record *record,
                                           struct status *status) {
    return source->next(source, record, status);
}

#endif
