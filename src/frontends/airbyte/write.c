#include "frontends/airbyte/airbyte.h"
#include "frontends/airbyte/committer.h"
#include "frontends/airbyte/connection.h"
#include "frontends/airbyte/line_reader.h"
#include "frontends/airbyte/progress.h"
#include "json/json_scan.h"
#include "json/json_value.h"

#include <inttypes.h>

enum {
    MAX_OPEN_BYTES = 64 * 1024 * 1024, /* of all open batches */
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
    struct committer committer;
    struct notice notice;
    struct progress progress;
    struct buf schema_text; /* names that were written with escapes */
    struct buf name_text;
    const struct stream *at_hand; /* of the last record */
    uint64_t since_global;        /* records of all streams since the last STATE of all */
    uint64_t n_malformed;
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
    s->committer.n_records++;
    s->at_hand = stream;
    s->progress.records++;
    s->progress.bytes += m->data.len;
    if (s->progress.records % TICK_EVERY != 0) {
        return true;
    }
    progress_tick(&s->progress, stream);
    return committer_commit_if_due(&s->committer, status);
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
    return committer_add_state(&s->committer, line, m, stream, count, status);
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
    case MESSAGE_TOO_DEEP:
        return status_fail(status, STATUS_TASK,
                           "The source sent a message that is nested more than %d levels deep, the "
                           "most that is taken. Make the record flatter at the source, or leave "
                           "its deep field out of the sync.",
                           JSON_MAX_DEPTH);
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
            if (!committer_commit_if_due(&s->committer, status)) {
                return false;
            }
            progress_tick(&s->progress, s->at_hand);
            break;
        case LINE_END:
            return committer_commit(&s->committer, true, status);
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
    s->committer = (struct committer){
        .writer = s->writer,
        .catalog = &s->catalog,
        .settings = &c->settings,
        .clock = s->progress.clock,
        .log = &c->log,
        .output = &c->output,
        .committed_ms = s->progress.started_ms,
    };
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
              s->committer.n_echoed,
              (double)(clock_monotonic_ms(s->progress.clock) - s->progress.started_ms) / 1000.0);
}

static void sync_clean_up(struct sync *s) {
    line_reader_clean_up(&s->reader);
    committer_clean_up(&s->committer);
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
