/* Inside Dust: ids of rows and documents, made from the primary key (architecture, "Names on the
 * other side"). Two keys never share an id; one key never has two. Pure. */
#ifndef DESTINATIONS_DUST_IDS_H
#define DESTINATIONS_DUST_IDS_H

#include "base/buf.h"
#include "table/record.h"

/* An id outside the scheme below: never a row's of ours. */
#define DUST_FENCE_ROW_ID "bigdust.fence"

enum { DUST_MAX_KEY_COLUMNS = 64 };

/* Appends `{pk1}-{pk2}` of the canonical values (table/cell_canonical.h) when `{schema}__{table}`
 * and every part are of [A-Za-z0-9_], non-empty and at most 64 bytes, and the parts together at
 * most 100; else the parts reduced to [A-Za-z0-9_-] (any other byte is `_`) and cut to 100 bytes,
 * `-` and 16 hex digits of SHA-256 over schema, table and the key (row_key_append). cells has one
 * entry per column of table. Parts stand in the order of the columns of stored, the table as the
 * destination remembers it, whatever the order of table's; NULL: in that of table. False, with
 * nothing appended, when the table has no primary key, or one of more than DUST_MAX_KEY_COLUMNS
 * columns. Failure sticks to out. */
bool dust_row_id_append(struct buf *out, const struct table *table, const struct cell *cells,
                        const struct table *stored);

/* The same in front of it `{schema}__{table}-` (table_name.h), reduced and cut together with the
 * parts where they are: a document's id. */
bool dust_document_id_append(struct buf *out, const struct table *table, const struct cell *cells,
                             const struct table *stored);

#endif
