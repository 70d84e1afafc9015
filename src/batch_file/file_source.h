/* The bytes of a file on the local disk: the first stage. */
#ifndef BATCH_FILE_FILE_SOURCE_H
#define BATCH_FILE_FILE_SOURCE_H

#include "batch_file/byte_source.h"

/* Opens a regular file (never a directory, pipe or device; does not wait for one) and gives its
 * size in bytes. NULL with DATA_LOSS and the system's reason. */
struct byte_source *file_source_open(const char *path, uint64_t *size, struct status *status);

#endif
