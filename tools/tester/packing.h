/* A batch file's bytes: compressed, then encrypted (contracts/fivetran.md, "Batch files"). */
#ifndef TESTER_PACKING_H
#define TESTER_PACKING_H

#include "base/buf.h"
#include "tester/seeded.h"

enum packing_compression { PACKING_OFF, PACKING_ZSTD, PACKING_GZIP }; /* the protocol's numbers */

enum { PACKING_KEY_BYTES = 32, PACKING_IV_BYTES = 16, PACKING_BLOCK_BYTES = 16 };
#define PACKING_MAX ((size_t)1 << 31)

struct packing {
    enum packing_compression compression;
    bool encrypted;
};

/* ".csv", ".csv.zst.aes", … */
const char *packing_extension(struct packing packing);

/* Appends the plain bytes to out, compressed: a zstd frame without content size and checksum, a
 * gzip member, or as they are. Ends the program when memory is out. */
void packing_compress(enum packing_compression compression, struct slice plain, struct buf *out);

/* Appends a new IV, then the bytes encrypted by AES-256-CBC with PKCS#7 padding. Fills key with a
 * new key. */
void packing_encrypt(struct slice plain, struct seeded *seeded,
                     unsigned char key[PACKING_KEY_BYTES], struct buf *out);

#endif
