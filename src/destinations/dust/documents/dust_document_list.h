/* Inside Dust: which documents a table has (contracts/dust.md, 4.4). */
#ifndef DESTINATIONS_DUST_DOCUMENT_LIST_H
#define DESTINATIONS_DUST_DOCUMENT_LIST_H

#include "destinations/dust/dust_api.h"

/* A document as a listing shows it; valid until the visitor returns. */
struct dust_listed {
    struct slice id;
    int64_t timestamp;       /* milliseconds */
    bool deleted;            /* the tag of the deleted state */
    struct slice generation; /* what its tag says; empty without one */
};

/* False with *status ends the listing. */
typedef bool (*dust_list_visit)(void *context, const struct dust_listed *document,
                                struct status *status);

/* Visits every document of the table of that id once; those of others, and the manifest, not.
 * Dust's pages can skip documents whose timestamps tie, and its totals lie: where one page does not
 * hold all, listing is repeated, in pages of another size, until it shows nothing new. Blocks.
 * False with *status; documents may have been visited then. */
bool dust_document_list(struct dust_api *api, const char *table_id, dust_list_visit visit,
                        void *context, struct status *status);

#endif
