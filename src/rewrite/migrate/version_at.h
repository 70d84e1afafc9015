/* A change of one column of a table in history mode at a point in time: what adding and dropping
 * such columns share (contracts/fivetran.md, "RPC meaning", Migrate). Inside the room. */
#ifndef REWRITE_MIGRATE_VERSION_AT_H
#define REWRITE_MIGRATE_VERSION_AT_H

#include "rewrite/table_work.h"

struct version_change {
    const struct column *column; /* added when the table lacks it */
    struct cell value;           /* what it becomes */
    bool only_values;            /* rows where it is NULL stay as they are */
    const char *timestamp;
};

/* Active versions that start before the timestamp end a millisecond before it, and are followed by
 * a copy that starts there, is active and has the value; versions that start at it get the value.
 * An empty table gets the column alone. A Task, before anything is changed, when an active version
 * starts after the timestamp; INVALID_ARGUMENT when that is none. */
bool version_at(struct table_work *work, const struct version_change *change,
                struct status *status);

#endif
