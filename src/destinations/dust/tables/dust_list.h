/* Inside Dust: a complete listing of a table's rows (architecture, "Reading"; contracts/dust.md,
 * 1.6). */
#ifndef DESTINATIONS_DUST_LIST_H
#define DESTINATIONS_DUST_LIST_H

#include "destinations/dust/dust_api.h"

struct dust_listing {
    /* A row: id as Dust answers it (a JSON string, quotes included), value a JSON object; both
     * checked, both valid until it returns. False with *status ends the listing. */
    bool (*row)(void *context, struct slice id, struct slice value, struct status *status);
    /* The table changed between pages: forget the rows so far. */
    void (*restart)(void *context);
    void *context;
};

/* Lists every row once, page after page. It counts only when the distinct ids are as many as Dust
 * says on every page; else it is read again, three times at most. False with *status. */
bool dust_list(struct dust_api *api, const char *table_id, const struct dust_listing *listing,
               struct status *status);

/* About how many bytes a listed row takes in the CSV that Dust keeps: its texts, without the
 * columns' names and what else JSON puts around them. id and value as a listing gives them. */
size_t dust_list_row_bytes(struct slice id, struct slice value);

/* How many rows there are, pending ones not counted, and about how many bytes one takes in Dust's
 * CSV (0 without rows). */
bool dust_list_total(struct dust_api *api, const char *table_id, uint64_t *total,
                     uint64_t *row_bytes, struct status *status);

#endif
