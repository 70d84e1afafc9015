/* How a destination reaches its API. It describes a request and judges the answer; delivery stands
 * behind `call` and alone retries, waits, cools down and cancels (architecture, rule 1). */
#ifndef DESTINATIONS_API_H
#define DESTINATIONS_API_H

#include "http/http_client.h"
#include "http/verdict.h"

/* At most max requests in any window_ms, by all calls of the process that name the same key. A call
 * for which there is no time ends THROTTLED, unsent. */
struct api_pace {
    const char *key; /* NULL: no pace to keep */
    int64_t max;
    int64_t window_ms;
    uint64_t left;      /* such calls still to come, this one included; 0: not known */
    int64_t reserve_ms; /* when not all of them fit: none begins later than this before the end */
};

struct api_call {
    struct http_request request;
    const char *what; /* for logs and errors: "post-data-source" */
    bool repeatable;  /* storing it twice is harmless: an UNKNOWN outcome is tried again */
    /* Looks at every whole answer (HTTP_ANSWERED) after http_verdict and before delivery decides,
     * and may change the verdict: a 200 that is a failure, a 404 that is an answer, a 500 that
     * means "missing", a THROTTLED with a scope of its own. Whoever makes a verdict fills its
     * status too. NULL: http_verdict's word stands. Called from the calling thread, once a try. */
    void (*judge)(void *context, const struct http_response *response, struct verdict *verdict);
    void *context;
    const char *scope; /* what cools down together when throttled; NULL: the URL's host */
    struct api_pace pace;
};

struct api {
    /* Performs the call until it is DELIVERED or definitely not, and fills *verdict. When it gives
     * up, verdict->kind is that of the last try (RETRY, THROTTLED, or UNKNOWN of a repeatable call)
     * and its status, UNAVAILABLE, says so: nobody tries again for good measure. UNKNOWN of a call
     * that is not repeatable comes back at once. response may be NULL; else it was initialised and
     * holds the last answer. Blocks. One thread per struct api at a time. Returns
     * verdict->kind == VERDICT_DELIVERED. */
    bool (*call)(struct api *api, const struct api_call *call, struct http_response *response,
                 struct verdict *verdict);
};

static inline bool api_perform(struct api *api, const struct api_call *call,
                               struct http_response *response, struct verdict *verdict) {
    return api->call(api, call, response, verdict);
}

#endif
