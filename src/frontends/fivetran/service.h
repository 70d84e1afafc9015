/* The ten calls of fivetran_sdk.v2.DestinationConnector, over one engine. */
#ifndef FRONTENDS_FIVETRAN_SERVICE_H
#define FRONTENDS_FIVETRAN_SERVICE_H

#include "delivery/delivery.h"
#include "destinations/destination.h"
#include "frontends/fivetran/grpc_server.h"
#include "rewrite/table_lock.h"

/* What the handlers work with; owned by main, outlives the server. Any thread. */
struct fivetran_service {
    struct destination_shared *destinations;
    struct delivery_shared *delivery;
    struct http_pool *connections;
    struct table_locks *locks;
};

/* The calls, for rpc_server_options.methods; their service is a struct fivetran_service. */
const struct rpc_method *service_methods(size_t *count);

#endif
