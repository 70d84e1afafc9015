#include "frontends/airbyte/output.h"

#include "json/json_writer.h"

#include <errno.h>
#include <poll.h>
#include <sys/uio.h>

enum {
    MAX_LINE_BYTES = 64 * 1024,
    MIN_SECRET_BYTES = 6, /* no key is shorter; masking "a" would hide every text */
};

/* Whether another try is worth it: the descriptor may be a full pipe that does not block, which is
 * the choice of whoever made it. */
static bool wait_writable(int fd) {
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return errno == EINTR || (errno == EAGAIN && (poll(&ready, 1, -1) >= 0 || errno == EINTR));
}

/* Writes everything the vector holds; changes it. */
static bool write_all(int fd, struct iovec *iov, size_t n) {
    while (n > 0) {
        ssize_t written = writev(fd, iov, (int)n);
        if (written < 0) {
            if (!wait_writable(fd)) {
                return false;
            }
            continue;
        }
        size_t rest = (size_t)written;
        while (n > 0 && rest >= iov->iov_len) {
            rest -= iov->iov_len;
            iov++;
            n--;
        }
        if (n > 0) {
            iov->iov_base = (char *)iov->iov_base + rest;
            iov->iov_len -= rest;
        }
    }
    return true;
}

/* In one call, so that a line is whole or not there should the process be killed (of lines that a
 * pipe takes at once). */
bool output_line(struct output *o, const struct slice *parts, size_t n_parts) {
    struct iovec iov[OUTPUT_MAX_PARTS + 1];
    size_t n = 0;
    for (; n < n_parts && n < OUTPUT_MAX_PARTS; n++) {
        iov[n] = (struct iovec){(void *)parts[n].data, parts[n].len};
    }
    iov[n++] = (struct iovec){(void *)"\n", 1};
    pthread_mutex_lock(&o->mutex);
    bool ok = !o->broken && write_all(o->fd, iov, n);
    o->broken = !ok; /* what follows half a line could not be read */
    pthread_mutex_unlock(&o->mutex);
    return ok;
}

static void output_buf(struct output *o, const struct buf *line) {
    const struct slice part = buf_slice(line);
    if (!line->failed) {
        output_line(o, &part, 1);
    }
}

/* A JSON string of the text with the secret masked: the API may quote it in an error. */
static void write_text(const struct output *o, struct buf *line, const char *text) {
    struct buf masked;
    buf_init(&masked, MAX_LINE_BYTES);
    while (o->secret.len >= MIN_SECRET_BYTES) {
        const char *at = memmem(text, strlen(text), o->secret.data, o->secret.len);
        if (!at) {
            break;
        }
        buf_append(&masked, text, (size_t)(at - text));
        buf_append_text(&masked, "****");
        text = at + o->secret.len;
    }
    buf_append_text(&masked, text);
    json_write_string(line, buf_slice(&masked));
    buf_clean_up(&masked);
}

static void write_log(void *context, enum log_level level, const char *message) {
    static const char *const names[] = {
        [LOG_DEBUG] = "DEBUG", [LOG_INFO] = "INFO", [LOG_WARNING] = "WARN", [LOG_SEVERE] = "ERROR"};
    struct output *o = context;
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    buf_printf(&line, "{\"type\":\"LOG\",\"log\":{\"level\":\"%s\",\"message\":", names[level]);
    write_text(o, &line, message);
    buf_append_text(&line, "}}");
    output_buf(o, &line);
    buf_clean_up(&line);
}

void output_init(struct output *o, int fd, const struct clock *clock) {
    *o = (struct output){.fd = fd, .clock = clock};
    o->sink = (struct log_sink){.write = write_log, .context = o};
    pthread_mutex_init(&o->mutex, NULL);
}

void output_clean_up(struct output *o) {
    pthread_mutex_destroy(&o->mutex);
}

static const char *failure_type(enum status_code code) {
    switch (code) {
    case STATUS_TASK:
    case STATUS_INVALID_ARGUMENT:
    case STATUS_EXHAUSTED:
        return "config_error";
    case STATUS_UNAVAILABLE:
    case STATUS_CANCELLED:
    case STATUS_DEADLINE:
        return "transient_error";
    case STATUS_OK:
    case STATUS_DATA_LOSS:
    case STATUS_INTERNAL:
        break;
    }
    return "system_error";
}

void output_error(struct output *o, const struct status *status) {
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    buf_append_text(&line, "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":");
    json_write_int(&line, clock_realtime_us(o->clock) / 1000);
    buf_append_text(&line, ".0,\"error\":{\"message\":");
    write_text(o, &line, status->message);
    buf_printf(&line, ",\"internal_message\":\"%s\",\"failure_type\":\"%s\"}}}",
               status_code_name(status->code), failure_type(status->code));
    output_buf(o, &line);
    buf_clean_up(&line);
}

void output_connection_status(struct output *o, const struct status *status) {
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    buf_append_text(&line, "{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":{\"status\":");
    if (status->code == STATUS_OK) {
        buf_append_text(&line, "\"SUCCEEDED\"}}");
    } else {
        buf_append_text(&line, "\"FAILED\",\"message\":");
        write_text(o, &line, status->message);
        buf_append_text(&line, "}}");
    }
    output_buf(o, &line);
    buf_clean_up(&line);
}
