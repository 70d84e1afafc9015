/* Records that are kept before they are sent: their values are checked while file and line are
 * known. Inside the room. */
#ifndef REWRITE_RECORD_CHECK_H
#define REWRITE_RECORD_CHECK_H

#include "table/record.h"

/* False with *status, DATA_LOSS with file, line and column, for a text that its type forbids. */
bool record_check(const struct table *table, const struct record *record, struct status *status);

/* DATA_LOSS with file and line of the record: `file f, line 7: column "c" <reason>`; false. */
bool record_refuse(const struct record *record, const char *column, const char *reason,
                   struct status *status);

#endif
