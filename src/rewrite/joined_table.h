/* A request's table together with the stored one: what a row must have that is read, changed as the
 * request says, and written again whole. Inside the room. */
#ifndef REWRITE_JOINED_TABLE_H
#define REWRITE_JOINED_TABLE_H

#include "base/status.h"
#include "table/record.h"

struct joined_table {
    struct table table;     /* the request's columns as it describes them, then the stored ones that
                               it does not name, none of them in the key */
    struct column *columns; /* those of table */
    size_t *places;         /* where each column of the stored table is in this one */
    size_t n_stored;
};

/* stored may be NULL. Names are borrowed from both. False with *status: no memory.
 * joined_table_clean_up either way. */
bool joined_table_init(struct joined_table *joined, const struct table *request,
                       const struct table *stored, struct status *status);
void joined_table_clean_up(struct joined_table *joined);

/* The cells of a stored row in this table's order; those it has not are CELL_NULL. */
void joined_table_place(const struct joined_table *joined, const struct cell *stored,
                        struct cell *cells);

#endif
