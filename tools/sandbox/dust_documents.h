/* Dust's documents, in an SQLite database in memory, and the window that limits their posts
 * (contract 4 and 5). Any thread. */
#ifndef SANDBOX_DUST_DOCUMENTS_H
#define SANDBOX_DUST_DOCUMENTS_H

#include "sandbox/sandbox.h"

struct dust_documents;

/* Texts are borrowed; those that are JSON say so. */
struct dust_document {
    struct slice id;
    struct slice title;
    struct slice mime_type;
    struct slice tags;       /* JSON array */
    struct slice source_url; /* "" : none */
    struct slice text;
    int64_t timestamp;
    int64_t created;
    char hash[65];
};

struct dust_documents *dust_documents_new(struct sandbox *sandbox);
void dust_documents_destroy(struct dust_documents *documents);
void dust_documents_reset(struct dust_documents *documents);

/* Counts a post against the window. False: there are too many, and this one does not count. */
bool dust_documents_admit(struct dust_documents *documents);

bool dust_documents_put(struct dust_documents *documents, const char *source,
                        const struct dust_document *document);
void dust_documents_remove(struct dust_documents *documents, const char *source, struct slice id);

/* The bytes of all texts. */
uint64_t dust_documents_bytes(struct dust_documents *documents);

/* Which documents, and how much of each. */
struct dust_document_query {
    const char *source; /* NULL: of all */
    struct slice ids;   /* a JSON array, empty: any */
    uint64_t limit;
    uint64_t offset;
    bool text;
};

/* Appends the documents, latest first, ties in another order each time, as JSON objects with commas
 * between; returns how many. */
size_t dust_documents_list(struct dust_documents *documents,
                           const struct dust_document_query *query, struct buf *json);

/* How many there are under the query; lagging: how many there were when this was asked last. */
uint64_t dust_documents_total(struct dust_documents *documents,
                              const struct dust_document_query *query, bool lagging);

#endif
