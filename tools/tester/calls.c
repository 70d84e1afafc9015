#include "tester/calls.h"

#include "tester/memory.h"

void calls_prepare(struct run *run, ProtobufCMessage *request) {
    message_set_map(request, "configuration", run->configuration, run->n_configuration, run->arena);
}

void calls_send(struct client *client, const char *method, const ProtobufCMessage *request,
                int64_t cancel_after_ms, struct call_result *result) {
    const struct client_call call = {method, request, CALLS_SHORT_MS, cancel_after_ms};
    *result = (struct call_result){.answer = {.kind = "nothing", .text = ""}};
    client_run(client, &call, &result->reply);
    if (result->reply.message) {
        result->answer = message_answer(result->reply.message);
    }
}

void calls_make(struct run *run, const char *method, ProtobufCMessage *request,
                int64_t cancel_after_ms, struct call_result *result) {
    calls_prepare(run, request);
    calls_send(run->client, method, request, cancel_after_ms, result);
}

void calls_clean_up(struct call_result *result) {
    client_reply_clean_up(&result->reply);
}

const char *calls_kind(const struct call_result *result) {
    static const char *const flags[] = {"success", "unsupported", "not_found"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(result->answer.kind, flags[i]) == 0 && !result->answer.flag) {
            return "refused";
        }
    }
    return result->answer.kind;
}

bool calls_is(const struct call_result *result, const char *kind) {
    return result->reply.message && strcmp(calls_kind(result), kind) == 0;
}

const char *calls_text(const struct call_result *result, struct arena *arena) {
    if (!result->reply.message) {
        return memory_printf(arena, "%s: %s", client_code_name(result->reply.code),
                             result->reply.details ? result->reply.details : "");
    }
    if (calls_is(result, "refused")) {
        return memory_printf(arena, "%s: false", result->answer.kind);
    }
    if (calls_is(result, "nothing")) {
        return "the response sets nothing, which is not success";
    }
    return result->answer.text[0]
               ? memory_printf(arena, "%s: %s", result->answer.kind, result->answer.text)
               : result->answer.kind;
}

bool calls_judge(struct run *run, const char *method, const char *subject,
                 const struct call_result *result) {
    bool warned = calls_is(result, "warning");
    if (!warned && !calls_is(result, "success")) {
        return report_fail(&run->report, "%s %s: %s", method, subject,
                           calls_text(result, run->arena));
    }
    report_pass(&run->report, "%s %s%s%s", method, subject, warned ? ": " : "",
                warned ? calls_text(result, run->arena) : "");
    return true;
}

bool calls_succeed(struct run *run, const char *method, const char *subject,
                   ProtobufCMessage *request) {
    struct call_result result;
    calls_make(run, method, request, 0, &result);
    bool fine = calls_judge(run, method, subject, &result);
    calls_clean_up(&result);
    return fine;
}
