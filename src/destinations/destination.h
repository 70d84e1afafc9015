/* What a destination can do, BigGeo or Dust. Adding one: write a struct destination_ops and name it
 * in registry.c. A destination turns records into request bodies and answers into verdicts; it
 * never sleeps, retries, drops or acknowledges. */
#ifndef DESTINATIONS_DESTINATION_H
#define DESTINATIONS_DESTINATION_H

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "destinations/api.h"
#include "settings/settings.h"
#include "table/record.h"
#include "table/stream_mode.h"

#include <stdatomic.h>

struct catalogue;
struct biggeo_state;
struct row_store;

/* What the process has learned about Dust's API; all zero at first. */
struct dust_state {
    atomic_bool hyphenated; /* documents are found under `data-sources` (destinations/dust_api.h) */
};

/* What all calls of a process share; made once by main. */
struct destination_shared {
    const struct clock *clock;
    const struct random *random;
    struct catalogue *catalogue;
    struct biggeo_state *biggeo; /* op_at counter, finals seen per table */
    struct dust_state dust;
};

/* One call's view of a destination; on the caller's stack. */
struct destination {
    const struct destination_ops *ops;
    const struct settings *settings;
    struct destination_shared *shared;
    const struct log *log;
    struct api *api;
    /* For open_session: what becomes of the table as a whole, and how its records are keyed;
     * outlives the session. NULL: the front end sends operations instead (Fivetran). */
    const struct stream_mode *stream;
};

/* What the customer should read though the call succeeded; and counts for the report. */
enum { NOTICE_BYTES = 1024 };
struct notice {
    char text[NOTICE_BYTES]; /* "" : nothing; several are joined by a space */
};
void notice_add(struct notice *notice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Values of a table that JSON has no numbers for; nothing when there are none. */
void notice_not_finite(struct notice *notice, const struct table *table, uint64_t n_values);

struct batch_caps {
    size_t max_records; /* per request */
    size_t max_bytes;   /* of a request body, to the byte */
    size_t hard_bytes;  /* the API takes no body over this; a lone record may reach it */
};

/* What to do when a batch's outcome is UNKNOWN (architecture, rule 4). */
enum on_unknown {
    ON_UNKNOWN_REPEAT,  /* storing twice is harmless */
    ON_UNKNOWN_RESTART, /* abandon what was sent: begin() again and read the source from the start
                         */
};

/* Writing records of one table in one call.
 * encode, open_body and close_body are called from the reading thread; post from the sending
 * thread, begin and finish when the other is idle. */
struct write_session {
    const struct write_session_ops *ops;
    struct batch_caps caps;
    enum on_unknown on_unknown;
};

struct write_session_ops {
    /* How many records will come, told once before begin when the source can be read twice. NULL:
     * the session need not know. */
    void (*expect)(struct write_session *session, uint64_t n_records);
    /* Starts (again, after an UNKNOWN): forgets what was sent so far. */
    bool (*begin)(struct write_session *session, struct status *status);
    /* The request body around the records, which are joined by commas. The closing of the last
     * batch may differ from the others' (BigGeo: a STATE chunk); it need not fit: then an empty
     * batch follows. */
    void (*open_body)(struct write_session *session, struct buf *body);
    void (*close_body)(struct write_session *session, bool has_records, bool last,
                       struct buf *body);
    /* A batch is complete, and closed next; called once for each. False with *status: it must not
     * be sent. NULL: it always may. */
    bool (*check_batch)(struct write_session *session, struct status *status);
    /* Appends one record. False with *status (DATA_LOSS: a value its type forbids), body as before.
     */
    bool (*encode)(struct write_session *session, const struct record *record, struct buf *body,
                   struct status *status);
    /* The request that carries a finished body; *call stays valid until the next post. */
    void (*post)(struct write_session *session, struct slice body, size_t n_records,
                 struct api_call *call);
    /* The next request of the same batch, when one is not enough (a document each); asked for after
     * every acknowledged one. False: the batch is through. NULL: post's is all there is. */
    bool (*follow)(struct write_session *session, struct api_call *call);
    /* A batch was refused for good, or its tries are used up: looks into it (a few requests), and
     * may put better words, and another code, into *status. Not asked when the call was cancelled.
     * NULL: what it says stands. */
    void (*explain)(struct write_session *session, struct status *status);
    /* The key of an encoded record, for an error text; cut to cap bytes. NULL: cannot say. */
    void (*key_text)(struct write_session *session, struct slice record, char *text, size_t cap);
    /* Before finish, on the thread that posts: starts what finish waits for, so that it goes on
     * while other sessions send and start theirs. finish does it too when it was not asked for.
     * NULL: there is no such wait. */
    bool (*begin_finish)(struct write_session *session, struct status *status);
    /* After every batch was acknowledged, and only if there was one: makes it durable. Warnings go
     * into notice. */
    bool (*finish)(struct write_session *session, struct notice *notice, struct status *status);
    void (*destroy)(struct write_session *session);
};

enum table_presence { TABLE_ABSENT, TABLE_PRESENT };

struct destination_ops {
    const char *name; /* the value of the setting `destination` */
    /* A truncate is a record among the others; this is what the customer should know about it. */
    const char *truncate_warning;
    /* What to do instead of history mode, for a Task; NULL: it works, or its records are appended.
     */
    const char *history_refusal;
    bool (*test)(struct destination *d, const char *name, struct status *status);
    /* A session for one call's records of the table. NULL with *status. notice may be added to
     * while encoding (counts of changed values) and by finish. */
    struct write_session *(*open_session)(struct destination *d, const struct table *table,
                                          struct notice *notice, struct status *status);
    /* *found NULL: no such table. Else a table to be freed with table_copy_destroy. */
    bool (*describe)(struct destination *d, struct slice schema, struct slice name,
                     struct table **found, struct status *status);
    bool (*create)(struct destination *d, const struct table *table, struct status *status);
    bool (*alter)(struct destination *d, const struct table *table, bool drop_columns,
                  struct notice *notice, struct status *status);
    /* Whether anything was ever written to it. */
    bool (*exists)(struct destination *d, struct slice schema, struct slice name,
                   enum table_presence *presence, struct status *status);
    bool (*drop)(struct destination *d, struct slice schema, struct slice name,
                 struct notice *notice, struct status *status);
    /* A table whose rows can be read, for its close(). *store NULL: no such table. NULL here: this
     * destination cannot read rows, and open_session takes records of every operation; else
     * open_session takes RECORD_UPSERT alone, and a table that is missing, or lacks columns of
     * the one given, is made to have them (destinations/row_store.h). */
    bool (*open_rows)(struct destination *d, struct slice schema, struct slice name,
                      struct row_store **store, struct status *status);
    /* With open_rows: rows can be written again as a change of their table's columns asks for, so
     * Migrate is done, and AlterTable changes rows. Else AlterTable sets columns alone. */
    bool migrates;
};

/* The destination that settings name. */
const struct destination_ops *destination_find(const struct settings *settings);

#endif
