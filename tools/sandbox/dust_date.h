/* Texts that Dust takes for a point in time, and how it writes one (contract 1.3). Pure but for the
 * clock: a text without a date means today, one without a year this year. */
#ifndef SANDBOX_DUST_DATE_H
#define SANDBOX_DUST_DATE_H

#include "base/buf.h"

#include <stdint.h>

/* True with the milliseconds since 1970. text is trimmed. */
bool dust_date_parse(struct slice text, int64_t *epoch_ms);

/* Appends `YYYY-MM-DD HH:MM:SS` in UTC; milliseconds are dropped. False for what Dust cannot write:
 * a year far out, or a negative epoch with milliseconds. */
bool dust_date_write(int64_t epoch_ms, struct buf *out);

#endif
