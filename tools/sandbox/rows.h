/* The records of one post as one run of bytes, the way the store keeps them: per record its length,
 * emitted_at and the raw bytes of its data. Machine-endian: a database stays on its machine. */
#ifndef SANDBOX_ROWS_H
#define SANDBOX_ROWS_H

#include "base/buf.h"

#include <stdint.h>

struct row {
    int64_t emitted_at;
    struct slice data;
};

static inline bool rows_append(struct buf *rows, const struct row *row) {
    uint64_t len = row->data.len;
    return buf_append(rows, &len, sizeof(len)) &&
           buf_append(rows, &row->emitted_at, sizeof(row->emitted_at)) &&
           buf_append_slice(rows, row->data);
}

/* Takes the next row off the front of *rest; false when there is none. */
static inline bool rows_next(struct slice *rest, struct row *row) {
    uint64_t len;
    const size_t head = sizeof(len) + sizeof(row->emitted_at);
    if (rest->len < head) {
        return false;
    }
    memcpy(&len, rest->data, sizeof(len));
    memcpy(&row->emitted_at, rest->data + sizeof(len), sizeof(row->emitted_at));
    if (len > rest->len - head) {
        return false;
    }
    row->data = slice_make(rest->data + head, len);
    *rest = slice_make(rest->data + head + len, rest->len - head - len);
    return true;
}

#endif
