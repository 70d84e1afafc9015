#include "frontends/fivetran/service.h"

#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/configuration.h"
#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/message_guard.h"

static void handle_configuration_form(void *service, struct rpc *rpc, struct buf *response,
                                      struct status *status) {
    (void)service;
    (void)rpc;
    configuration_form(response, status);
}

static void handle_capabilities(void *service, struct rpc *rpc, struct buf *response,
                                struct status *status) {
    (void)service;
    (void)rpc;
    FivetranSdk__V2__CapabilitiesResponse message = FIVETRAN_SDK__V2__CAPABILITIES_RESPONSE__INIT;
    message.batch_file_format = FIVETRAN_SDK__V2__BATCH_FILE_FORMAT__CSV;
    if (!message_pack(&message.base, response)) {
        status_no_memory(status, "packing an answer");
    }
}

static bool test_read(const ProtobufCMessage *message, struct arena *arena,
                      struct request_view *view) {
    const FivetranSdk__V2__TestRequest *request = (const FivetranSdk__V2__TestRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    return view->configuration != NULL;
}

/* Settings were parsed before: the test of that name has passed when this runs. */
static bool test_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                     struct status *status) {
    const FivetranSdk__V2__TestRequest *request = (const FivetranSdk__V2__TestRequest *)message;
    (void)answer;
    if (strcmp(request->name, CONFIGURATION_TEST_SETTINGS) == 0) {
        return true;
    }
    return call->destination.ops->test(&call->destination, request->name, status);
}

const struct operation OPERATION_TEST = {
    .name = "Test",
    .request_type = &fivetran_sdk__v2__test_request__descriptor,
    .read = test_read,
    .run = test_run,
    .pack = answer_pack_test,
    .policy = &ATTEMPT_POLICY_ONCE,
    .max_ms = OPERATION_TEST_MS,
    .quiet_task = true,
};

/* A handler that runs one operation. */
#define OPERATION_HANDLER(function, operation)                                                     \
    static void function(void *service, struct rpc *rpc, struct buf *response,                     \
                         struct status *status) {                                                  \
        operation_run(&(operation), service, rpc, response, status);                               \
    }

OPERATION_HANDLER(handle_test, OPERATION_TEST)
OPERATION_HANDLER(handle_describe_table, OPERATION_DESCRIBE_TABLE)
OPERATION_HANDLER(handle_create_table, OPERATION_CREATE_TABLE)
OPERATION_HANDLER(handle_alter_table, OPERATION_ALTER_TABLE)
OPERATION_HANDLER(handle_truncate, OPERATION_TRUNCATE)
OPERATION_HANDLER(handle_write_batch, OPERATION_WRITE_BATCH)
OPERATION_HANDLER(handle_write_history_batch, OPERATION_WRITE_HISTORY_BATCH)
OPERATION_HANDLER(handle_migrate, OPERATION_MIGRATE)

#define SERVICE_PATH "/fivetran_sdk.v2.DestinationConnector/"

const struct rpc_method *service_methods(size_t *count) {
    static const struct rpc_method methods[] = {
        {SERVICE_PATH "ConfigurationForm", handle_configuration_form},
        {SERVICE_PATH "Capabilities", handle_capabilities},
        {SERVICE_PATH "Test", handle_test},
        {SERVICE_PATH "DescribeTable", handle_describe_table},
        {SERVICE_PATH "CreateTable", handle_create_table},
        {SERVICE_PATH "AlterTable", handle_alter_table},
        {SERVICE_PATH "Truncate", handle_truncate},
        {SERVICE_PATH "WriteBatch", handle_write_batch},
        {SERVICE_PATH "WriteHistoryBatch", handle_write_history_batch},
        {SERVICE_PATH "Migrate", handle_migrate},
    };
    *count = sizeof methods / sizeof methods[0];
    return methods;
}
