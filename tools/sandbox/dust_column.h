/* What Dust makes of column names (contract 1.1 and 1.4). Pure. */
#ifndef SANDBOX_DUST_COLUMN_H
#define SANDBOX_DUST_COLUMN_H

#include "base/buf.h"

enum { DUST_MAX_COLUMNS = 512, DUST_MAX_COLUMN_NAME = 1024 };

#define DUST_ID "__dust_id"

/* Whether a POST of rows takes the name as it is: [a-z0-9_]+. */
bool dust_column_is_slug(struct slice name);

/* Appends the name that a CSV's header becomes: the `place`th of its file, after those in `taken`
 * (count slices). False with *error for what Dust refuses. */
bool dust_column_rename(struct slice header, const struct slice *taken, size_t count,
                        struct buf *out, const char **error);

#endif
