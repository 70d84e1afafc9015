/* Inside Dust: writing the records of a stream, which came as JSON, into a table, and what becomes
 * of the rows that were there (table/stream_mode.h; contracts/airbyte.md, rules 6 and 7). */
#ifndef DESTINATIONS_DUST_STREAM_SESSION_H
#define DESTINATIONS_DUST_STREAM_SESSION_H

#include "destinations/destination.h"

/* destination_ops.open_session where d->stream is given. Sends nothing before begin, which reads or
 * makes the table. With the first batch of a stream that replaces, even an empty one, the older
 * rows go, unless the table's tags name the stream's generation already: that sync goes on. */
struct write_session *dust_stream_session_open(struct destination *d, const struct table *table,
                                               struct notice *notice, struct status *status);

#endif
