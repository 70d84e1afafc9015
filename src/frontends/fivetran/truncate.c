#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/proto_map.h"

static bool truncate_read(const ProtobufCMessage *message, struct arena *arena,
                          struct request_view *view) {
    const FivetranSdk__V2__TruncateRequest *request =
        (const FivetranSdk__V2__TruncateRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table_name;
    return view->configuration != NULL;
}

/* utc_delete_before in whole milliseconds (lesson 6), as microseconds. */
static int64_t before_us(const Google__Protobuf__Timestamp *timestamp) {
    return timestamp->seconds * 1000000 + (int64_t)(timestamp->nanos / 1000000) * 1000;
}

static bool check_request(const FivetranSdk__V2__TruncateRequest *request, struct status *status) {
    const int64_t max_seconds = 253402300799; /* 9999-12-31T23:59:59Z */
    const int64_t min_seconds = -62135596800; /* 0001-01-01T00:00:00Z */
    const Google__Protobuf__Timestamp *before = request->utc_delete_before;
    if (!request->table_name[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the request names no table");
    }
    if (!request->synced_column[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the request names no synced column, by which rows of table %s.%s would "
                           "be found",
                           request->schema_name, request->table_name);
    }
    if (request->_soft_case == FIVETRAN_SDK__V2__TRUNCATE_REQUEST___SOFT_SOFT &&
        !request->soft->deleted_column[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "the request names no column to set in table %s.%s",
                           request->schema_name, request->table_name);
    }
    if (!before || before->seconds < min_seconds || before->seconds > max_seconds ||
        before->nanos < 0 || before->nanos > 999999999) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "utc_delete_before of table %s.%s is missing or no time",
                           request->schema_name, request->table_name);
    }
    return true;
}

static bool truncate_run(struct call *call, const ProtobufCMessage *message, struct answer *answer,
                         struct status *status) {
    const FivetranSdk__V2__TruncateRequest *request =
        (const FivetranSdk__V2__TruncateRequest *)message;
    (void)answer;
    if (!check_request(request, status)) {
        return false;
    }
    bool soft = request->_soft_case == FIVETRAN_SDK__V2__TRUNCATE_REQUEST___SOFT_SOFT;
    const struct truncate truncate = {
        .before_us = before_us(request->utc_delete_before),
        .synced_column = request->synced_column,
        .deleted_column = soft ? request->soft->deleted_column : NULL,
    };
    return rewrite_truncate(&call->rewrite, slice_of(request->schema_name),
                            slice_of(request->table_name), &truncate, status);
}

const struct operation OPERATION_TRUNCATE = {
    .name = "Truncate",
    .request_type = &fivetran_sdk__v2__truncate_request__descriptor,
    .read = truncate_read,
    .run = truncate_run,
    .pack = answer_pack_outcome,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};
