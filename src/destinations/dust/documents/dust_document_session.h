/* Inside Dust: writing one call's records as documents, a request each; those that are there
 * already, as they are, are not sent again (architecture, "Dust documents"). */
#ifndef DESTINATIONS_DUST_DOCUMENT_SESSION_H
#define DESTINATIONS_DUST_DOCUMENT_SESSION_H

#include "destinations/destination.h"

/* destination_ops.open_session for Dust's documents. *d is copied; table and notice must outlive
 * the session. */
struct write_session *dust_document_session_open(struct destination *d, const struct table *table,
                                                 struct notice *notice, struct status *status);

#endif
