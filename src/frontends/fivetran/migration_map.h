/* A migration as the contract's messages put it, in the engine's words. Pure. Inside the room. */
#ifndef FRONTENDS_FIVETRAN_MIGRATION_MAP_H
#define FRONTENDS_FIVETRAN_MIGRATION_MAP_H

#include "destination_sdk.pb-c.h"
#include "rewrite/migrate/migrate.h"

/* The operation of a request; texts stay the message's. MIGRATION_OTHER for one that nobody knows.
 * False with *status INVALID_ARGUMENT: no table or no operation. */
bool proto_to_migration(const FivetranSdk__V2__MigrationDetails *message,
                        struct migration *migration, struct status *status);

#endif
