/* Inside Dust: whether rows still fit into a table. Past its limits Dust takes rows and then cannot
 * read the table any more (contracts/dust.md, 1.2), so we stop before. */
#ifndef DESTINATIONS_DUST_CAPACITY_H
#define DESTINATIONS_DUST_CAPACITY_H

#include "destinations/dust/dust_api.h"
#include "destinations/dust/tables/dust_row.h"
#include "destinations/dust/tables/id_set.h"

enum { DUST_MAX_ROWS = 500000, DUST_MAX_TABLE_BYTES = 100 * 1024 * 1024 };

struct dust_capacity {
    const char *table_id;
    struct id_set ids;        /* of this call's rows, and of the table's where they were read */
    uint64_t rows;            /* there at least, ids not counted */
    bool is_complete;         /* ids has all rows of the table */
    uint64_t bytes;           /* of the table, about */
    uint64_t n_separators[3]; /* of the batch under way */
};

void dust_capacity_init(struct dust_capacity *capacity, const char *table_id);
void dust_capacity_clean_up(struct dust_capacity *capacity);

/* Learns how full the table is before expected more rows come (0: unknown). Reads all ids when
 * that comes near a limit: rows that are replaced take no room. */
bool dust_capacity_measure(struct dust_capacity *capacity, struct dust_api *api, uint64_t expected,
                           struct status *status);

/* The table has no rows, or none any more. */
void dust_capacity_set_empty(struct dust_capacity *capacity);

/* Counts a row. False with *status, a Task: it does not fit any more. */
bool dust_capacity_add(struct dust_capacity *capacity, struct slice id,
                       const struct dust_line *line, struct status *status);

/* A batch ends; the row encoded last may belong to the next. False with *status, a Task: Dust
 * would take `;` or the tab for its separator. */
bool dust_capacity_end_batch(struct dust_capacity *capacity, const struct dust_line *last,
                             struct status *status);

#endif
