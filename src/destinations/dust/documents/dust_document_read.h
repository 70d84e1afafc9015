/* Inside Dust: a document's text back into the cells of a record. */
#ifndef DESTINATIONS_DUST_DOCUMENT_READ_H
#define DESTINATIONS_DUST_DOCUMENT_READ_H

#include "destinations/dust/dust_api.h"

/* Fills cells, one per column of table: CELL_TEXT as a batch file would hold it, or CELL_NULL where
 * the text has no such member, or null. Texts lie in text and in values, which is emptied first.
 * Writing the cells again gives the same text. False when text is not a JSON object, or memory is
 * out (values->no_memory). Pure. */
bool dust_document_cells(const struct table *table, struct slice text, struct buf *values,
                         struct cell *cells);

/* Reads documents one after another. */
struct dust_document_reader {
    struct dust_api *api;
    const struct table *table;
    struct http_response response;
    struct buf text;
    struct buf values;
    struct cell *cells; /* of the document read last */
};

/* False: no memory; dust_document_reader_clean_up either way. */
bool dust_document_reader_init(struct dust_document_reader *reader, struct dust_api *api,
                               const struct table *table);
void dust_document_reader_clean_up(struct dust_document_reader *reader);

/* Gets a document into reader->cells. *there is false when there is none of that id. False with
 * *status: a Task when it does not hold a record any more. Blocks. */
bool dust_document_read(struct dust_document_reader *reader, struct slice id, bool *there,
                        struct status *status);

#endif
