/* Inside Dust: what the row stores of tables and of documents have in common: a table that was
 * found at Dust, and what calls about it need (row_store.h). */
#ifndef DESTINATIONS_DUST_ROW_STORE_H
#define DESTINATIONS_DUST_ROW_STORE_H

#include "destinations/dust/dust_api.h"
#include "destinations/dust/dust_columns.h"
#include "destinations/row_store.h"

struct dust_row_store {
    struct row_store base; /* first: dust_row_store_of */
    struct destination d;
    struct dust_api api;
    struct arena arena;
    struct dust_table table; /* as Dust remembers it; in the arena */
};

static inline struct dust_row_store *dust_row_store_of(struct row_store *store) {
    return (struct dust_row_store *)store;
}

/* Looks for a table at Dust: dust_table_get, dust_manifest_get. */
typedef bool dust_row_store_get(struct dust_api *api, struct slice schema, struct slice name,
                                struct arena *arena, struct dust_table *found, bool *there,
                                struct status *status);

/* As destination_ops.open_rows; *d is copied. base says the ops, whose close is
 * dust_row_store_close, and the pace; its table is filled in. */
bool dust_row_store_open(struct row_store base, dust_row_store_get *get, struct destination *d,
                         struct slice schema, struct slice name, struct row_store **store,
                         struct status *status);
void dust_row_store_close(struct row_store *store);

#endif
