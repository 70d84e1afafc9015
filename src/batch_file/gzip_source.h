/* Decompresses gzip (RFC 1952): one or more members to the end of the input. */
#ifndef BATCH_FILE_GZIP_SOURCE_H
#define BATCH_FILE_GZIP_SOURCE_H

#include "batch_file/byte_source.h"

/* Owns input from here on, and closes it when it fails. Reading answers DATA_LOSS when the input is
 * empty, is not gzip, fails its checksum, ends before its last member does, goes on with something
 * else behind a member (padding zeros too) or expands beyond reason. NULL with *status filled. */
struct byte_source *gzip_source_open(struct byte_source *input, struct status *status);

#endif
