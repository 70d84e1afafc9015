/* Lines from a file descriptor, with room for the longest there is. Inside the room. */
#ifndef FRONTENDS_AIRBYTE_LINE_READER_H
#define FRONTENDS_AIRBYTE_LINE_READER_H

#include "base/buf.h"
#include "base/cancel.h"
#include "base/status.h"

enum { LINE_READER_MAX_BYTES = 32 * 1024 * 1024 }; /* of a line, its newline not counted */

enum line_result {
    LINE_READ,
    LINE_NONE_YET, /* none came in the given time */
    LINE_END,
    LINE_FAILED, /* *status: cancelled, too long, or the descriptor cannot be read */
};

struct line_reader {
    int fd;
    int wake_fd; /* readable once the cancel has fired; -1: never opened */
    struct cancel *cancel;
    struct cancel_waker waker;
    struct buf buf;
    size_t start; /* of what was not given out yet */
    size_t seen;  /* up to here there is no newline behind start */
    bool ended;
};

/* fd and cancel are borrowed. False with *status; line_reader_clean_up either way. */
bool line_reader_init(struct line_reader *reader, int fd, struct cancel *cancel,
                      struct status *status);
void line_reader_clean_up(struct line_reader *reader);

/* The next line without its newline, valid until the next call. What stands behind the last newline
 * is a line too. Waits timeout_ms at most (-1: for ever), or until the cancel fires. */
enum line_result line_reader_next(struct line_reader *reader, int timeout_ms, struct slice *line,
                                  struct status *status);

#endif
