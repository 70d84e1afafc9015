/* The SPEC message, made from the settings table. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_SPEC_H
#define FRONTENDS_AIRBYTE_SPEC_H

#include "base/buf.h"

/* Appends the message, without a newline. destination: a value of the setting of that name, for
 * that connector alone; NULL: for both in one flat object, where only the API key is required and
 * `check` knows what else belongs together. False: no such destination. */
bool spec_append(struct buf *out, const char *destination);

#endif
