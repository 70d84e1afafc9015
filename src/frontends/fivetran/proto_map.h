/* Messages of the contract to and from the engine's own types. Pure. Inside the room. */
#ifndef FRONTENDS_FIVETRAN_PROTO_MAP_H
#define FRONTENDS_FIVETRAN_PROTO_MAP_H

#include "base/arena.h"
#include "base/status.h"
#include "common.pb-c.h"
#include "destination_sdk.pb-c.h"
#include "table/table.h"

/* Names are looked up one by one: this bounds what a request of many columns can cost. */
enum { PROTO_MAX_COLUMNS = 32768 };

/* The table of a request; texts stay the message's, columns live in arena. False with *status
 * INVALID_ARGUMENT: no table, no name, more than PROTO_MAX_COLUMNS columns, a column without a
 * name, twice the same column. */
bool proto_to_table(const FivetranSdk__V2__Table *message, const char *schema, struct arena *arena,
                    struct table *table, struct status *status);

/* A table as a message, in arena: type, key and DECIMAL parameters; never string_byte_length. NULL:
 * no memory. */
FivetranSdk__V2__Table *proto_of_table(const struct table *table, struct arena *arena);

#endif
