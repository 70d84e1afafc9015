/* Inside Dust: what an answer of its API means (contracts/dust.md, 3, 5, 6). */
#ifndef DESTINATIONS_DUST_JUDGE_H
#define DESTINATIONS_DUST_JUDGE_H

#include "destinations/dust/dust_api.h"

enum {
    DUST_PENDING_WAIT_MS = 12 * 1000,   /* 429 of the pending cap: silence that lets Dust merge */
    DUST_WORKSPACE_WAIT_MS = 10 * 1000, /* 429 of a minute's documents: a few of them are past */
    DUST_MAX_FAULTS = 3,                /* a call's answers 500 until it is given up */
};

/* The judge that dust_call_init sets; context is the struct dust_api. For judges that add to it
 * too. Dust's own sentence is put behind the verdict's text; 401, 403, 404 become Tasks that say
 * what to do (FATAL but for a missing table and a document over its quota: REJECTED); 429 without
 * Retry-After becomes THROTTLED for as long as that kind of limit needs; the third 500 of a call
 * becomes REJECTED, its status still UNAVAILABLE: who knows more says so (dust_table_explain); a
 * 2xx that is not JSON becomes UNKNOWN. Of GET and DELETE a missing table or document is marked as
 * absent. */
void dust_judge(void *context, const struct http_response *response, struct verdict *verdict);

#endif
