/* Inside Dust: the requests of one batch of documents: asking what is there already, then a POST
 * for each document that is not (architecture, "Dust documents"). */
#ifndef DESTINATIONS_DUST_DOCUMENT_BATCH_H
#define DESTINATIONS_DUST_DOCUMENT_BATCH_H

#include "destinations/dust/dust_api.h"

enum { DUST_BATCH_DOCUMENTS = 100 };

/* A document of the batch; all of it lies in the batch's body. */
struct dust_pending {
    struct slice id;
    struct slice hash;
    struct slice body;
    bool settled; /* written, there already, or replaced by a later one of the batch */
};

/* Batch after batch of one call; one thread. Zero it, name api and table, and path by buf_init. */
struct dust_document_batch {
    struct dust_api *api;
    const struct table *table; /* whose records these are */
    struct dust_pending pending[DUST_BATCH_DOCUMENTS];
    size_t n_pending;
    size_t n_looked; /* of them Dust was asked for */
    size_t at;       /* the one that is being sent */
    struct buf path;
    uint64_t expected; /* records of the call; 0: not known */
    uint64_t behind;   /* records of the batches before */
    uint64_t written;
    uint64_t unchanged;
    int64_t spoken_ms; /* when the log last told how far it is */
};

enum { DUST_BATCH_PATH_BYTES = 256 * 1024 };

/* Begins with a body `[["id","hash",{…}],…]` (dust_document.h), borrowed until the next, and fills
 * *call with its first request. */
void dust_batch_start(struct dust_document_batch *batch, struct slice body, struct api_call *call);

/* Fills *call with the next request, once the one before was delivered. False: there is none. */
bool dust_batch_next(struct dust_document_batch *batch, struct api_call *call);

/* Documents of the call that are neither written nor there, as far as is known. */
uint64_t dust_batch_left(const struct dust_document_batch *batch);

/* The primary key of a document `["id","hash",{…}]`, from its text: `id=42, region=eu`, cut to cap
 * bytes. For the customer, never for a log. */
void dust_document_key_text(const struct table *table, struct slice document, char *text,
                            size_t cap);

#endif
