/* Inside the catalogue: what it asks of its database. Each operation is one transaction, and
 * answers SQLite's result code. One thread at a time. */
#ifndef DESTINATIONS_CATALOGUE_QUERY_H
#define DESTINATIONS_CATALOGUE_QUERY_H

#include "base/slice.h"
#include "destinations/biggeo/catalogue_file.h"
#include "table/table.h"

#include <stdbool.h>

/* One operation: which table it is about, and what came of it. All but found is borrowed. */
struct catalogue_query {
    struct slice scope, schema, name;
    const struct table *table; /* create, put */
    struct table *found;       /* get: NULL when it is not there; for table_copy_destroy */
    bool exists;               /* create: there already; is_written: yes */
};

typedef int catalogue_query_operation(sqlite3 *database, struct catalogue_query *q);

catalogue_query_operation catalogue_query_get;
catalogue_query_operation catalogue_query_create; /* a table that is there already stays as it is */
catalogue_query_operation
    catalogue_query_put; /* replaces the columns; adds the table when missing */
catalogue_query_operation catalogue_query_drop; /* the table and its mark; neither need be there */
catalogue_query_operation catalogue_query_mark_written;
catalogue_query_operation catalogue_query_is_written;

#endif
