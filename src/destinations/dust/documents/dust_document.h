/* Inside Dust: a record as a document (contracts/dust.md, 4.1 and 4.5; contracts/airbyte.md, the
 * last section; architecture, "Dust documents"). Pure. */
#ifndef DESTINATIONS_DUST_DOCUMENT_H
#define DESTINATIONS_DUST_DOCUMENT_H

#include "destinations/cell_json.h"
#include "settings/settings.h"
#include "table/stream_mode.h"

enum {
    DUST_MAX_TITLE_UNITS = 512, /* of UTF-16; more is refused */
    DUST_DOCUMENT_MAX_BYTES = 64 * 1024 * 1024,
    DUST_TITLE_COLUMNS = 5,
};

/* The tag of what a document holds; 16 hex digits follow. */
#define DUST_HASH_TAG "bigdust:sha256:"

/* The tag of a document whose record has _fivetran_deleted true. */
#define DUST_DELETED_TAG "fivetran:deleted"

/* Appends the tag that all documents of a table have, and no other's: by the table's id, which is
 * unique, while `fivetran:table:{schema}.{table}`, for the people, need not be. */
void dust_document_table_tag(struct buf *out, const char *table_id);

/* The tag of the generation that a document of a stream that replaces older ones belongs to. */
#define DUST_GENERATION_TAG "bigdust:generation:"

/* Whose documents an encoder makes. All texts outlive it. */
struct dust_document_kind {
    enum front_end front_end;
    const struct table *table;
    const char *table_id; /* as dust_table_id_append makes it */
    const struct stream_mode
        *stream;            /* how records that come as JSON are keyed; NULL: by nothing */
    const char *generation; /* NULL: none is told */
};

struct dust_document_encoder {
    struct dust_document_kind kind;
    int title_columns[DUST_TITLE_COLUMNS]; /* -1: none */
    int synced_column;
    int deleted_column;
    struct buf table_tags;                       /* `"…","…"`: of every document of the table */
    struct buf id, title, tags, text, timestamp; /* of one record */
    struct encode_counts counts;
};

/* False: no memory; dust_document_encoder_clean_up either way. */
bool dust_document_encoder_init(struct dust_document_encoder *encoder,
                                const struct dust_document_kind *kind);
void dust_document_encoder_clean_up(struct dust_document_encoder *encoder);

/* Appends `["id","hash",{…}]`: the document's id, the 16 digits of its DUST_HASH_TAG, and the body
 * of its request. Two records with the same hash are the same document, title, tags and timestamp
 * included. False with *status: DATA_LOSS when a value is none of its type, a Task when the table
 * has no primary key; out is then as before. Too large a text fails out. */
bool dust_document_append(struct dust_document_encoder *encoder, const struct record *record,
                          struct buf *out, struct status *status);

/* Appends the record as JSON indented by two, a member per column. */
bool dust_document_text_append(struct buf *out, const struct table *table, const struct cell *cells,
                               struct encode_counts *counts, struct status *status);

/* Appends text cut to DUST_MAX_TITLE_UNITS on a character boundary, each ill-formed sequence
 * counted as the one U+FFFD that it will be. */
void dust_title_append(struct buf *out, struct slice text);

/* What to send as the timestamp of an instant: milliseconds, but whole seconds for the months that
 * Dust would misread, and the first of them for all that is earlier (contracts/dust.md, 4.5). */
int64_t dust_timestamp(int64_t ms);

#endif
