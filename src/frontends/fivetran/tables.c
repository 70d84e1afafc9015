#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/proto_map.h"

static bool describe_read(const ProtobufCMessage *message, struct arena *arena,
                          struct request_view *view) {
    const FivetranSdk__V2__DescribeTableRequest *request =
        (const FivetranSdk__V2__DescribeTableRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table_name;
    return view->configuration != NULL;
}

static bool describe_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                         struct status *status) {
    const FivetranSdk__V2__DescribeTableRequest *request =
        (const FivetranSdk__V2__DescribeTableRequest *)message;
    if (!request->table_name[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the request names no table");
    }
    struct destination *d = &call->destination;
    bool ok = d->ops->describe(d, slice_of(request->schema_name), slice_of(request->table_name),
                               &call->described, status);
    answer->table = call->described;
    answer->not_found = call->described == NULL;
    return ok;
}

const struct operation OPERATION_DESCRIBE_TABLE = {
    .name = "DescribeTable",
    .request_type = &fivetran_sdk__v2__describe_table_request__descriptor,
    .read = describe_read,
    .run = describe_run,
    .pack = answer_pack_describe,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};

static bool create_read(const ProtobufCMessage *message, struct arena *arena,
                        struct request_view *view) {
    const FivetranSdk__V2__CreateTableRequest *request =
        (const FivetranSdk__V2__CreateTableRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table ? request->table->name : "";
    return view->configuration != NULL;
}

static bool create_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                       struct status *status) {
    const FivetranSdk__V2__CreateTableRequest *request =
        (const FivetranSdk__V2__CreateTableRequest *)message;
    struct destination *d = &call->destination;
    struct table table;
    (void)answer;
    return proto_to_table(request->table, request->schema_name, &call->arena, &table, status) &&
           d->ops->create(d, &table, status);
}

const struct operation OPERATION_CREATE_TABLE = {
    .name = "CreateTable",
    .request_type = &fivetran_sdk__v2__create_table_request__descriptor,
    .read = create_read,
    .run = create_run,
    .pack = answer_pack_outcome,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};

static bool alter_read(const ProtobufCMessage *message, struct arena *arena,
                       struct request_view *view) {
    const FivetranSdk__V2__AlterTableRequest *request =
        (const FivetranSdk__V2__AlterTableRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table ? request->table->name : "";
    return view->configuration != NULL;
}

static bool alter_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                      struct status *status) {
    const FivetranSdk__V2__AlterTableRequest *request =
        (const FivetranSdk__V2__AlterTableRequest *)message;
    struct table table;
    (void)answer;
    return proto_to_table(request->table, request->schema_name, &call->arena, &table, status) &&
           rewrite_alter(&call->rewrite, &table, request->drop_columns, status);
}

const struct operation OPERATION_ALTER_TABLE = {
    .name = "AlterTable",
    .request_type = &fivetran_sdk__v2__alter_table_request__descriptor,
    .read = alter_read,
    .run = alter_run,
    .pack = answer_pack_outcome,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};
