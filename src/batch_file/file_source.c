#include "batch_file/file_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_source {
    struct byte_source base;
    int fd;
    uint64_t taken; /* bytes read so far */
};

static bool fail_with_errno(struct status *status, const char *what, int error) {
    char text[128];
    return status_fail(status, STATUS_DATA_LOSS, "%s: %s", what,
                       strerror_r(error, text, sizeof text));
}

static bool file_source_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                             struct status *status) {
    struct file_source *s = (struct file_source *)base;
    ssize_t got;
    do {
        got = read(s->fd, data, cap);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        int error = errno;
        fail_with_errno(status, "cannot be read", error);
        return status_context(status, "at byte %llu", (unsigned long long)s->taken);
    }
    s->taken += (uint64_t)got;
    *len = (size_t)got;
    return true;
}

static void file_source_close(struct byte_source *base) {
    struct file_source *s = (struct file_source *)base;
    close(s->fd);
    free(s);
}

/* O_NONBLOCK so that a pipe does not hold us up before fstat tells that it is one. */
static int open_regular(const char *path, uint64_t *size, struct status *status) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        fail_with_errno(status, "cannot be opened", errno);
        return -1;
    }
    struct stat about;
    if (fstat(fd, &about) != 0) {
        fail_with_errno(status, "cannot be looked at", errno);
    } else if (!S_ISREG(about.st_mode)) {
        status_fail(status, STATUS_DATA_LOSS, "is a %s, not a regular file",
                    S_ISDIR(about.st_mode)    ? "directory"
                    : S_ISFIFO(about.st_mode) ? "pipe"
                                              : "device or socket");
    } else {
        *size = (uint64_t)about.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

struct byte_source *file_source_open(const char *path, uint64_t *size, struct status *status) {
    int fd = open_regular(path, size, status);
    if (fd < 0) {
        return NULL;
    }
    struct file_source *s = malloc(sizeof *s);
    if (!s) {
        close(fd);
        status_no_memory(status, "opening a batch file");
        return NULL;
    }
    *s = (struct file_source){.base = {file_source_read, file_source_close}, .fd = fd};
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return &s->base;
}
