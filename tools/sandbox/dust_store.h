/* Dust's tables: what is known of each, its file, the files that wait, and when the worker is to
 * look (contract 1.2 and 2). One lock guards all; a table is reached with it held, by the functions
 * that take a `struct dust_table`. */
#ifndef SANDBOX_DUST_STORE_H
#define SANDBOX_DUST_STORE_H

#include "sandbox/dust_merge.h"
#include "sandbox/sandbox.h"

/* A table, or what outlived one: rows that wait stay when it is deleted. Never freed but by a
 * reset.
 */
struct dust_table {
    struct dust_table *next;
    char *source; /* the data source's name */
    char *id;
    bool exists;
    struct buf name;
    struct buf title;
    struct buf description;
    struct buf tags;       /* a JSON array */
    struct buf source_url; /* JSON: text or null */
    int64_t timestamp;
    int64_t created;
    bool has_schema;
    bool schema_stale;
    struct dust_schema schema;
    struct dust_image *image; /* NULL: no file */
    struct dust_file *files;  /* that wait, oldest first */
    size_t file_count;
    size_t file_cap;
    bool queued;       /* the worker is to look at it */
    int64_t active_ms; /* when it was queued last */
    int64_t wait_ms;   /* how long the worker leaves it alone after that */
    int64_t failing_since_ms;
    const char *error; /* of the latest merge; NULL: it went well */
    bool busy;         /* upstream's lock of the table is held */
    uint64_t looked;   /* the worker's look at which it was visited last */
};

struct dust_store {
    struct sandbox *sandbox;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t changed;
    struct dust_table *tables; /* in the order of their making */
    uint64_t random;
    uint64_t merges; /* passes so far */
    uint64_t look;   /* how often the worker has looked around */
    size_t users;    /* who hold tables while the lock is released */
    size_t flushes;  /* who want everything merged at once */
    bool stopped;
    pthread_t worker;
    bool has_worker;
};

struct dust_store *dust_store_new(struct sandbox *sandbox);
void dust_store_destroy(struct dust_store *store);
void dust_store_reset(struct dust_store *store);

/* The lock. */
void dust_store_lock(struct dust_store *store);
void dust_store_unlock(struct dust_store *store);

/* A table whether it exists or only has rows that wait; NULL: neither. With the lock held. */
struct dust_table *dust_store_find(struct dust_store *store, const char *source, const char *id);
/* The same, made when it is not there; NULL when memory is out. */
struct dust_table *dust_store_make(struct dust_store *store, const char *source, const char *id);

/* Upstream's lock of a table: waits until nobody else has it; releases the store's lock meanwhile.
 */
void dust_table_enter(struct dust_store *store, struct dust_table *table);
void dust_table_leave(struct dust_store *store, struct dust_table *table);

/* Queues a file, which is taken over, and wakes the worker. */
bool dust_table_queue(struct dust_store *store, struct dust_table *table, struct dust_image *image,
                      bool is_delete);
/* Forgets the first files that wait. */
void dust_table_drop_files(struct dust_table *table, size_t count);

/* Wakes who waits: the configuration changed. */
void dust_store_wake(struct dust_store *store);

/* A number from the seeded generator. */
uint64_t dust_store_random(struct dust_store *store);

/* The limits that hold now. */
struct dust_limits dust_store_limits(struct dust_store *store);

/* The worker's thread, and one pass over a table with the lock held (dust_worker.c). */
void *dust_worker_main(void *store);

/* Merges all that waits, now, whatever the configured delays say; what cannot be merged stays. With
 * the lock held. */
void dust_worker_flush(struct dust_store *store);

#endif
