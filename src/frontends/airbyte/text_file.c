#include "frontends/airbyte/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

static bool fail_errno(struct status *status, const char *what, const char *path) {
    return status_fail(status, STATUS_TASK, "The %s file %s cannot be read: %s.", what, path,
                       strerror(errno));
}

/* Reads to the end, whatever the size was said to be: it may be a pipe. */
static bool read_all(int fd, struct buf *text) {
    for (;;) {
        if (text->cap == text->len && !buf_reserve(text, PIECE_BYTES) && !buf_reserve(text, 1)) {
            return false;
        }
        ssize_t n = read(fd, text->data + text->len, text->cap - text->len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0;
        }
        text->len += (size_t)n;
    }
}

bool text_file_read(const char *path, const char *what, struct buf *text, struct status *status) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail_errno(status, what, path);
    }
    struct stat about;
    bool ok = true;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && (size_t)about.st_size < text->max) {
        buf_reserve(text, (size_t)about.st_size + 1);
    }
    errno = 0;
    if (!read_all(fd, text)) {
        ok = errno ? fail_errno(status, what, path)
                   : status_fail(status, STATUS_TASK,
                                 "The %s file %s is larger than %zu bytes, the most that is taken.",
                                 what, path, text->max);
    }
    close(fd);
    return ok;
}
