#include "frontends/airbyte/line_reader.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, KEEP_BYTES = 4 * 1024 * 1024 };

/* Runs in the cancelling thread. */
static void wake(void *context) {
    const struct line_reader *r = context;
    const uint64_t one = 1;
    ssize_t ignored = write(r->wake_fd, &one, sizeof one);
    (void)ignored; /* it cannot fail but when the counter is full, and then it is readable */
}

bool line_reader_init(struct line_reader *r, int fd, struct cancel *cancel, struct status *status) {
    *r = (struct line_reader){.fd = fd, .cancel = cancel};
    buf_init(&r->buf, LINE_READER_MAX_BYTES + READ_BYTES);
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->wake_fd < 0) {
        return status_fail(status, STATUS_INTERNAL, "cannot make an eventfd: %s", strerror(errno));
    }
    r->waker = (struct cancel_waker){.wake = wake, .context = r};
    cancel_add_waker(cancel, &r->waker);
    return true;
}

void line_reader_clean_up(struct line_reader *r) {
    if (r->wake_fd >= 0) {
        cancel_remove_waker(r->cancel, &r->waker);
        close(r->wake_fd);
    }
    buf_clean_up(&r->buf);
}

/* Moves what is left to the front, and gives back the room of a line that was unusually long. */
static bool make_room(struct line_reader *r, struct status *status) {
    struct buf *buf = &r->buf;
    size_t left = buf->len - r->start;
    if (buf->data && r->start > 0 && left > 0) {
        memmove(buf->data, buf->data + r->start, left);
    }
    r->seen -= r->start;
    r->start = 0;
    buf->len = left;
    if (left == 0 && buf->cap > KEEP_BYTES) {
        buf_clean_up(buf);
    }
    return buf_reserve(buf, READ_BYTES) || status_no_memory(status, "reading messages");
}

/* LINE_READ: something, or the end, is there to be read. */
static enum line_result wait_readable(struct line_reader *r, int timeout_ms,
                                      struct status *status) {
    struct pollfd fds[] = {{.fd = r->fd, .events = POLLIN}, {.fd = r->wake_fd, .events = POLLIN}};
    int ready;
    do {
        ready = poll(fds, 2, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    if (!cancel_go_on(r->cancel, status)) {
        return LINE_FAILED;
    }
    return ready == 0 ? LINE_NONE_YET : LINE_READ;
}

static enum line_result fail_too_long(struct status *status) {
    status_fail(status, STATUS_TASK,
                "The source sent a message of more than %d bytes, the most that is taken. Make "
                "the record smaller at the source, or leave its large field out of the sync.",
                LINE_READER_MAX_BYTES);
    return LINE_FAILED;
}

static enum line_result read_more(struct line_reader *r, int timeout_ms, struct status *status) {
    if (r->buf.len - r->start > LINE_READER_MAX_BYTES) {
        return fail_too_long(status);
    }
    if (!make_room(r, status)) {
        return LINE_FAILED;
    }
    enum line_result waited = wait_readable(r, timeout_ms, status);
    if (waited != LINE_READ) {
        return waited;
    }
    ssize_t n = read(r->fd, r->buf.data + r->buf.len, READ_BYTES);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        status_fail(status, STATUS_INTERNAL, "messages cannot be read: %s", strerror(errno));
        return LINE_FAILED;
    }
    r->buf.len += n > 0 ? (size_t)n : 0;
    r->ended = n == 0;
    return LINE_READ;
}

enum line_result line_reader_next(struct line_reader *r, int timeout_ms, struct slice *line,
                                  struct status *status) {
    for (;;) {
        const char *from = r->buf.data ? r->buf.data + r->seen : NULL;
        const char *newline = from ? memchr(from, '\n', r->buf.len - r->seen) : NULL;
        if (newline) {
            *line = slice_make(r->buf.data + r->start, (size_t)(newline - r->buf.data) - r->start);
            r->start = r->seen = (size_t)(newline - r->buf.data) + 1;
            return line->len <= LINE_READER_MAX_BYTES ? LINE_READ : fail_too_long(status);
        }
        r->seen = r->buf.len;
        if (r->ended) {
            *line = slice_make(r->buf.data + r->start, r->buf.len - r->start);
            r->start = r->buf.len;
            return line->len > 0 ? LINE_READ : LINE_END;
        }
        enum line_result result = read_more(r, timeout_ms, status);
        if (result != LINE_READ) {
            return result;
        }
    }
}
