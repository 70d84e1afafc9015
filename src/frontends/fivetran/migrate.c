#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/proto_map.h"

static bool migrate_read(const ProtobufCMessage *message, struct arena *arena,
                         struct request_view *view) {
    const FivetranSdk__V2__MigrateRequest *request =
        (const FivetranSdk__V2__MigrateRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->details ? request->details->schema : "";
    view->table = request->details ? request->details->table : "";
    return view->configuration != NULL;
}

static bool is_drop_table(const FivetranSdk__V2__MigrationDetails *details) {
    return details->operation_case == FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION_DROP &&
           details->drop->entity_case == FIVETRAN_SDK__V2__DROP_OPERATION__ENTITY_DROP_TABLE &&
           details->drop->drop_table;
}

/* drop_table alone can be done without reading rows; Fivetran falls back to AlterTable and
 * CreateTable for what is answered `unsupported`. */
static bool migrate_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                        struct status *status) {
    const FivetranSdk__V2__MigrationDetails *details =
        ((const FivetranSdk__V2__MigrateRequest *)message)->details;
    if (!details || !details->table[0] ||
        details->operation_case == FIVETRAN_SDK__V2__MIGRATION_DETAILS__OPERATION__NOT_SET) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the request names no table or no operation");
    }
    if (!is_drop_table(details)) {
        answer->unsupported = true;
        return true;
    }
    struct destination *d = &call->destination;
    return d->ops->drop(d, slice_of(details->schema), slice_of(details->table), &call->notice,
                        status);
}

const struct operation OPERATION_MIGRATE = {
    .name = "Migrate",
    .request_type = &fivetran_sdk__v2__migrate_request__descriptor,
    .read = migrate_read,
    .run = migrate_run,
    .pack = answer_pack_migrate,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};
