/* What a WriteHistoryBatch says about each key, and the versions of these keys that are stored.
 * Inside the room. */
#ifndef REWRITE_HISTORY_INDEX_H
#define REWRITE_HISTORY_INDEX_H

#include "base/key_index.h"
#include "rewrite/joined_table.h"
#include "rewrite/table_work.h"
#include "table/cell_value.h"

enum version_kind { VERSION_STORED, VERSION_REPLACE, VERSION_UPDATE };

/* A row of a key, stored or given. */
struct version {
    struct version *next; /* of the same key, in no order */
    enum version_kind kind;
    size_t number;        /* given: in the order of the records */
    struct instant start; /* stored without one: before all others */
    struct slice id;      /* stored */
    struct slice cells;   /* packed, one per column of the joined table */
};

/* What is known of a key. */
struct history_key {
    struct version *stored;
    struct version *given;
    size_t n_stored;
    size_t n_given;
    bool has_earliest;
    struct instant earliest; /* of several the least */
    bool has_delete;
    struct slice end;   /* of the delete: of several the first */
    struct cell synced; /* of the same; CELL_TEXT when it has one */
};

struct history_columns_at {
    size_t start;
    size_t end;
    size_t active;
    int synced; /* -1: none */
};

struct history_index {
    const struct table *request;
    struct joined_table joined; /* with _fivetran_start in the key, whatever the request says */
    struct history_columns_at at;
    struct key_index keys;
    struct history_key *states; /* one per key */
    size_t capacity;
    size_t n_given;
    bool looks_back;    /* some key needs to know what is stored */
    struct arena given; /* what the request says */
    struct arena stored;
    struct buf key;
    struct cell *cells; /* scratch, one per column of the joined table */
};

/* stored: the table as it is, NULL when there is none. False with *status: INVALID_ARGUMENT when
 * the request's table is not one in history mode. history_index_clean_up either way. */
bool history_index_init(struct history_index *index, const struct table *request,
                        const struct table *stored, struct status *status);
void history_index_clean_up(struct history_index *index);

/* Keeps what all records of the source say. False with *status: DATA_LOSS for a value that its type
 * forbids, or a missing time; a Task when they do not fit. */
bool history_index_read(struct history_index *index, struct record_source *source,
                        struct cancel *cancel, struct status *status);

/* Keeps the stored versions of the keys that the records named. Once. */
bool history_index_load(struct history_index *index, struct row_store *store,
                        struct status *status);

#endif
