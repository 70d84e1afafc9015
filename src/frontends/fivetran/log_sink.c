#include "frontends/fivetran/log_sink.h"

#include "json/json_writer.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum { MAX_LINE_BYTES = 64 * 1024 };

struct fivetran_sink {
    int stdout_fd;
    int debug_fd;
    pthread_mutex_t mutex;
};

static const char *level_name(enum log_level level) {
    static const char *const names[] = {[LOG_DEBUG] = "INFO",
                                        [LOG_INFO] = "INFO",
                                        [LOG_WARNING] = "WARNING",
                                        [LOG_SEVERE] = "SEVERE"};
    return names[level];
}

static void write_all(int fd, struct slice line) {
    while (line.len > 0) {
        ssize_t written = write(fd, line.data, line.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return; /* nobody reads our logs any more: that must not end a sync */
        }
        line.data += written;
        line.len -= (size_t)written;
    }
}

static void write_event(void *context, enum log_level level, const char *message) {
    struct fivetran_sink *sink = context;
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    buf_printf(&line, "{\"level\":\"%s\",\"message\":", level_name(level));
    json_write_string(&line, slice_of(message));
    buf_append_text(&line, ",\"message-origin\":\"sdk_destination\"}\n");
    if (!line.failed) {
        pthread_mutex_lock(&sink->mutex);
        write_all(level == LOG_DEBUG ? sink->debug_fd : sink->stdout_fd, buf_slice(&line));
        pthread_mutex_unlock(&sink->mutex);
    }
    buf_clean_up(&line);
}

const struct log_sink *fivetran_log_sink(int stdout_fd, int debug_fd) {
    static struct fivetran_sink fivetran_sink = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    static const struct log_sink sink = {.write = write_event, .context = &fivetran_sink};
    fivetran_sink.stdout_fd = stdout_fd;
    fivetran_sink.debug_fd = debug_fd;
    return &sink;
}
