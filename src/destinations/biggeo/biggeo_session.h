/* Inside BigGeo: writing one call's records: posts under one sync_id, then the final post. */
#ifndef DESTINATIONS_BIGGEO_SESSION_H
#define DESTINATIONS_BIGGEO_SESSION_H

#include "destinations/destination.h"

/* destination_ops.open_session for BigGeo. *d is copied; table and notice must outlive the session.
 */
struct write_session *biggeo_session_open(struct destination *d, const struct table *table,
                                          struct notice *notice, struct status *status);

#endif
