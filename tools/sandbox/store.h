/* What was posted: sessions, their records, and which of them were exported. SQLite holds it; one
 * lock guards it, so every function may be called from any thread. */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include "base/buf.h"
#include "sandbox/rows.h"

#include <stdint.h>

struct store;

/* How exports behave; the contract leaves it open. */
struct store_rules {
    bool replace;         /* a second export of a table replaces the first; else it appends */
    int64_t lag_requests; /* reads of the table that do not see a new export yet */
    int64_t lag_ms;       /* and time for which nobody sees it */
    bool discard;         /* count records, keep none */
};

struct store_post {
    struct slice sync_id;
    struct slice table;
    struct slice rows; /* as rows_append made them; empty when discarding */
    size_t records;
    size_t states;
    bool is_final;
};

enum store_outcome {
    STORE_TAKEN,
    STORE_NO_SESSION,   /* a final post without records for a session that never was */
    STORE_WAS_EXPORTED, /* the session has had its final post */
    STORE_FAILED,       /* SQLite's error, logged to stderr */
};

/* A store in file; NULL or "" keeps it in memory. NULL with a line on stderr. */
struct store *store_new(const char *file);
void store_destroy(struct store *store);

/* Forgets everything. */
bool store_reset(struct store *store);

/* Forgets the sessions that were not exported, as a cache that expires does. */
bool store_expire(struct store *store);

/* Adds a post to its session and exports that when the post is the final one. *total is how many
 * records the session has then. */
enum store_outcome store_add(struct store *store, const struct store_post *post,
                             const struct store_rules *rules, uint64_t *total);

/* Where a reader of a table stands: behind the post that it read last. Starts zeroed. */
struct store_cursor {
    int64_t exported;
    int64_t post;
};

struct store_piece {
    struct buf rows; /* the records of one post */
    uint64_t records;
    char sync_id[64];
};

enum store_view {
    STORE_VISIBLE,  /* what get-data-source sees */
    STORE_EXPORTED, /* everything exported and not replaced, seen or not */
};

/* The next post with records of a table, in the order of exports and posts. skip: posts that lie
 * whole within the next *skip records are passed over, and *skip is lowered. False at the end. */
bool store_next(struct store *store, struct slice table, enum store_view view,
                struct store_cursor *cursor, uint64_t *skip, struct store_piece *piece);

/* Counts one read of the table against the lag; true when the table can be seen. */
bool store_look(struct store *store, struct slice table);

/* JSON arrays of all sessions, and of all tables. */
void store_list_sessions(struct store *store, struct buf *json);
void store_list_tables(struct store *store, struct buf *json);

#endif
