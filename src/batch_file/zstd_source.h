/* Decompresses zstd (RFC 8878): one or more frames to the end of the input; skippable frames give
 * nothing. */
#ifndef BATCH_FILE_ZSTD_SOURCE_H
#define BATCH_FILE_ZSTD_SOURCE_H

#include "batch_file/byte_source.h"

/* Owns input from here on, and closes it when it fails. Reading answers DATA_LOSS when the input is
 * empty, is not zstd, ends before its last frame does, goes on with something else behind a frame,
 * wants a window above 128 MiB or expands beyond reason. NULL with *status filled. */
struct byte_source *zstd_source_open(struct byte_source *input, struct status *status);

#endif
