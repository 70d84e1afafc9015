/* The cells of a row as few bytes, for operations that keep many rows. Inside the room. */
#ifndef REWRITE_PACKED_CELLS_H
#define REWRITE_PACKED_CELLS_H

#include "base/arena.h"
#include "table/record.h"

/* Bytes of the arena; data NULL: no memory, or past its maximum. */
struct slice packed_cells(struct arena *arena, const struct cell *cells, size_t n_cells);

/* The cells again; their texts lie in packed. */
void packed_cells_read(struct slice packed, struct cell *cells, size_t n_cells);

#endif
