#include "base/utf8.h"
#include "frontends/fivetran/grpc_internal.h"

#include <grpc/support/log.h>

enum { TEXT_BYTES = 1024 };

/* The core has one log function for the whole process, hence one variable. Held while writing, so
 * that a log is out of use once it is detached. */
static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static const struct log *core_log;

/* A text that stands in quotes on one line: controls and quotes replaced, broken UTF-8 too. */
static void tidy(const char *message, char text[TEXT_BYTES]) {
    struct slice left = slice_of(message);
    size_t used = 0;
    while (left.len) {
        struct utf8_step step = utf8_step(left);
        if (used + step.len >= TEXT_BYTES) {
            break;
        }
        unsigned char c = (unsigned char)left.data[0];
        if (!step.valid) {
            text[used++] = '?';
        } else if (step.len == 1) {
            text[used++] = c < 0x20 || c == 0x7F ? ' ' : (char)(c == '"' ? '\'' : c);
        } else {
            memcpy(text + used, left.data, step.len);
            used += step.len;
        }
        left = slice_make(left.data + step.len, left.len - step.len);
    }
    text[used] = '\0';
}

/* An error of the core is a warning here: a call or a start that fails of it says so itself. */
static enum log_level level_of(gpr_log_severity severity) {
    switch (severity) {
    case GPR_LOG_SEVERITY_ERROR:
        return LOG_WARNING;
    case GPR_LOG_SEVERITY_INFO:
        return LOG_INFO;
    case GPR_LOG_SEVERITY_DEBUG:
        break;
    }
    return LOG_DEBUG;
}

static void write_line(gpr_log_func_args *args) {
    char text[TEXT_BYTES];
    tidy(args->message, text);
    const char *slash = strrchr(args->file, '/');
    pthread_mutex_lock(&log_mutex);
    log_event(core_log, level_of(args->severity), "grpc_core", "at=%s:%d text=\"%s\"",
              slash ? slash + 1 : args->file, args->line, text);
    pthread_mutex_unlock(&log_mutex);
}

void rpc_log_attach(const struct log *log) {
    pthread_mutex_lock(&log_mutex);
    core_log = log;
    pthread_mutex_unlock(&log_mutex);
    gpr_set_log_function(write_line);
    gpr_set_log_verbosity(log && log->min_level == LOG_DEBUG ? GPR_LOG_SEVERITY_INFO
                                                             : GPR_LOG_SEVERITY_ERROR);
}

void rpc_log_detach(const struct log *log) {
    pthread_mutex_lock(&log_mutex);
    if (core_log == log) {
        core_log = NULL;
    }
    pthread_mutex_unlock(&log_mutex);
}
