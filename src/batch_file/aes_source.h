/* Decrypts AES-256-CBC with PKCS#7 padding; the first 16 bytes are the IV
 * (contracts/fivetran.md, "Batch files"). */
#ifndef BATCH_FILE_AES_SOURCE_H
#define BATCH_FILE_AES_SOURCE_H

#include "base/slice.h"
#include "batch_file/byte_source.h"

enum { AES_KEY_BYTES = 32, AES_IV_BYTES = 16, AES_BLOCK_BYTES = 16 };
enum { AES_LEAST_BYTES = AES_IV_BYTES + AES_BLOCK_BYTES }; /* nothing, encrypted */

/* DATA_LOSS when no encrypted file has that many bytes: it is cut. */
bool aes_source_check_size(uint64_t size, struct status *status);

/* Owns input from here on, and closes it when it fails; the key (32 bytes) is not kept. Reading
 * answers DATA_LOSS when the file is cut or its padding does not fit, as under a wrong key, at the
 * end and not before. NULL with *status filled. */
struct byte_source *aes_source_open(struct byte_source *input, struct slice key,
                                    struct status *status);

#endif
