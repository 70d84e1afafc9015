#include "base/log.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

struct log log_with(const struct log *parent, const char *format, ...) {
    struct log log = *parent;
    char pairs[LOG_CONTEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    /* A context that does not fit is cut: a log line is never worth failing for. */
    if (snprintf(log.context, sizeof log.context, "%s %s", parent->context, pairs) < 0) {
        log.context[0] = '\0';
    }
    return log;
}

void log_event(const struct log *log, enum log_level level, const char *event, const char *format,
               ...) {
    if (!log || level < log->min_level) {
        return;
    }
    char pairs[LOG_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(pairs, sizeof pairs, format, args);
    va_end(args);
    char message[LOG_MESSAGE_BYTES + LOG_CONTEXT_BYTES + 64];
    snprintf(message, sizeof message, "%s%s%s%s", event, pairs[0] ? " " : "", pairs, log->context);
    utf8_repair(message); /* what was too long is cut anywhere */
    log->sink->write(log->sink->context, level, message);
}

bool log_level_parse(const char *text, enum log_level *level) {
    static const struct {
        const char *name;
        enum log_level level;
    } names[] = {
        {"debug", LOG_DEBUG},  {"info", LOG_INFO},     {"warning", LOG_WARNING},
        {"warn", LOG_WARNING}, {"severe", LOG_SEVERE}, {"error", LOG_SEVERE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(text, names[i].name) == 0) {
            *level = names[i].level;
            return true;
        }
    }
    return false;
}
