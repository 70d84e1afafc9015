/* Inside Dust: whether rows still fit into a table. Past its limits Dust takes rows and then cannot
 * read the table any more (contracts/dust.md, 1.2), so we stop before. */
#ifndef DESTINATIONS_DUST_CAPACITY_H
#define DESTINATIONS_DUST_CAPACITY_H

#include "destinations/dust/dust_api.h"
#include "destinations/dust/tables/dust_row.h"
#include "destinations/dust/tables/id_set.h"

enum { DUST_MAX_ROWS = 500000, DUST_MAX_TABLE_BYTES = 100 * 1024 * 1024 };

/* Lines that follow each other; each has as many commas as the one with the most. */
struct dust_lines {
    size_t n;
    size_t bytes;
    size_t separators[3]; /* the commas of one line; `;` and tabs of all */
};

struct dust_capacity {
    const char *table_id;
    struct id_set ids;         /* of this call's rows, and of the table's where they were read */
    uint64_t rows;             /* there at least, ids not counted */
    bool is_complete;          /* ids has all rows of the table */
    uint64_t bytes;            /* of the table, about */
    struct dust_lines batch;   /* under way */
    struct dust_lines stretch; /* the latest lines of it, as many as Dust looks at */
    const char *confusing;     /* a stretch of it had more of these than commas; NULL: none */
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

/* Whether Dust would take `;` or the tab for the separator of columns in a request of this row
 * alone. */
bool dust_line_confuses_alone(const struct dust_line *line);

/* A batch ends; the row encoded last may belong to the next. False with *status, a Task: Dust
 * would take `;` or the tab for its separator, here or in the table that these rows are merged
 * into, where any of them may stand first. */
bool dust_capacity_end_batch(struct dust_capacity *capacity, const struct dust_line *last,
                             struct status *status);

#endif
