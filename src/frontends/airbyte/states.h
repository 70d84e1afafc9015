/* STATE messages that wait until the records before them are durable; echoed in order, every one of
 * them, byte for byte but for destinationStats (contracts/airbyte.md, rules 3 and 4). Inside the
 * room. */
#ifndef FRONTENDS_AIRBYTE_STATES_H
#define FRONTENDS_AIRBYTE_STATES_H

#include "frontends/airbyte/catalog.h"
#include "frontends/airbyte/message.h"
#include "frontends/airbyte/output.h"

struct pending_state;

struct states {
    struct pending_state *first;
    struct pending_state *last;
    size_t bytes; /* of the lines that wait */
};

void states_clean_up(struct states *states);

/* Keeps a copy of the line. stream: whose records it speaks of; NULL: of all streams' when
 * message->scope says so, else of none (a stream that is not in the catalog). n_records is what
 * recordCount will say. */
bool states_add(struct states *states, struct slice line, const struct message *message,
                const struct stream *stream, uint64_t n_records, struct status *status);

/* Echoes states from the first on, up to one whose records are not all durable. *n_echoed (may be
 * NULL) counts. False with *status when the output is gone. */
bool states_echo(struct states *states, struct writer *writer, const struct catalog *catalog,
                 struct output *output, uint64_t *n_echoed, struct status *status);

static inline bool states_are_waiting(const struct states *states) {
    return states->first != NULL;
}

#endif
