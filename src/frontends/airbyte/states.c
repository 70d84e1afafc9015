#include "frontends/airbyte/states.h"

#include <inttypes.h>
#include <stdlib.h>

enum { COUNT_BYTES = 64 };

struct pending_state {
    struct pending_state *next;
    const struct stream *stream;
    bool of_all;
    uint64_t n_records;
    size_t cut; /* see struct message */
    size_t resume;
    const char *before;
    size_t len;
    char line[];
};

void states_clean_up(struct states *states) {
    while (states->first) {
        struct pending_state *next = states->first->next;
        free(states->first);
        states->first = next;
    }
    *states = (struct states){0};
}

bool states_add(struct states *states, struct slice line, const struct message *message,
                const struct stream *stream, uint64_t n_records, struct status *status) {
    struct pending_state *state = malloc(sizeof *state + line.len);
    if (!state) {
        return status_no_memory(status, "keeping a state");
    }
    *state = (struct pending_state){
        .stream = stream,
        .of_all = message->scope == STATE_OF_ALL,
        .n_records = n_records,
        .cut = message->cut,
        .resume = message->resume,
        .before = message->before,
        .len = line.len,
    };
    memcpy(state->line, line.data, line.len);
    if (states->last) {
        states->last->next = state;
    } else {
        states->first = state;
    }
    states->last = state;
    states->bytes += line.len;
    return true;
}

static bool all_durable(struct writer *writer, const struct catalog *catalog) {
    for (size_t i = 0; i < catalog->n_streams; i++) {
        if (!writer_is_durable(writer, catalog->streams[i].writer)) {
            return false;
        }
    }
    return true;
}

static bool echo(struct output *output, const struct pending_state *state) {
    char count[COUNT_BYTES];
    int len = snprintf(count, sizeof count, "{\"recordCount\":%" PRIu64 ".0}", state->n_records);
    const struct slice parts[] = {
        slice_make(state->line, state->cut),
        slice_of(state->before),
        slice_make(count, (size_t)len),
        slice_make(state->line + state->resume, state->len - state->resume),
    };
    return output_line(output, parts, sizeof parts / sizeof parts[0]);
}

bool states_echo(struct states *states, struct writer *writer, const struct catalog *catalog,
                 struct output *output, uint64_t *n_echoed, struct status *status) {
    bool everything = states->first && all_durable(writer, catalog);
    while (states->first) {
        struct pending_state *state = states->first;
        bool durable =
            everything || (!state->of_all &&
                           (!state->stream || writer_is_durable(writer, state->stream->writer)));
        if (!durable) {
            return true;
        }
        if (!echo(output, state)) {
            return status_fail(status, STATUS_INTERNAL,
                               "the output cannot be written: nobody reads it any more");
        }
        if (n_echoed) {
            ++*n_echoed;
        }
        states->bytes -= state->len;
        states->first = state->next;
        states->last = states->first ? states->last : NULL;
        free(state);
    }
    return true;
}
