/* BigGeo as a destination: an append-only log of records (contracts/biggeo.md; architecture,
 * "BigGeo"). */
#ifndef DESTINATIONS_BIGGEO_H
#define DESTINATIONS_BIGGEO_H

#include "destinations/destination.h"

extern const struct destination_ops BIGGEO_DESTINATION;

/* What all calls of a process share about BigGeo. Any thread. NULL: no memory. */
struct biggeo_state *biggeo_state_new(void);
void biggeo_state_destroy(struct biggeo_state *state);

#endif
