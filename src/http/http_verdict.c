#include "http/http_verdict.h"

#include "base/utf8.h"

struct rule {
    int first;
    int last;
    enum verdict_kind kind;
    const char *meaning; /* the status in words, and what to do; NULL: what the range says */
};

/* The first rule that holds the status wins: single codes stand before the ranges they belong to
 * (RFC 9110 section 15). */
static const struct rule rules[] = {
    {200, 299, VERDICT_DELIVERED, ""},
    {300, 399, VERDICT_FATAL,
     "a redirect, which is not followed: the base URL is probably wrong; check it"},
    {401, 401, VERDICT_FATAL, "Unauthorized: the API key was not accepted; check the API key"},
    {402, 402, VERDICT_FATAL, "Payment Required: check the plan of the account"},
    {403, 403, VERDICT_FATAL,
     "Forbidden: the API key lacks the right to do this; check the key's rights"},
    {404, 404, VERDICT_REJECTED,
     "Not Found: what the request names does not exist; check the names in the settings and the "
     "base URL"},
    {405, 405, VERDICT_FATAL, "Method Not Allowed: the base URL is probably wrong; check it"},
    {407, 407, VERDICT_FATAL,
     "Proxy Authentication Required: check the proxy this machine must use"},
    {408, 408, VERDICT_RETRY, "Request Timeout: the API did not get the whole request in time"},
    {409, 409, VERDICT_REJECTED, "Conflict: the request contradicts what the API holds"},
    {410, 410, VERDICT_REJECTED, "Gone: what the request names exists no longer"},
    {413, 413, VERDICT_TOO_LARGE,
     "Content Too Large: the API takes no request of this size; lower the batch size"},
    {422, 422, VERDICT_REJECTED, "Unprocessable Content: the API does not accept this data"},
    {425, 425, VERDICT_RETRY, "Too Early: the API wants the request again"},
    {429, 429, VERDICT_THROTTLED, "Too Many Requests: the API's rate limit is reached"},
    {400, 499, VERDICT_REJECTED, "the API refused the request"},
    {501, 501, VERDICT_FATAL, "Not Implemented: the base URL is probably wrong; check it"},
    {503, 503, VERDICT_RETRY, "Service Unavailable: the API is overloaded or in maintenance"},
    {505, 505, VERDICT_FATAL, "HTTP Version Not Supported: the base URL is probably wrong"},
    {507, 507, VERDICT_REJECTED, "Insufficient Storage: make room or raise the quota there"},
    {500, 599, VERDICT_UNKNOWN, "the API failed; whether the request was carried out is not known"},
};

static const struct rule other = {0, 0, VERDICT_UNKNOWN,
                                  "not a final HTTP status; whether the request was carried out is "
                                  "not known"};

static const struct rule *rule_for(int status) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (status >= rules[i].first && status <= rules[i].last) {
            return &rules[i];
        }
    }
    return &other;
}

static enum status_code code_of(enum verdict_kind kind) {
    switch (kind) {
    case VERDICT_DELIVERED:
        return STATUS_OK;
    case VERDICT_TOO_LARGE:
    case VERDICT_REJECTED:
    case VERDICT_FATAL:
        return STATUS_TASK;
    case VERDICT_CANCELLED:
        return STATUS_CANCELLED;
    case VERDICT_RETRY:
    case VERDICT_THROTTLED:
    case VERDICT_UNKNOWN:
        break;
    }
    return STATUS_UNAVAILABLE;
}

static void judge_status(const struct http_response *response, const char *what,
                         struct verdict *verdict) {
    const struct rule *rule = rule_for(response->status);
    verdict->kind = rule->kind;
    if (response->status == 503 && response->retry_after_ms >= 0) {
        verdict->kind = VERDICT_THROTTLED;
    }
    if (verdict->kind != VERDICT_DELIVERED) {
        status_fail(&verdict->status, code_of(verdict->kind), "%s: HTTP %d: %s", what,
                    response->status, rule->meaning);
    }
}

/* A refusal that was cut is still a refusal: many a server answers 413 and hangs up. But where the
 * body says what is refused, or that there is no such table, it is none yet. */
static bool says_enough(int status) {
    return status >= 400 && status <= 499 && rule_for(status)->kind != VERDICT_REJECTED;
}

static void judge_failure(const struct http_response *response, const char *what,
                          enum verdict_kind kind, const char *meaning, struct verdict *verdict) {
    verdict->kind = kind;
    status_fail(&verdict->status, code_of(kind), "%s: %s (%s)", what, meaning,
                response->error[0] ? response->error : "no reason given");
}

void http_verdict(const struct http_response *response, const char *what, struct verdict *verdict) {
    *verdict = (struct verdict){.after_ms = response->retry_after_ms};
    switch (response->outcome) {
    case HTTP_ANSWERED:
        judge_status(response, what, verdict);
        return;
    case HTTP_NOT_SENT:
        judge_failure(response, what, VERDICT_RETRY,
                      "the API could not be reached; check the base URL, or try again later",
                      verdict);
        return;
    case HTTP_SENT_NO_ANSWER:
        if (says_enough(response->status)) {
            judge_status(response, what, verdict);
            return;
        }
        judge_failure(response, what, VERDICT_UNKNOWN,
                      "sent, but no whole answer came; whether the request was carried out is not "
                      "known",
                      verdict);
        return;
    case HTTP_BAD_PEER:
        judge_failure(
            response, what, VERDICT_FATAL,
            "the address or its certificate is refused; check the base URL, and that this "
            "machine has its trusted certificates (package ca-certificates)",
            verdict);
        return;
    case HTTP_STOPPED:
        break;
    }
    verdict->kind = VERDICT_CANCELLED;
    status_fail(&verdict->status, STATUS_CANCELLED, "%s: stopped before an answer came", what);
}

const char *verdict_kind_name(enum verdict_kind kind) {
    static const char *const names[] = {
        [VERDICT_DELIVERED] = "delivered", [VERDICT_RETRY] = "retry",
        [VERDICT_THROTTLED] = "throttled", [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_TOO_LARGE] = "too_large", [VERDICT_REJECTED] = "rejected",
        [VERDICT_FATAL] = "fatal",         [VERDICT_CANCELLED] = "cancelled",
    };
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

enum { DETAIL_BYTES = 200 };

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7F;
}

void verdict_add_detail(struct verdict *verdict, struct slice detail) {
    char text[DETAIL_BYTES + 1];
    size_t used = 0;
    while (detail.len > 0) {
        struct utf8_step step = utf8_step(detail);
        size_t width = step.valid ? step.len : 1;
        if (used + width > DETAIL_BYTES) {
            break;
        }
        if (step.valid && !is_control(detail.data[0])) {
            memcpy(text + used, detail.data, width);
        } else {
            text[used] = step.valid ? ' ' : '?';
        }
        used += width;
        detail = slice_make(detail.data + step.len, detail.len - step.len);
    }
    text[used] = '\0';
    if (used > 0) {
        char message[STATUS_MESSAGE_BYTES];
        memcpy(message, verdict->status.message, sizeof message);
        status_fail(&verdict->status, verdict->status.code, "%s; the API says: %s", message, text);
    }
}
