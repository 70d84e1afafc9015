/* What came of one request. Destinations and http_verdict() report; delivery decides what to do. */
#ifndef HTTP_VERDICT_H
#define HTTP_VERDICT_H

#include "base/status.h"

#include <stdint.h>

enum verdict_kind {
    VERDICT_DELIVERED, /* acknowledged */
    VERDICT_RETRY,     /* certainly not stored; trying again may help */
    VERDICT_THROTTLED, /* certainly not stored; wait first (after_ms, scope) */
    VERDICT_UNKNOWN,   /* sent, but no answer that says whether it was stored */
    VERDICT_TOO_LARGE, /* 413: send it in smaller parts */
    VERDICT_REJECTED,  /* this request is refused for good (400, a missing thing) */
    VERDICT_FATAL,     /* every request would be refused: key, rights, address */
    VERDICT_CANCELLED, /* stopped by us: caller, deadline or shutdown */
};

enum { VERDICT_SCOPE_BYTES = 160 };

struct verdict {
    enum verdict_kind kind;
    int64_t after_ms;                /* the server's own wish to wait (Retry-After); -1: none */
    char scope[VERDICT_SCOPE_BYTES]; /* what cools down when throttled: a host, workspace, table */
    bool waiting;         /* THROTTLED only since something is not there yet, as is usual:
                             no fault, nothing to warn of */
    bool absent;          /* REJECTED only since what was asked for, or is to be removed, is not
                             there: an answer, nothing to warn of either */
    struct status status; /* for all but DELIVERED: what happened, for a person */
};

/* "delivered", "retry", … for logs. */
const char *verdict_kind_name(enum verdict_kind kind);

#endif
