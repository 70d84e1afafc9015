#include "frontends/fivetran/operation.h"

#include "frontends/fivetran/message_guard.h"

enum {
    ANSWER_RESERVE_MS = 10 * 1000, /* of the client's deadline, to answer in */
    ARENA_BYTES = 64 * 1024 * 1024,
};

void operation_reserve_configuration(struct arena *arena, struct request_view *view, size_t n) {
    view->configuration = arena_alloc(arena, (n + 1) * sizeof *view->configuration);
    view->n_configuration = n;
}

static void stop_work(void *context) {
    struct call *call = context;
    enum cancel_reason reason = cancel_check(call->rpc->cancel);
    cancel_fire(&call->work, reason == CANCEL_NONE ? CANCEL_CALLER : reason);
}

/* The client's deadline less the time to answer in, but never less than half of what is left; and
 * the operation's own. Readings of clock_monotonic_ms. */
static int64_t work_deadline(const struct operation *operation, const struct rpc *rpc,
                             const struct clock *clock) {
    int64_t now = clock_monotonic_ms(clock);
    int64_t deadline = now + operation->max_ms;
    if (rpc->cancel->deadline_ms != CANCEL_NO_DEADLINE) {
        int64_t left = rpc->cancel->deadline_ms - now;
        int64_t reserve = left / 2 < ANSWER_RESERVE_MS ? left / 2 : ANSWER_RESERVE_MS;
        int64_t clients = rpc->cancel->deadline_ms - reserve;
        deadline = clients < deadline ? clients : deadline;
    }
    return deadline;
}

/* Binds a destination to the call. call_close is owed either way. */
static bool call_open(struct call *call, const struct operation *operation,
                      const struct request_view *view, struct status *status) {
    struct fivetran_service *service = call->service;
    if (!settings_parse(&call->settings, FRONT_END_FIVETRAN, view->configuration,
                        view->n_configuration, status)) {
        return false;
    }
    call->client = http_pool_take(service->connections);
    if (!call->client) {
        return status_no_memory(status, "opening a connection");
    }
    attempt_init(&call->attempt, service->delivery, call->client, &call->work, &call->log,
                 *operation->policy);
    call->destination = (struct destination){
        .ops = destination_find(&call->settings),
        .settings = &call->settings,
        .shared = service->destinations,
        .log = &call->log,
        .api = &call->attempt.api,
    };
    call->rewrite = (struct rewrite){
        .d = &call->destination,
        .attempt = &call->attempt,
        .cancel = &call->work,
        .log = &call->log,
        .locks = service->locks,
        .notice = &call->notice,
        .report = &call->report,
    };
    return true;
}

static void call_close(struct call *call) {
    http_pool_give(call->service->connections, call->client);
    settings_clean_up(&call->settings);
    table_copy_destroy(call->described);
    cancel_remove_waker(call->rpc->cancel, &call->rpc_waker);
    cancel_clean_up(&call->work);
    arena_clean_up(&call->arena);
}

/* One line a call, at its end. A text that names a record is for the customer alone. */
static void log_end(const struct call *call, const struct operation *operation,
                    const struct status *status, int64_t started_ms) {
    const struct delivery_report *report = &call->report;
    const struct clock *clock = call->service->destinations->clock;
    bool ok = status->code == STATUS_OK;
    bool bad = !ok && !operation->quiet_task && status->code != STATUS_CANCELLED;
    log_event(&call->log,
              bad  ? LOG_SEVERE
              : ok ? LOG_INFO
                   : LOG_WARNING,
              "call_finished",
              "outcome=%s rows=%llu batches=%llu bytes=%llu requests=%llu retries=%llu "
              "seconds=%.3f%s%s%s",
              ok && call->notice.text[0] ? "warning" : status_code_name(status->code),
              (unsigned long long)report->records, (unsigned long long)report->batches,
              (unsigned long long)report->bytes, (unsigned long long)call->attempt.counts.requests,
              (unsigned long long)call->attempt.counts.retries,
              (double)(clock_monotonic_ms(clock) - started_ms) / 1000.0, ok ? "" : " reason=\"",
              ok                     ? ""
              : status->names_record ? "a record is too large (its key is in the answer only)"
                                     : status->message,
              ok ? "" : "\"");
}

static void run_unpacked(const struct operation *operation, struct call *call,
                         const ProtobufCMessage *request, struct buf *response,
                         struct status *status) {
    struct request_view view = {.schema = "", .table = ""};
    struct answer answer = {0};
    int64_t started_ms = clock_monotonic_ms(call->service->destinations->clock);
    if (!operation->read(request, &call->arena, &view) || !view.configuration) {
        status_no_memory(status, "reading a request");
        return;
    }
    call->log = *call->rpc->log;
    if (view.table[0]) {
        call->log = log_with(call->rpc->log, "table=\"%s.%s\"", view.schema, view.table);
    }
    if (call_open(call, operation, &view, status)) {
        operation->run(call, request, &answer, status);
    }
    log_end(call, operation, status, started_ms);
    if (status->code == STATUS_TASK ||
        (operation->quiet_task && status->code != STATUS_OK && status->code != STATUS_CANCELLED)) {
        answer = (struct answer){.task = status->message};
        status->code = STATUS_OK;
    } else if (status->code == STATUS_OK && call->notice.text[0]) {
        answer.warning = call->notice.text;
    }
    if (status->code == STATUS_OK) {
        operation->pack(&answer, response);
        if (response->failed) {
            status_no_memory(status, "packing an answer");
        }
    }
}

void operation_run(const struct operation *operation, struct fivetran_service *service,
                   struct rpc *rpc, struct buf *response, struct status *status) {
    ProtobufCMessage *request = message_unpack(operation->request_type, rpc->request, status);
    if (!request) {
        return;
    }
    const struct clock *clock = service->destinations->clock;
    struct call call = {.service = service, .rpc = rpc};
    arena_init(&call.arena, ARENA_BYTES);
    cancel_init(&call.work, clock, work_deadline(operation, rpc, clock));
    call.rpc_waker = (struct cancel_waker){.wake = stop_work, .context = &call};
    cancel_add_waker(rpc->cancel, &call.rpc_waker);
    run_unpacked(operation, &call, request, response, status);
    call_close(&call);
    message_free(request);
}
