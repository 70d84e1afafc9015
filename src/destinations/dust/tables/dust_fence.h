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

/* A fence on its way; nothing to free. */
struct dust_fence {
    struct dust_api *api;
    const char *table_id;
    struct dust_fence_row row;
    bool row_is_ours; /* and is removed afterwards */
    char nonce[UUID_TEXT_BYTES];
    unsigned n_posts;
    int64_t started_ms;
    int64_t post_again_at_ms;
    int64_t look_after_ms;
    bool seen;
};

/* Posts the row, or without one (NULL) a row of ours. All that is given outlives the fence. False
 * with *status. Sending thread. */
bool dust_fence_post(struct dust_fence *fence, struct dust_api *api, const char *table_id,
                     const struct dust_fence_row *row, struct status *status);

/* Returns once everything that was acknowledged before the fence was posted is readable: looks for
 * its row; posts it again every 30 s, which also rouses a merge that Dust forgot. False with
 * *status: not seen before the deadline, or the API's failure. */
bool dust_fence_wait(struct dust_fence *fence, struct status *status);

/* Both. */
bool dust_fence(struct dust_api *api, const char *table_id, const struct dust_fence_row *row,
                struct status *status);

#endif
