/* When a sync makes durable what was read, and echoes the states that this allows
 * (contracts/airbyte.md, rules 3, 4 and 6). Inside the room. */
#ifndef FRONTENDS_AIRBYTE_COMMITTER_H
#define FRONTENDS_AIRBYTE_COMMITTER_H

#include "frontends/airbyte/states.h"
#include "settings/settings.h"

/* The first members are borrowed, and set by whoever makes it; all else begins as zero. */
struct committer {
    struct writer *writer;
    const struct catalog *catalog;
    const struct settings *settings;
    const struct clock *clock;
    const struct log *log;
    struct output *output;
    int64_t committed_ms; /* when the last commit ended; at first, when the sync began */
    uint64_t n_records;   /* read since then; whoever reads them counts */
    uint64_t n_echoed;    /* states */
    struct states states;
};

void committer_clean_up(struct committer *committer);

/* Takes a STATE, which is echoed now or later: see states_add. False as committer_commit. */
bool committer_add_state(struct committer *committer, struct slice line,
                         const struct message *message, const struct stream *stream,
                         uint64_t n_records, struct status *status);

/* Commits if states wait and it is time to, or memory asks for it; echoes them at once when nothing
 * was read that is not durable. False as committer_commit. */
bool committer_commit_if_due(struct committer *committer, struct status *status);

/* Makes everything durable that was read, and echoes the states that allows. at_end: nothing
 * follows, so that a stream which replaces its table and brought nothing empties it. False with
 * *status; what is durable all the same is echoed. Blocks. */
bool committer_commit(struct committer *committer, bool at_end, struct status *status);

#endif
