#include "frontends/fivetran/health.h"

#include "frontends/fivetran/message_guard.h"
#include "health.pb-c.h"

/* "/a.b.Service/Method" belongs to "a.b.Service". */
static bool path_is_of_service(const char *path, const char *service) {
    size_t len = strlen(service);
    return path[0] == '/' && strncmp(path + 1, service, len) == 0 && path[1 + len] == '/';
}

bool health_read_request(struct slice request, const struct rpc_method *methods, size_t n_methods,
                         bool *known, struct status *status) {
    ProtobufCMessage *message =
        message_unpack(&grpc__health__v1__health_check_request__descriptor, request, status);
    if (!message) {
        return false;
    }
    const char *service = ((Grpc__Health__V1__HealthCheckRequest *)message)->service;
    *known = service[0] == '\0';
    for (size_t i = 0; i < n_methods && !*known; i++) {
        *known = path_is_of_service(methods[i].path, service);
    }
    message_free(message);
    return true;
}

bool health_append_response(enum health_state state, struct buf *response) {
    Grpc__Health__V1__HealthCheckResponse message = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    switch (state) {
    case HEALTH_SERVING:
        message.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
        break;
    case HEALTH_NOT_SERVING:
        message.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
        break;
    case HEALTH_SERVICE_UNKNOWN:
        message.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN;
        break;
    }
    return message_pack(&message.base, response);
}
