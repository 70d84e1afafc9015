#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/migration_map.h"

static bool migrate_read(const ProtobufCMessage *message, struct arena *arena,
                         struct request_view *view) {
    const FivetranSdk__V2__MigrateRequest *request =
        (const FivetranSdk__V2__MigrateRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->details ? request->details->schema : "";
    view->table = request->details ? request->details->table : "";
    return view->configuration != NULL;
}

/* Fivetran falls back to AlterTable and CreateTable for what is answered `unsupported`. */
static bool migrate_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                        struct status *status) {
    const FivetranSdk__V2__MigrateRequest *request =
        (const FivetranSdk__V2__MigrateRequest *)message;
    struct migration migration;
    enum migrate_outcome outcome;
    if (!proto_to_migration(request->details, &migration, status) ||
        !rewrite_migrate(&call->rewrite, &migration, &outcome, status)) {
        return false;
    }
    answer->unsupported = outcome == MIGRATE_UNSUPPORTED;
    return true;
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
