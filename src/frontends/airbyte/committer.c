#include "frontends/airbyte/committer.h"

#include <inttypes.h>

enum { MAX_STATE_BYTES = 64 * 1024 * 1024 }; /* of states that wait: more are worth a commit */

void committer_clean_up(struct committer *c) {
    states_clean_up(&c->states);
}

/* Whether the stream's older rows go though it brought nothing (struct stream_mode). */
static bool empties_table(const struct stream *stream) {
    return stream->records == 0 && stream->mode.replaces &&
           (stream->mode.mode == WRITE_OVERWRITE || stream->mode.complete);
}

static bool finish_streams(struct committer *c, bool at_end, struct status *status) {
    bool ok = true;
    for (size_t i = 0; ok && i < c->catalog->n_streams; i++) {
        const struct stream *stream = &c->catalog->streams[i];
        ok = writer_finish(c->writer, stream->writer, at_end && empties_table(stream), status);
    }
    return ok;
}

static bool echo(struct committer *c, struct status *status) {
    return states_echo(&c->states, c->writer, c->catalog, c->output, &c->n_echoed, status);
}

bool committer_commit(struct committer *c, bool at_end, struct status *status) {
    /* Each step is taken whatever became of the one before; the first failure is told. */
    struct status later = STATUS_INIT;
    bool ok = finish_streams(c, at_end, status);
    ok = writer_wait(c->writer, ok ? status : &later) && ok;
    bool echoed = echo(c, ok ? status : &later);
    log_event(c->log, LOG_INFO, ok ? "committed" : "commit_failed",
              "records=%" PRIu64 " states_echoed=%" PRIu64, c->n_records, c->n_echoed);
    c->n_records = 0;
    c->committed_ms = clock_monotonic_ms(c->clock);
    return ok && echoed;
}

/* Whether a commit is due, states waiting. */
static bool is_due(const struct committer *c) {
    return c->states.bytes > MAX_STATE_BYTES ||
           (c->settings->commit == COMMIT_STATE && clock_monotonic_ms(c->clock) - c->committed_ms >=
                                                       c->settings->commit_interval_seconds * 1000);
}

bool committer_commit_if_due(struct committer *c, struct status *status) {
    if (!states_are_waiting(&c->states)) {
        return true;
    }
    if (c->n_records == 0) { /* nothing was read that is not durable */
        return echo(c, status);
    }
    return !is_due(c) || committer_commit(c, false, status);
}

bool committer_add_state(struct committer *c, struct slice line, const struct message *m,
                         const struct stream *stream, uint64_t n_records, struct status *status) {
    return states_add(&c->states, line, m, stream, n_records, status) &&
           committer_commit_if_due(c, status);
}
