/* Logs are events: a name and key=value pairs. Never a record value, a key or a secret setting.
 *
 * A `struct log` is small and passed down by pointer; log_with() makes one for a call that adds the
 * call's own keys to every line. The front end chooses the sink, and so the format. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_SEVERE };

struct log_sink {
    /* Writes one event whole; message is `event key=value …`, UTF-8, without a newline. Any
     * thread; the sink serialises. */
    void (*write)(void *context, enum log_level level, const char *message);
    void *context;
};

enum { LOG_CONTEXT_BYTES = 256, LOG_MESSAGE_BYTES = 2048 };

struct log {
    const struct log_sink *sink;
    enum log_level min_level;
    char context[LOG_CONTEXT_BYTES]; /* " key=value …", put behind every message; may be empty */
};

/* A log with further context behind the parent's: log_with(&parent, "rpc=%s table=%s", …). */
struct log log_with(const struct log *parent, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* log_event(log, LOG_INFO, "batch_delivered", "records=%zu bytes=%zu", …). event is snake_case;
 * the pairs may be "". log may be NULL: nothing is written. Values with spaces go in quotes by the
 * caller. Any thread. */
void log_event(const struct log *log, enum log_level level, const char *event, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

/* "debug", "info", "warning", "severe" (any case; "warn" and "error" too) to a level. */
bool log_level_parse(const char *text, enum log_level *level);

#endif
