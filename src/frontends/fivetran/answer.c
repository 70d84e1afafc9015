#include "frontends/fivetran/answer.h"

#include "destination_sdk.pb-c.h"
#include "frontends/fivetran/message_guard.h"
#include "frontends/fivetran/proto_map.h"

#include <stdlib.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static FivetranSdk__V2__Task task_of(const struct answer *answer) {
    FivetranSdk__V2__Task task = FIVETRAN_SDK__V2__TASK__INIT;
    task.message = (char *)answer->task;
    return task;
}

static FivetranSdk__V2__Warning warning_of(const struct answer *answer) {
    FivetranSdk__V2__Warning warning = FIVETRAN_SDK__V2__WARNING__INIT;
    warning.message = (char *)answer->warning;
    return warning;
}

void answer_pack_test(const struct answer *answer, struct buf *response) {
    FivetranSdk__V2__TestResponse message = FIVETRAN_SDK__V2__TEST_RESPONSE__INIT;
    if (answer->task) {
        message.response_case = FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_FAILURE;
        message.failure = (char *)answer->task;
    } else {
        message.response_case = FIVETRAN_SDK__V2__TEST_RESPONSE__RESPONSE_SUCCESS;
        message.success = 1;
    }
    message_pack(&message.base, response);
}

void answer_pack_outcome(const struct answer *answer, struct buf *response) {
    FivetranSdk__V2__WriteBatchResponse message = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__INIT;
    FivetranSdk__V2__Task task = task_of(answer);
    FivetranSdk__V2__Warning warning = warning_of(answer);
    if (answer->task) {
        message.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_TASK;
        message.task = &task;
    } else if (answer->warning) {
        message.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_WARNING;
        message.warning = &warning;
    } else {
        message.response_case = FIVETRAN_SDK__V2__WRITE_BATCH_RESPONSE__RESPONSE_SUCCESS;
        message.success = 1;
    }
    message_pack(&message.base, response);
}

void answer_pack_migrate(const struct answer *answer, struct buf *response) {
    FivetranSdk__V2__MigrateResponse message = FIVETRAN_SDK__V2__MIGRATE_RESPONSE__INIT;
    FivetranSdk__V2__Task task = task_of(answer);
    FivetranSdk__V2__Warning warning = warning_of(answer);
    if (answer->task) {
        message.response_case = FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_TASK;
        message.task = &task;
    } else if (answer->warning) {
        message.response_case = FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_WARNING;
        message.warning = &warning;
    } else if (answer->unsupported) {
        message.response_case = FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_UNSUPPORTED;
        message.unsupported = 1;
    } else {
        message.response_case = FIVETRAN_SDK__V2__MIGRATE_RESPONSE__RESPONSE_SUCCESS;
        message.success = 1;
    }
    message_pack(&message.base, response);
}

static void pack_table(const struct table *table, struct buf *response) {
    FivetranSdk__V2__DescribeTableResponse message =
        FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__INIT;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    message.response_case = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_TABLE;
    message.table = proto_of_table(table, &arena);
    if (message.table) {
        message_pack(&message.base, response);
    } else {
        response->failed = true;
    }
    arena_clean_up(&arena);
}

void answer_pack_describe(const struct answer *answer, struct buf *response) {
    FivetranSdk__V2__DescribeTableResponse message =
        FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__INIT;
    FivetranSdk__V2__Task task = task_of(answer);
    FivetranSdk__V2__Warning warning = warning_of(answer);
    if (answer->task) {
        message.response_case = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_TASK;
        message.task = &task;
    } else if (answer->warning) {
        message.response_case = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_WARNING;
        message.warning = &warning;
    } else if (answer->not_found || !answer->table) {
        message.response_case = FIVETRAN_SDK__V2__DESCRIBE_TABLE_RESPONSE__RESPONSE_NOT_FOUND;
        message.not_found = 1;
    } else {
        pack_table(answer->table, response);
        return;
    }
    message_pack(&message.base, response);
}
