/* Delivers a source's records to a table: what WriteBatch and Truncate share. Inside the room. */
#ifndef FRONTENDS_FIVETRAN_WRITE_RECORDS_H
#define FRONTENDS_FIVETRAN_WRITE_RECORDS_H

#include "frontends/fivetran/operation.h"

/* Opens a session of the call's destination and runs the pipeline; fills call->report and
 * call->notice. False with *status, which names the table. */
bool write_records(struct call *call, const struct table *table, struct record_source *source,
                   struct status *status);

#endif
