/* Inside Dust: a table as a row_store (destinations/row_store.h). */
#ifndef DESTINATIONS_DUST_ROWS_H
#define DESTINATIONS_DUST_ROWS_H

#include "destinations/destination.h"
#include "destinations/row_store.h"

/* destination_ops.open_rows. */
bool dust_rows_open(struct destination *d, struct slice schema, struct slice name,
                    struct row_store **store, struct status *status);

#endif
