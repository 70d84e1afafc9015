/* Inside Dust: the table of a stream whose columns become known from its records. Names there are
 * given when a column first comes and never change; they are kept in the table's tags. The reading
 * thread learns columns, the sending thread tells Dust of them. */
#ifndef DESTINATIONS_DUST_STREAM_TABLE_H
#define DESTINATIONS_DUST_STREAM_TABLE_H

#include "base/key_index.h"
#include "destinations/dust/tables/dust_table.h"

#include <pthread.h>

/* The reading thread's, but for what the mutex guards. */
struct dust_stream_table {
    enum front_end front_end;
    struct arena arena;
    struct column *columns; /* DUST_MAX_COLUMNS of them: what is there never moves */
    const char **names;
    struct key_index originals; /* number n: column n's own name */
    struct buf scratch;
    pthread_mutex_t mutex;
    struct dust_table table; /* guarded when columns are added */
    struct buf description;  /* guarded: the request that tells Dust what table is now */
    uint64_t version;        /* guarded: of description; 0: there is none */
};

#define DUST_STREAM_TABLE_NONE KEY_INDEX_NONE

void dust_stream_table_init(struct dust_stream_table *t, enum front_end front_end);
void dust_stream_table_clean_up(struct dust_stream_table *t);

/* Reads the table from Dust, or makes it; *is_new: it was made, and is empty. Once, before all that
 * follows; on the api's thread, which may wait. False with *status. */
bool dust_stream_table_load(struct dust_stream_table *t, struct dust_api *api,
                            const struct table *table, bool *is_new, struct status *status);

/* Names the generation in the tags, from the next description on. */
bool dust_stream_table_set_generation(struct dust_stream_table *t, int64_t generation,
                                      struct status *status);

/* The place of the column that a member's name (a JSON string, quotes included) stands for;
 * DUST_STREAM_TABLE_NONE: there is none yet. hint: where it may be. */
size_t dust_stream_table_find(struct dust_stream_table *t, struct slice key, size_t hint);

/* Adds the members of a record (checked JSON) that are no columns yet, in their order. Those that
 * need no renaming choose their names first. False with *status, a Task: too many columns, or a
 * name that cannot be kept. */
bool dust_stream_table_learn(struct dust_stream_table *t, struct slice json, struct status *status);

/* For the sending thread: the version of the newest description. */
uint64_t dust_stream_table_version(struct dust_stream_table *t);

/* The same, and a copy of it in *body, an initialised buffer; made now when there is none yet.
 * Failure sticks to body. */
uint64_t dust_stream_table_copy_description(struct dust_stream_table *t, struct buf *body);

/* For the sending thread: the table as it is now; valid as long as t. */
struct dust_table dust_stream_table_now(struct dust_stream_table *t);

#endif
