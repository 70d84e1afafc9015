#include "frontends/airbyte/progress.h"

#include <inttypes.h>
#include <unistd.h>

enum { TERMINAL_EVERY_MS = 500, LOG_EVERY_MS = 10000, LINE_BYTES = 512 };

static const double MB = 1e6;

static void write_terminal(const struct progress *p, const char *line, size_t len) {
    ssize_t ignored = write(p->terminal_fd, line, len);
    (void)ignored; /* a person who closed the window must not end the sync */
}

void progress_init(struct progress *p, int terminal_fd, const struct clock *clock,
                   const struct log *log) {
    int64_t now = clock_monotonic_ms(clock);
    *p = (struct progress){
        .terminal_fd = terminal_fd, .clock = clock, .log = log, .started_ms = now, .told_ms = now};
}

/* Names come from the source: nothing of them may steer the terminal. */
static void plain_name(const struct stream *stream, char *name, size_t cap) {
    snprintf(name, cap, "%s%s%s", stream->table.schema, stream->table.schema[0] ? "." : "",
             stream->table.name);
    for (char *c = name; *c; c++) {
        *c = (unsigned char)*c < 0x20 || *c == 0x7F ? '?' : *c;
    }
}

static void tell(struct progress *p, const struct stream *stream, int64_t now) {
    char line[LINE_BYTES];
    char name[128] = "";
    double seconds = (double)(now - p->told_ms) / 1000.0;
    double rate = seconds > 0 ? (double)(p->records - p->told_records) / seconds : 0;
    if (stream) {
        plain_name(stream, name, sizeof name);
    }
    if (p->terminal_fd < 0) {
        log_event(p->log, LOG_INFO, "reading",
                  "records=%" PRIu64 " mb=%.1f records_per_s=%.0f stream=\"%s\" "
                  "stream_records=%" PRIu64,
                  p->records, (double)p->bytes / MB, rate, name, stream ? stream->records : 0);
    } else {
        int len = snprintf(
            line, sizeof line, "\r\033[K%" PRIu64 " records  %.1f MB  %.0f records/s  %s: %" PRIu64,
            p->records, (double)p->bytes / MB, rate, name, stream ? stream->records : 0);
        write_terminal(p, line, len < LINE_BYTES ? (size_t)len : LINE_BYTES - 1);
    }
    p->told_ms = now;
    p->told_records = p->records;
}

void progress_tick(struct progress *p, const struct stream *stream) {
    int64_t now = clock_monotonic_ms(p->clock);
    int64_t every = p->terminal_fd < 0 ? LOG_EVERY_MS : TERMINAL_EVERY_MS;
    if (now - p->told_ms >= every) {
        tell(p, stream, now);
    }
}

void progress_end(struct progress *p, const struct catalog *catalog) {
    char line[LINE_BYTES];
    char name[128];
    double seconds = (double)(clock_monotonic_ms(p->clock) - p->started_ms) / 1000.0;
    if (p->terminal_fd >= 0) {
        write_terminal(p, "\r\033[K", 4);
    }
    for (size_t i = 0; i < catalog->n_streams; i++) {
        const struct stream *stream = &catalog->streams[i];
        if (stream->records == 0) {
            continue;
        }
        double rate = seconds > 0 ? (double)stream->records / seconds : 0;
        plain_name(stream, name, sizeof name);
        log_event(p->log, LOG_INFO, "stream_finished",
                  "stream=\"%s\" records=%" PRIu64 " mb=%.1f records_per_s=%.0f", name,
                  stream->records, (double)stream->bytes / MB, rate);
        if (p->terminal_fd >= 0) {
            int len =
                snprintf(line, sizeof line, "%s: %" PRIu64 " records  %.1f MB  %.0f records/s\n",
                         name, stream->records, (double)stream->bytes / MB, rate);
            write_terminal(p, line, len < LINE_BYTES ? (size_t)len : LINE_BYTES - 1);
        }
    }
}
