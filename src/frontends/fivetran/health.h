/* grpc.health.v1 without the transport: request bytes in, response bytes out. Pure; any thread. */
#ifndef FRONTENDS_FIVETRAN_HEALTH_H
#define FRONTENDS_FIVETRAN_HEALTH_H

#include "frontends/fivetran/grpc_server.h"

enum health_state { HEALTH_SERVING, HEALTH_NOT_SERVING, HEALTH_SERVICE_UNKNOWN };

/* Whether the HealthCheckRequest asks for the whole server ("") or for the service of one of the
 * methods: *known. False with *status (INVALID_ARGUMENT) when the bytes are no such request. */
bool health_read_request(struct slice request, const struct rpc_method *methods, size_t n_methods,
                         bool *known, struct status *status);

/* Appends a HealthCheckResponse. False when there is no memory. */
bool health_append_response(enum health_state state, struct buf *response);

#endif
