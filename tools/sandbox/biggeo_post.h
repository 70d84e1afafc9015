/* The body of post-data-source. */
#ifndef SANDBOX_BIGGEO_POST_H
#define SANDBOX_BIGGEO_POST_H

#include "sandbox/exchange.h"

/* Reads ex->body into ex->call (and, unless counting only, its records into ex->rows). A body that
 * is not exactly what the contract says leaves call.error, which names the place. */
void biggeo_post_parse(struct exchange *ex, bool count_only);

bool biggeo_is_uuid(struct slice text);

#endif
