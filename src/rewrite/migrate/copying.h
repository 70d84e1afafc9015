/* Two tables: one whose rows are copied, and the one they are copied to. Inside the room. */
#ifndef REWRITE_MIGRATE_COPYING_H
#define REWRITE_MIGRATE_COPYING_H

#include "rewrite/migrate/migrate.h"
#include "rewrite/rows.h"
#include "rewrite/table_work.h"

struct copying {
    struct table_work from;
    struct table_work to; /* its store is NULL while there is no such table */
    const char *to_name;
};

/* Takes the turns of migration's two tables, in an order that all calls keep, and opens their
 * rows. copying_end either way. */
bool copying_begin(struct copying *copying, struct rewrite *rw, const struct migration *migration,
                   struct status *status);
void copying_end(struct copying *copying);

/* All rows of the table to copy. */
bool copying_read(struct copying *copying, struct rows *rows, struct status *status);

/* Writes rows, in the order of target's columns, to the other table, which becomes target. It is
 * made when it is not there; when it is, from an earlier attempt, it must have target's columns and
 * no row but these, or that is a Task before anything is written. */
bool copying_write(struct copying *copying, const struct table *target, const struct rows *rows,
                   struct status *status);

/* Writes all rows, as they were read, to a table of the same columns: copying_write. */
bool copying_copy(struct copying *copying, const struct rows *rows, struct status *status);

#endif
