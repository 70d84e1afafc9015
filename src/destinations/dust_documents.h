/* Dust's documents as a destination: every record is a document under its key (contracts/dust.md,
 * 4; architecture, "Dust documents"). */
#ifndef DESTINATIONS_DUST_DOCUMENTS_H
#define DESTINATIONS_DUST_DOCUMENTS_H

#include "destinations/destination.h"

extern const struct destination_ops DUST_DOCUMENTS_DESTINATION;

#endif
