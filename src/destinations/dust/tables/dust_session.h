/* Inside Dust: writing rows of one table in one call (architecture, "Dust tables"). */
#ifndef DESTINATIONS_DUST_SESSION_H
#define DESTINATIONS_DUST_SESSION_H

#include "destinations/destination.h"

/* destination_ops.open_session without a d->stream: takes RECORD_UPSERT alone. Makes the table when
 * it is missing, and adds the columns that it lacks. */
struct write_session *dust_session_open(struct destination *d, const struct table *table,
                                        struct notice *notice, struct status *status);

#endif
