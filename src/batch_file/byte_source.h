/* Bytes, pulled: one stage of the way file → AES → zstd or gzip → CSV. A stage owns the one it
 * reads from. Stages know no file names: their errors say what is wrong with "the file" and where,
 * and batch_file.c puts the name in front. One thread. */
#ifndef BATCH_FILE_BYTE_SOURCE_H
#define BATCH_FILE_BYTE_SOURCE_H

#include "base/status.h"

#include <stdint.h>

struct byte_source {
    /* Up to cap (> 0) bytes into data: *len of them, 0 only at the end, and at the end again and
     * again. False with *status filled (DATA_LOSS); then nothing more may be read. */
    bool (*read)(struct byte_source *source, void *data, size_t cap, size_t *len,
                 struct status *status);
    /* Closes this stage and those it reads from, wiping keys and plain text. */
    void (*close)(struct byte_source *source);
};

static inline bool byte_source_read(struct byte_source *source, void *data, size_t cap, size_t *len,
                                    struct status *status) {
    return source->read(source, data, cap, len, status);
}

/* Accepts NULL. */
static inline void byte_source_close(struct byte_source *source) {
    if (source) {
        source->close(source);
    }
}

#endif
