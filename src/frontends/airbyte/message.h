/* One line of the platform, read in one pass as slices of it. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_MESSAGE_H
#define FRONTENDS_AIRBYTE_MESSAGE_H

#include "base/slice.h"

#include <stdint.h>

enum message_kind {
    MESSAGE_RECORD,
    MESSAGE_STATE,
    MESSAGE_COMPLETE,  /* TRACE STREAM_STATUS COMPLETE */
    MESSAGE_OTHER,     /* an Airbyte message that is not for us, or of a type we do not know */
    MESSAGE_TOO_DEEP,  /* nested deeper than JSON_MAX_DEPTH, so that nobody knows what it says */
    MESSAGE_MALFORMED, /* none: not JSON, no type, or without what its type requires */
};

/* Which records a STATE speaks of. */
enum state_scope { STATE_OF_STREAM, STATE_OF_ALL };

/* All slices are of the line. Names stand as between their quotes, escapes and all
 * (message_name). */
struct message {
    enum message_kind kind;
    struct slice stream;    /* RECORD, COMPLETE, STATE of a stream */
    struct slice schema;    /* the namespace; empty: none */
    struct slice data;      /* RECORD: the object, checked */
    int64_t emitted_at_ms;  /* RECORD; EMITTED_AT_UNKNOWN: not said */
    enum state_scope scope; /* STATE */
    /* STATE: what replaces line[cut, resume) is `before`, {"recordCount":N} and nothing else. */
    size_t cut;
    size_t resume;
    const char *before;
};

/* Reads a line without its newline. Pure. */
void message_parse(struct slice line, struct message *message);

#endif
