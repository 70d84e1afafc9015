/* An api that answers from a script, in order, through the true verdict and judge. A THROTTLED
 * answer moves the test's clock on and takes the next line, as delivery would; with `retries` so
 * does whatever delivery would try again. */
#ifndef UNIT_DESTINATIONS_SCRIPTED_API_H
#define UNIT_DESTINATIONS_SCRIPTED_API_H

#include "destinations/api.h"
#include "http/http_verdict.h"
#include "support/fake_clock.h"

#include <check.h>

struct scripted_answer {
    const char *expects; /* must stand in "METHOD url body" */
    int status;          /* 0: no answer (UNKNOWN) */
    const char *body;
};

struct scripted_api {
    struct api api; /* first */
    const struct scripted_answer *answers;
    size_t n_answers;
    size_t n_calls;
    struct fake_clock *clock;
    bool retries; /* RETRY, and UNKNOWN of a repeatable call, take the next line too */
};

static inline void scripted_answer_once(struct scripted_api *s, const struct api_call *call,
                                        struct http_response *kept, struct verdict *verdict) {
    static const char *const methods[] = {"GET", "POST", "DELETE"};
    struct buf text;
    struct http_response response;
    ck_assert_msg(s->n_calls < s->n_answers, "unexpected %s", call->request.url);
    const struct scripted_answer *answer = &s->answers[s->n_calls++];
    buf_init(&text, 1 << 20);
    buf_printf(&text, "%s %s ", methods[call->request.method], call->request.url);
    buf_append_slice(&text, call->request.body);
    ck_assert_msg(strstr(buf_cstr(&text), answer->expects) != NULL, "call %zu: %s", s->n_calls,
                  buf_cstr(&text));
    http_response_init(&response);
    response.outcome = answer->status ? HTTP_ANSWERED : HTTP_SENT_NO_ANSWER;
    response.status = answer->status;
    buf_append_text(&response.body, answer->body ? answer->body : "");
    http_verdict(&response, call->what, verdict);
    if (call->judge && response.outcome == HTTP_ANSWERED) {
        call->judge(call->context, &response, verdict);
    }
    if (kept) {
        http_response_clean_up(kept);
        *kept = response;
    } else {
        http_response_clean_up(&response);
    }
    buf_clean_up(&text);
}

static inline bool scripted_retry(const struct api_call *call, const struct verdict *verdict) {
    return verdict->kind == VERDICT_RETRY || (verdict->kind == VERDICT_UNKNOWN && call->repeatable);
}

static inline bool scripted_call(struct api *api, const struct api_call *call,
                                 struct http_response *response, struct verdict *verdict) {
    struct scripted_api *s = (struct scripted_api *)api;
    scripted_answer_once(s, call, response, verdict);
    while (verdict->kind == VERDICT_THROTTLED || (s->retries && scripted_retry(call, verdict))) {
        if (verdict->kind == VERDICT_THROTTLED) {
            fake_clock_advance(s->clock, verdict->after_ms > 0 ? verdict->after_ms : 1000);
        }
        scripted_answer_once(s, call, response, verdict);
    }
    return verdict->kind == VERDICT_DELIVERED;
}

#endif
