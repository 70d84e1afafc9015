/* Inside Dust: waiting until rows can be read. Dust accepts rows first and merges them later,
 * oldest first (contracts/dust.md, 1.2): once a row posted last is seen in the table, everything
 * before it is there too. A fixed wait proves nothing. */
#ifndef DESTINATIONS_DUST_FENCE_H
#define DESTINATIONS_DUST_FENCE_H

#include "destinations/dust/dust_api.h"

/* A row whose newest content is posted again with a nonce in DUST_EXACT_COLUMN, so that it can be
 * told from what was there before. */
struct dust_fence_row {
    struct slice id;   /* as Dust knows it, not escaped */
    struct slice json; /* as dust_row_append wrote it */
    bool has_exact;    /* it ends with that column */
};

/* Returns once everything that was acknowledged before is readable: posts the row, or without one
 * (NULL) a row of ours that is removed afterwards, and looks for it; posts it again every 30 s,
 * which also rouses a merge that Dust forgot. False with *status: not seen before the deadline, or
 * the API's failure. Sending thread. */
bool dust_fence(struct dust_api *api, const char *table_id, const struct dust_fence_row *row,
                struct status *status);

#endif
