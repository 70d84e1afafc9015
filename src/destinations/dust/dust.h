/* Dust as a destination (contracts/dust.md; architecture, "Dust tables" and "Dust documents"). */
#ifndef DESTINATIONS_DUST_H
#define DESTINATIONS_DUST_H

#include "destinations/destination.h"

/* Every row is kept up to date under its key. */
extern const struct destination_ops DUST_TABLES_DESTINATION;

/* Every record is a document under its key. */
extern const struct destination_ops DUST_DOCUMENTS_DESTINATION;

#endif
