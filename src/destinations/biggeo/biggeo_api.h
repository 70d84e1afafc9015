/* Inside BigGeo: its HTTP calls, as far as they are known (contracts/biggeo.md). */
#ifndef DESTINATIONS_BIGGEO_API_H
#define DESTINATIONS_BIGGEO_API_H

#include "destinations/destination.h"
#include "http/http_verdict.h"
#include "json/json_value.h"

/* Fills *call for a path under the base URL: URL, key, what, timeouts. The URL is kept in *url,
 * which the caller initialises and which must live as long as the call. */
void biggeo_call_init(struct api_call *call, struct buf *url, const struct settings *settings,
                      enum http_method method, const char *what, const char *path);

/* The account and, with a table name, the table, as text that is the same in every process and
 * tells no secret: base URL, `#`, 16 hex digits over the key. */
void biggeo_scope_append(struct buf *out, const struct settings *settings);

/* Puts BigGeo's own sentence (member "message" of an answer) behind a verdict's text. */
void biggeo_add_message(struct verdict *verdict, const struct json_value *answer);

#endif
