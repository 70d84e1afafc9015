/* Which column of the table each field of a file is: every file has an order of its own. */
#ifndef BATCH_FILE_CSV_HEADER_H
#define BATCH_FILE_CSV_HEADER_H

#include "batch_file/csv_reader.h"

/* Fills column_of[i] for each field of the header row; column_of has room for the table's columns.
 * False with DATA_LOSS naming line and column: a name that is empty, twice there or not in the
 * table, or a column that files of this operation must have and this one has not. Upsert and update
 * files must have every column; the others the key, but a delete file may lack `_fivetran_start`
 * and an earliest_start file may not (contracts/fivetran.md, "RPC meaning"). */
bool csv_header_read(const struct csv_row *row, const struct table *table,
                     enum record_operation operation, size_t *column_of, struct status *status);

#endif
