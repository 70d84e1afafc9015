/* Which tables there are and what their columns are, for a destination whose API cannot say
 * (BigGeo). A convenience kept in a SQLite file: nothing that affects data depends on it, so it
 * never stands in the way. When the file cannot be used, at the start or later, the catalogue goes
 * on in memory, with a WARNING in the log.
 *
 * A table is known by its scope (the account at the other side), schema and name. Whether it was
 * written is kept apart from its columns: either may be known without the other.
 *
 * Any thread; several processes may use one file. A call waits at most 5 s for another process. */
#ifndef DESTINATIONS_CATALOGUE_H
#define DESTINATIONS_CATALOGUE_H

#include "base/log.h"
#include "base/slice.h"
#include "base/status.h"
#include "table/table.h"
#include "table/table_copy.h"

struct catalogue;

/* The catalogue in the file of that path, made when missing (its folder is not), or in memory with
 * path NULL. log must outlive it. NULL with *status only when memory is out. */
struct catalogue *catalogue_open(const char *path, const struct log *log, struct status *status);
void catalogue_close(struct catalogue *catalogue);

/* *found: the table with its columns in order, for table_copy_destroy; NULL when it is not there.
 * This and the next three fail with INTERNAL when even memory does not help. */
bool catalogue_get(struct catalogue *catalogue, struct slice scope, struct slice schema,
                   struct slice name, struct table **found, struct status *status);

/* Adds a table; a Task when there is one already (contracts/fivetran.md, CreateTable). Of several
 * threads and processes that add the same table one succeeds. */
bool catalogue_create(struct catalogue *catalogue, struct slice scope, const struct table *table,
                      struct status *status);

/* Replaces the columns of a table, and adds the table when it is missing. */
bool catalogue_put(struct catalogue *catalogue, struct slice scope, const struct table *table,
                   struct status *status);

/* Forgets a table, and that it was written. One that is not there is no error. */
bool catalogue_drop(struct catalogue *catalogue, struct slice scope, struct slice schema,
                    struct slice name, struct status *status);

/* Whether records of the table were made durable. A fault counts as never written and is logged:
 * whoever asks must then look at the destination itself. */
void catalogue_mark_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                            struct slice name);
bool catalogue_is_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                          struct slice name);

#endif
