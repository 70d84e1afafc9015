/* Inside Dust: what a document takes from a record that came as JSON (contracts/airbyte.md, the
 * last section). Pure. */
#ifndef DESTINATIONS_DUST_DOCUMENT_RAW_H
#define DESTINATIONS_DUST_DOCUMENT_RAW_H

#include "base/buf.h"
#include "table/stream_mode.h"
#include "table/table.h"

/* Appends the document's id: made of the stream's primary key as dust_document_id_append makes it,
 * a part that is missing or null being NULL; without a key of 16 hex digits of SHA-256 over the
 * record. json is an object that json_scan accepted. False: no memory. */
bool dust_raw_id_append(struct buf *out, const struct table *table,
                        const struct stream_mode *stream, struct slice json);

/* Appends what the member says: a string's text, a number's digits; nothing for anything else. */
void dust_raw_text_append(struct buf *out, struct slice json, const char *member);

#endif
