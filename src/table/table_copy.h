/* A table of one's own, for whoever must keep one longer than the request it came in. */
#ifndef TABLE_TABLE_COPY_H
#define TABLE_TABLE_COPY_H

#include "table/table.h"

/* A deep copy in one piece of memory, names included; NULL when memory is out. */
struct table *table_copy(const struct table *table);

/* Frees what table_copy made; accepts NULL. */
void table_copy_destroy(struct table *copy);

#endif
