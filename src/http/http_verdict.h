/* The one place that turns an HTTP exchange into a verdict. Pure. */
#ifndef HTTP_HTTP_VERDICT_H
#define HTTP_HTTP_VERDICT_H

#include "http/http_response.h"
#include "http/verdict.h"

/* Classifies (outcome, status, Retry-After). A 2xx is DELIVERED: whether its body agrees is the
 * destination's to say. status_code of the text: REJECTED and FATAL are STATUS_TASK, RETRY,
 * THROTTLED and UNKNOWN STATUS_UNAVAILABLE, CANCELLED is filled by the caller. The texts name the
 * HTTP status and what it means, never a body. what names the request for a person:
 * "BigGeo, posting a batch". */
void http_verdict(const struct http_response *response, const char *what, struct verdict *verdict);

/* Appends an API's own short error message (first 200 bytes, control characters replaced) to a
 * verdict's text. */
void verdict_add_detail(struct verdict *verdict, struct slice detail);

#endif
