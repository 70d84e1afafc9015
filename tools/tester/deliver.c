#include "tester/deliver.h"

#include "tester/faults.h"
#include "tester/memory.h"
#include "tester/modes.h"

#include <pthread.h>

enum { PARALLEL_CALLS = 8 };

static bool truncate_table(struct run *run, const struct ops_table *ops, bool soft) {
    int64_t before_ms = soft ? ops->soft_truncate_ms : ops->truncate_ms;
    if (before_ms == 0) {
        return true;
    }
    Google__Protobuf__Timestamp before = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    FivetranSdk__V2__SoftTruncate deleted = FIVETRAN_SDK__V2__SOFT_TRUNCATE__INIT;
    FivetranSdk__V2__TruncateRequest request = FIVETRAN_SDK__V2__TRUNCATE_REQUEST__INIT;
    before.seconds = before_ms / 1000;
    before.nanos = (int32_t)(before_ms % 1000) * 1000000;
    deleted.deleted_column = COLUMN_NAME_DELETED;
    request.schema_name = (char *)run->options->schema_name;
    request.table_name = (char *)ops->name;
    request.synced_column = COLUMN_NAME_SYNCED;
    request.utc_delete_before = &before;
    if (soft) {
        request._soft_case = FIVETRAN_SDK__V2__TRUNCATE_REQUEST___SOFT_SOFT;
        request.soft = &deleted;
    }
    const char *subject = memory_printf(run->arena, "%s%s", ops->name, soft ? ", soft" : "");
    return calls_succeed(run, "Truncate", subject, &request.base);
}

static bool send_and_judge(struct run *run, const struct batch *batch, const char *how) {
    struct call_result result;
    calls_send(run->client, batch->method, batch->request, 0, &result);
    const char *subject = memory_printf(run->arena, "%s%s", batch->subject, how);
    bool fine = calls_judge(run, batch->method, subject, &result);
    calls_clean_up(&result);
    return fine;
}

/* A call that goes away on its way: whatever it comes to is well, as long as it comes to an end. */
static void send_and_cancel(struct run *run, const struct batch *batch) {
    struct call_result result;
    int64_t after_ms = run->options->cancel_ms ? run->options->cancel_ms : 1;
    calls_send(run->client, batch->method, batch->request, after_ms, &result);
    report_note("     %s %s, cancelled after %lld ms: %s", batch->method, batch->subject,
                (long long)after_ms, calls_text(&result, run->arena));
    calls_clean_up(&result);
}

struct parallel_call {
    struct client *client;
    const struct batch *batch;
    struct call_result result;
    pthread_t thread;
    bool started;
};

static void *run_parallel(void *context) {
    struct parallel_call *call = context;
    calls_send(call->client, call->batch->method, call->batch->request, 0, &call->result);
    return NULL;
}

/* Eight calls at once, from *next on and after the last from the first again; *next is then the
 * one behind them. */
static bool send_eight(struct run *run, const struct batch *batches, const struct batch **next) {
    struct parallel_call calls[PARALLEL_CALLS] = {0};
    bool fine = true;
    for (size_t i = 0; i < PARALLEL_CALLS; i++) {
        calls[i].client = run->client;
        calls[i].batch = *next;
        calls[i].started = pthread_create(&calls[i].thread, NULL, run_parallel, &calls[i]) == 0;
        *next = (*next)->next ? (*next)->next : batches;
    }
    for (size_t i = 0; i < PARALLEL_CALLS; i++) {
        if (!calls[i].started) {
            fine = report_fail(&run->report, "a thread could not be started");
            continue;
        }
        pthread_join(calls[i].thread, NULL);
        const char *subject = memory_printf(run->arena, "%s (at once, %zu of %d)",
                                            calls[i].batch->subject, i + 1, PARALLEL_CALLS);
        fine = calls_judge(run, calls[i].batch->method, subject, &calls[i].result) && fine;
        calls_clean_up(&calls[i].result);
    }
    return fine;
}

/* The batches of all tables, eight at a time; some again where they are no multiple of eight. */
static bool send_parallel(struct run *run, const struct batch *batches) {
    const struct batch *next = batches;
    size_t left = 0;
    bool fine = true;
    for (const struct batch *batch = batches; batch; batch = batch->next) {
        left++;
    }
    while (fine && left > 0) {
        fine = send_eight(run, batches, &next);
        left = left > PARALLEL_CALLS ? left - PARALLEL_CALLS : 0;
    }
    return fine;
}

/* Files, request, and what the modes want before the delivery itself. NULL after a failure. */
static struct batch *prepare(struct run *run, struct ops_table *ops) {
    struct status status = STATUS_INIT;
    struct batch *batch = memory_take(run->arena, sizeof *batch);
    if (!batch_make(run, ops, batch, &status)) {
        report_fail(&run->report, "%s", status.message);
        return NULL;
    }
    if (!faults_play(run, batch)) {
        return NULL;
    }
    if (run->options->modes & MODE_CANCEL) {
        send_and_cancel(run, batch);
    }
    return batch;
}

static bool has_rows(const struct ops_table *ops) {
    return ops->rows[OPS_UPSERT].count + ops->rows[OPS_UPDATE].count + ops->rows[OPS_DELETE].count >
           0;
}

static bool deliver_table(struct run *run, struct ops_table *ops) {
    struct batch *batch = has_rows(ops) ? prepare(run, ops) : NULL;
    if (!batch) {
        return !has_rows(ops);
    }
    bool twice = run->options->modes & MODE_TWICE;
    return send_and_judge(run, batch, "") &&
           (!twice || send_and_judge(run, batch, " (delivered again)"));
}

static bool deliver_at_once(struct run *run, struct ops *ops) {
    struct batch *batches = NULL;
    struct batch **end = &batches;
    for (struct ops_table *table = ops->tables; table; table = table->next) {
        if (has_rows(table)) {
            *end = prepare(run, table);
            if (!*end) {
                return false;
            }
            end = &(*end)->next;
        }
    }
    return !batches || (send_parallel(run, batches) &&
                        (!(run->options->modes & MODE_TWICE) || send_parallel(run, batches)));
}

bool deliver_ops(struct run *run, struct ops *ops) {
    bool parallel = run->options->modes & MODE_PARALLEL;
    bool fine = !parallel || deliver_at_once(run, ops);
    for (struct ops_table *table = ops->tables; table && fine; table = table->next) {
        fine = (parallel || deliver_table(run, table)) && truncate_table(run, table, true) &&
               truncate_table(run, table, false);
    }
    return fine;
}
