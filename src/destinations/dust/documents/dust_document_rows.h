/* Inside Dust: the documents of a table as rows (destinations/row_store.h). What was written can be
 * read at once, so there is nothing to settle. */
#ifndef DESTINATIONS_DUST_DOCUMENT_ROWS_H
#define DESTINATIONS_DUST_DOCUMENT_ROWS_H

#include "destinations/destination.h"

/* destination_ops.open_rows for Dust's documents. *d is copied. */
bool dust_document_rows_open(struct destination *d, struct slice schema, struct slice name,
                             struct row_store **store, struct status *status);

#endif
