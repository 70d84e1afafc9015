#include "frontends/airbyte/airbyte.h"
#include "frontends/airbyte/connection.h"
#include "frontends/airbyte/line_reader.h"
#include "frontends/airbyte/progress.h"
#include "frontends/airbyte/states.h"
#include "json/json_value.h"

#include <inttypes.h>

enum {
    MAX_OPEN_BYTES = 64 * 1024 * 1024,  /* of all open batches */
    MAX_STATE_BYTES = 64 * 1024 * 1024, /* of states that wait: more are worth a commit */
    MAX_NAME_BYTES = 64 * 1024,
    TICK_EVERY = 256, /* records */
    IDLE_MS = 500,    /* how often to look up while nothing comes */
};

/* One `write`. */
struct sync {
    struct connection connection;
    struct catalog catalog;
    struct writer *writer;
    struct line_reader reader;
    struct states states;
    struct notice notice;
    struct progress progress;
    struct buf schema_text; /* names that were written with escapes */
    struct buf name_text;
    const struct stream *at_hand; /* of the last record */
    int64_t committed_ms;
    uint64_t since_global; /* records of all streams since the last STATE of all */
    uint64_t since_commit;
    uint64_t n_malformed;
    uint64_t n_echoed;
};

/* --- names --- */

/* A name as it stands between its quotes, without its escapes. */
static struct slice plain_name(struct slice raw, struct buf *text) {
    if (raw.len == 0 || !memchr(raw.data, '\\', raw.len)) {
        return raw;
    }
    struct status ignored = STATUS_INIT;
    struct slice plain = {"", 0};
    struct json_value *value = json_parse(slice_make(raw.data - 1, raw.len + 2), &ignored);
    json_text(value, &plain);
    buf_reset(text);
    buf_append_slice(text, plain);
    json_destroy(value);
    return buf_slice(text);
}

static struct stream *find_stream(struct sync *s, const struct message *m, struct slice *schema,
                                  struct slice *name) {
    *schema = plain_name(m->schema, &s->schema_text);
    *name = plain_name(m->stream, &s->name_text);
    return catalog_find(&s->catalog, *schema, *name);
}

/* --- commit --- */

/* Whether the stream's older rows go though it brought nothing (struct stream_mode). */
static bool empties_table(const struct stream *stream) {
    return stream->records == 0 && stream->mode.replaces &&
           (stream->mode.mode == WRITE_OVERWRITE || stream->mode.complete);
}

/* Makes everything durable that was read, and echoes the states that allows. What is durable is
 * echoed even when something else fails. */
static bool commit(struct sync *s, bool at_end, struct status *status) {
    struct status wait_status = STATUS_INIT;
    struct status echo_status = STATUS_INIT;
    bool ok = true;
    for (size_t i = 0; ok && i < s->catalog.n_streams; i++) {
        const struct stream *stream = &s->catalog.streams[i];
        ok = writer_finish(s->writer, stream->writer, at_end && empties_table(stream), status);
    }
    bool waited = writer_wait(s->writer, &wait_status);
    if (ok && !waited) {
        *status = wait_status;
    }
    ok = ok && waited;
    bool echoed = states_echo(&s->states, s->writer, &s->catalog, &s->connection.output,
                              &s->n_echoed, &echo_status);
    if (ok && !echoed) {
        *status = echo_status;
    }
    const struct log *log = &s->connection.log;
    log_event(log, LOG_INFO, ok ? "committed" : "commit_failed",
              "records=%" PRIu64 " states_echoed=%" PRIu64, s->since_commit, s->n_echoed);
    s->since_commit = 0;
    s->committed_ms = clock_monotonic_ms(s->progress.clock);
    return ok && echoed;
}

/* Whether a commit is due, states waiting. */
static bool is_due(const struct sync *s) {
    const struct settings *settings = &s->connection.settings;
    if (s->states.bytes > MAX_STATE_BYTES) {
        return true;
    }
    return settings->commit == COMMIT_STATE &&
           clock_monotonic_ms(s->progress.clock) - s->committed_ms >=
               settings->commit_interval_seconds * 1000;
}

static bool commit_if_due(struct sync *s, struct status *status) {
    if (!states_are_waiting(&s->states)) {
        return true;
    }
    if (s->since_commit == 0) { /* nothing was read that is not durable */
        return states_echo(&s->states, s->writer, &s->catalog, &s->connection.output, &s->n_echoed,
                           status);
    }
    return !is_due(s) || commit(s, false, status);
}

/* --- messages --- */

static bool take_record(struct sync *s, const struct message *m, struct status *status) {
    struct slice schema;
    struct slice name;
    struct stream *stream = find_stream(s, m, &schema, &name);
    if (!stream) {
        return status_fail(status, STATUS_TASK,
                           "The source sent a record of the stream \"%.*s\" (namespace \"%.*s\"), "
                           "which is not in the configured catalog. Refresh the source's schema in "
                           "the connection's settings.",
                           SLICE_ARG(name), SLICE_ARG(schema));
    }
    const struct record record = {
        .operation = RECORD_UPSERT, .json = m->data, .emitted_at_ms = m->emitted_at_ms};
    if (!writer_add(s->writer, stream->writer, &record, status)) {
        return false;
    }
    stream->records++;
    stream->bytes += m->data.len;
    stream->since_state++;
    s->since_global++;
    s->since_commit++;
    s->at_hand = stream;
    s->progress.records++;
    s->progress.bytes += m->data.len;
    if (s->progress.records % TICK_EVERY == 0) {
        progress_tick(&s->progress, stream);
    }
    return true;
}

static void warn_unknown(const struct sync *s, const char *what, struct slice schema,
                         struct slice name) {
    log_event(&s->connection.log, LOG_WARNING, "unknown_stream",
              "message=%s stream=\"%.*s\" namespace=\"%.*s\" "
              "reason=\"it is not in the configured catalog\"",
              what, SLICE_ARG(name), SLICE_ARG(schema));
}

static bool take_state(struct sync *s, struct slice line, const struct message *m,
                       struct status *status) {
    struct stream *stream = NULL;
    uint64_t count = 0;
    if (m->scope == STATE_OF_ALL) {
        count = s->since_global;
        s->since_global = 0;
    } else {
        struct slice schema;
        struct slice name;
        stream = find_stream(s, m, &schema, &name);
        if (stream) {
            count = stream->since_state;
            stream->since_state = 0;
        } else {
            warn_unknown(s, "STATE", schema, name);
        }
    }
    return states_add(&s->states, line, m, stream, count, status) && commit_if_due(s, status);
}

static void take_complete(struct sync *s, const struct message *m) {
    struct slice schema;
    struct slice name;
    struct stream *stream = find_stream(s, m, &schema, &name);
    if (stream) {
        stream->mode.complete = true;
    } else {
        warn_unknown(s, "COMPLETE", schema, name);
    }
}

/* Says so for the first of them, and for 1, 10, 100, … */
static void count_malformed(struct sync *s, struct slice line) {
    uint64_t n = ++s->n_malformed;
    while (n >= 10 && n % 10 == 0) {
        n /= 10;
    }
    if (n == 1) {
        log_event(&s->connection.log, LOG_WARNING, "line_skipped",
                  "bytes=%zu skipped=%" PRIu64 " reason=\"it is not an Airbyte message\"", line.len,
                  s->n_malformed);
    }
}

static bool is_blank(struct slice line) {
    size_t at = 0;
    while (at < line.len &&
           (line.data[at] == ' ' || line.data[at] == '\r' || line.data[at] == '\t')) {
        at++;
    }
    return at == line.len;
}

static bool take_line(struct sync *s, struct slice line, struct status *status) {
    struct message m;
    message_parse(line, &m);
    switch (m.kind) {
    case MESSAGE_RECORD:
        return take_record(s, &m, status);
    case MESSAGE_STATE:
        return take_state(s, line, &m, status);
    case MESSAGE_COMPLETE:
        take_complete(s, &m);
        return true;
    case MESSAGE_OTHER:
        return true;
    case MESSAGE_MALFORMED:
        break;
    }
    if (!is_blank(line)) {
        count_malformed(s, line);
    }
    return true;
}

static bool take_all(struct sync *s, struct status *status) {
    struct slice line;
    for (;;) {
        switch (line_reader_next(&s->reader, IDLE_MS, &line, status)) {
        case LINE_READ:
            if (!take_line(s, line, status)) {
                return false;
            }
            break;
        case LINE_NONE_YET:
            if (!commit_if_due(s, status)) {
                return false;
            }
            progress_tick(&s->progress, s->at_hand);
            break;
        case LINE_END:
            return commit(s, true, status);
        case LINE_FAILED:
            return false;
        }
    }
}

/* --- a sync from its beginning to its end --- */

static bool open_streams(struct sync *s, struct status *status) {
    struct connection *c = &s->connection;
    const struct writer_options options = {
        .destination = &c->destination,
        .attempt = &c->attempt,
        .cancel = c->airbyte->cancel,
        .clock = c->airbyte->destinations->clock,
        .log = &c->log,
        .notice = &s->notice,
        .max_open_bytes = MAX_OPEN_BYTES,
    };
    s->writer = writer_new(&options, status);
    if (!s->writer) {
        return false;
    }
    for (size_t i = 0; i < s->catalog.n_streams; i++) {
        struct stream *stream = &s->catalog.streams[i];
        stream->writer = writer_open(s->writer, &stream->table, &stream->mode, status);
        if (!stream->writer) {
            return false;
        }
    }
    log_event(&c->log, LOG_INFO, "write_started", "destination=%s streams=%zu version=%s",
              c->destination.ops->name, s->catalog.n_streams, BIGDUST_VERSION);
    return true;
}

/* Ends the sending thread, which logs nothing after that. */
static struct delivery_report stop_writer(struct sync *s, bool ok) {
    struct delivery_report report = {0};
    if (!ok) {
        cancel_fire(s->connection.airbyte->cancel, CANCEL_CALLER); /* nothing is worth sending */
    }
    if (s->writer) {
        report = writer_report(s->writer);
        writer_destroy(s->writer);
        s->writer = NULL;
    }
    return report;
}

static void log_end(const struct sync *s, struct delivery_report report,
                    const struct status *status) {
    const struct log *log = &s->connection.log;
    if (s->n_malformed > 0) {
        log_event(log, LOG_WARNING, "lines_skipped",
                  "count=%" PRIu64 " reason=\"they are not Airbyte messages\"", s->n_malformed);
    }
    if (s->notice.text[0]) {
        log_event(log, LOG_WARNING, "notice", "text=\"%s\"", s->notice.text);
    }
    log_event(log, status->code == STATUS_OK ? LOG_INFO : LOG_SEVERE, "write_finished",
              "outcome=%s records=%" PRIu64 " batches=%" PRIu64 " bytes=%" PRIu64
              " states_echoed=%" PRIu64 " seconds=%.3f",
              status_code_name(status->code), report.records, report.batches, report.bytes,
              s->n_echoed,
              (double)(clock_monotonic_ms(s->progress.clock) - s->progress.started_ms) / 1000.0);
}

static void sync_clean_up(struct sync *s) {
    line_reader_clean_up(&s->reader);
    states_clean_up(&s->states);
    catalog_clean_up(&s->catalog);
    buf_clean_up(&s->schema_text);
    buf_clean_up(&s->name_text);
    connection_clean_up(&s->connection);
}

int airbyte_write(const struct airbyte *airbyte, const char *config_path,
                  const char *catalog_path) {
    struct sync s = {.reader = {.wake_fd = -1}};
    struct status status = STATUS_INIT;
    connection_init(&s.connection, airbyte);
    buf_init(&s.schema_text, MAX_NAME_BYTES);
    buf_init(&s.name_text, MAX_NAME_BYTES);
    progress_init(&s.progress, airbyte->terminal_fd, airbyte->destinations->clock,
                  &s.connection.log);
    s.committed_ms = s.progress.started_ms;
    bool ok = connection_open(&s.connection, config_path, ATTEMPT_POLICY_DEFAULT, airbyte->cancel,
                              &status) &&
              catalog_read(&s.catalog, catalog_path, &status) && open_streams(&s, &status) &&
              line_reader_init(&s.reader, airbyte->in_fd, airbyte->cancel, &status) &&
              take_all(&s, &status);
    const struct delivery_report report = stop_writer(&s, ok);
    progress_end(&s.progress, &s.catalog);
    log_end(&s, report, &status);
    if (!ok) {
        output_error(&s.connection.output, &status);
    }
    sync_clean_up(&s);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
