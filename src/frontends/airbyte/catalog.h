/* The --catalog file: which streams come and what to do with them. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_CATALOG_H
#define FRONTENDS_AIRBYTE_CATALOG_H

#include "base/arena.h"
#include "base/status.h"
#include "delivery/writer.h"
#include "table/stream_mode.h"
#include "table/table.h"

struct stream {
    struct table table; /* schema is the namespace; the columns are the key's, for error texts */
    struct stream_mode mode;
    struct writer_table *writer; /* set by who writes */
    uint64_t records;            /* read so far */
    uint64_t bytes;              /* of their JSON */
    uint64_t since_state;        /* records since the stream's last STATE */
};

struct catalog {
    struct arena arena; /* the streams and their texts */
    struct stream *streams;
    size_t n_streams;
    uint32_t *buckets; /* hash table: index + 1 of a stream, 0: free */
    size_t n_buckets;  /* a power of two */
};

/* Fills *catalog from the file's text. False with *status: a Task for what a person can change (a
 * sync mode that is not known, two streams of one name). catalog_clean_up either way. */
bool catalog_parse(struct catalog *catalog, struct slice text, struct status *status);

/* The same for a file. */
bool catalog_read(struct catalog *catalog, const char *path, struct status *status);
void catalog_clean_up(struct catalog *catalog);

/* NULL when the catalog has no such stream. An absent namespace is the empty one. */
struct stream *catalog_find(const struct catalog *catalog, struct slice schema, struct slice name);

#endif
