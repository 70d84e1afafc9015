/* Inside Dust: ids of rows and documents, made from the primary key (architecture, "Names on the
 * other side"). Two keys never share an id; one key never has two. Pure. */
#ifndef DESTINATIONS_DUST_IDS_H
#define DESTINATIONS_DUST_IDS_H

#include "base/buf.h"
#include "table/record.h"

/* An id outside the scheme below: never a row's of ours. */
#define DUST_FENCE_ROW_ID "bigdust.fence"

/* Appends `{pk1}-{pk2}` when the table's name and every part are of [A-Za-z0-9_], non-empty and at
 * most 64 bytes; else the reduced text cut to 100 bytes, `-` and 16 hex digits of SHA-256 over
 * schema, table and the length-prefixed canonical parts. Parts stand in the order of the table's
 * columns. cells has one entry per column. False when the table has no primary key. */
bool dust_row_id_append(struct buf *out, const struct table *table, const struct cell *cells);

/* The same in front of it `{schema}__{table}-` (table_name.h): a document's id. */
bool dust_document_id_append(struct buf *out, const struct table *table, const struct cell *cells);

#endif
