/* Updates of a WriteBatch: rows are read, merged and written whole. Inside the room. */
#ifndef REWRITE_UPDATE_H
#define REWRITE_UPDATE_H

#include "rewrite/table_work.h"

/* Applies a source of RECORD_UPDATE records of table to the work's open store. Of a key's records
 * the later win, column by column; a row that is not there stays so (lesson 22). Reads the records
 * in passes of bounded memory, each of which finds its rows once. */
bool update_rows(struct table_work *work, const struct table *table, struct record_source *source,
                 struct status *status);

#endif
