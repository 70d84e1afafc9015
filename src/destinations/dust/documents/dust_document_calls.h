/* Inside Dust: what the calls on documents have in common (contracts/dust.md, 4 and 5). */
#ifndef DESTINATIONS_DUST_DOCUMENT_CALLS_H
#define DESTINATIONS_DUST_DOCUMENT_CALLS_H

#include "destinations/dust/dust_api.h"

/* Fills *call for the document of that id, as dust_call_init does. */
void dust_document_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                             const char *what, struct slice id);

/* Makes *call, a POST, keep the pace of documents. left: such calls still to come, this one
 * included; 0: not known. */
void dust_document_pace(const struct dust_api *api, struct api_call *call, uint64_t left);

/* Whether the last answer says that there is no such document. */
bool dust_document_is_missing(const struct dust_api *api);

/* Removes a document; one that is not there is no error. Blocks. */
bool dust_document_delete(struct dust_api *api, struct slice id, struct status *status);

#endif
