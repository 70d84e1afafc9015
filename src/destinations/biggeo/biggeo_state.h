/* Inside BigGeo: what all calls of a process share. Any thread. */
#ifndef DESTINATIONS_BIGGEO_STATE_H
#define DESTINATIONS_BIGGEO_STATE_H

#include "destinations/biggeo/biggeo.h"

#include <stdint.h>

/* A `_fivetran_op_at`: now_us, or one more than the last given when the clock has not moved on.
 * Strictly increasing in a process. */
int64_t biggeo_state_next_op_at(struct biggeo_state *state, int64_t now_us);

/* What is known of a second final post for a table (contracts/biggeo.md, "Unknown"). */
enum biggeo_finals {
    BIGGEO_FINALS_NONE,    /* no final has been sent to it by this process */
    BIGGEO_FINALS_ONE,     /* one: nothing can be told yet */
    BIGGEO_FINALS_APPEND,  /* a later final left older rows in place */
    BIGGEO_FINALS_REPLACE, /* a later final replaced older rows: send no more */
    BIGGEO_FINALS_UNCLEAR, /* looked, and could not tell */
};

/* key names account and table, see biggeo_scope_append. */
enum biggeo_finals biggeo_state_finals(struct biggeo_state *state, struct slice key);

/* Remembers; false: no memory (then the table is as if never seen). REPLACE is never taken back. */
bool biggeo_state_set_finals(struct biggeo_state *state, struct slice key,
                             enum biggeo_finals finals);

/* Of several sessions of a table that end at the same time, tells one that it is the first, and
 * remembers one row of it, by its `_fivetran_op_at`. True: this is the first final. */
bool biggeo_state_first_final(struct biggeo_state *state, struct slice key, int64_t op_at);

/* The row that biggeo_state_first_final remembered; 0: none. */
int64_t biggeo_state_first_row(struct biggeo_state *state, struct slice key);

#endif
