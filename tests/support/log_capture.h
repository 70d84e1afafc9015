/* A log sink that remembers every line. */
#ifndef SUPPORT_LOG_CAPTURE_H
#define SUPPORT_LOG_CAPTURE_H

#include "base/buf.h"
#include "base/log.h"

#include <pthread.h>
#include <stdbool.h>

struct log_capture {
    struct log log; /* hand out &capture->log */
    struct log_sink sink;
    pthread_mutex_t mutex;
    struct buf text; /* "level event key=value …\n" each; level is the number */
};

/* Takes everything from min_level up. */
void log_capture_init(struct log_capture *capture, enum log_level min_level);
void log_capture_clean_up(struct log_capture *capture);
/* How often text stands in the log. */
size_t log_capture_count(struct log_capture *capture, const char *text);

#endif
