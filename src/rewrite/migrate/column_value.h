/* One value for a column of all rows. Inside the room. */
#ifndef REWRITE_MIGRATE_COLUMN_VALUE_H
#define REWRITE_MIGRATE_COLUMN_VALUE_H

#include "rewrite/table_work.h"

/* The cell that the text of a default or new value stands for: NULL for `NULL`, else the text,
 * borrowed. A Task when the column's type forbids it. */
bool column_value_read(const struct table *table, const struct column *column, const char *text,
                       struct cell *value, struct status *status);

/* Sets a column, which is no part of the key, of all rows. */
bool column_value_set(struct table_work *work, size_t column, const struct cell *value,
                      struct status *status);

/* Both NULL, or the same text. */
bool column_value_equal(const struct cell *a, const struct cell *b);

#endif
