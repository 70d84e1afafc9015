#include "rewrite/joined_table.h"

#include <stdlib.h>

bool joined_table_init(struct joined_table *joined, const struct table *request,
                       const struct table *stored, struct status *status) {
    size_t n_stored = stored ? stored->n_columns : 0;
    *joined = (struct joined_table){
        .table = *request,
        .columns = calloc(request->n_columns + n_stored + 1, sizeof *joined->columns),
        .places = calloc(n_stored + 1, sizeof *joined->places),
        .n_stored = n_stored,
    };
    if (!joined->columns || !joined->places) {
        return status_no_memory(status, "joining two tables");
    }
    for (size_t i = 0; i < request->n_columns; i++) {
        joined->columns[i] = request->columns[i];
    }
    for (size_t i = 0; i < n_stored; i++) {
        int at = table_find(request, slice_of(stored->columns[i].name));
        joined->places[i] = at >= 0 ? (size_t)at : joined->table.n_columns++;
        if (at < 0) {
            joined->columns[joined->places[i]] = stored->columns[i];
            joined->columns[joined->places[i]].primary_key = false;
        }
    }
    joined->table.columns = joined->columns;
    return true;
}

void joined_table_clean_up(struct joined_table *joined) {
    free(joined->columns);
    free(joined->places);
    *joined = (struct joined_table){0};
}

void joined_table_place(const struct joined_table *joined, const struct cell *stored,
                        struct cell *cells) {
    for (size_t i = 0; i < joined->table.n_columns; i++) {
        cells[i] = (struct cell){.kind = CELL_NULL};
    }
    for (size_t i = 0; i < joined->n_stored; i++) {
        if (stored[i].kind == CELL_TEXT) {
            cells[joined->places[i]] = stored[i];
        }
    }
}
