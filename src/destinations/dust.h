/* Dust's tables as a destination: every row is kept up to date under its key (contracts/dust.md;
 * architecture, "Dust tables"). */
#ifndef DESTINATIONS_DUST_H
#define DESTINATIONS_DUST_H

#include "destinations/destination.h"

extern const struct destination_ops DUST_TABLES_DESTINATION;

#endif
