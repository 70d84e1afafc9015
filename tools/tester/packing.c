#include "tester/packing.h"

#include "tester/memory.h"

#include <openssl/evp.h>
#include <zlib.h>
#include <zstd.h>

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 }; /* 16: a gzip wrapper */

const char *packing_extension(struct packing packing) {
    static const char *const names[][2] = {
        [PACKING_OFF] = {".csv", ".csv.aes"},
        [PACKING_ZSTD] = {".csv.zst", ".csv.zst.aes"},
        [PACKING_GZIP] = {".csv.gz", ".csv.gz.aes"},
    };
    return names[packing.compression][packing.encrypted];
}

static void compress_zstd(struct slice plain, struct buf *out) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0);
    buf_reserve(out, ZSTD_compressBound(plain.len));
    memory_check(out);
    ZSTD_inBuffer in = {plain.data, plain.len, 0};
    ZSTD_outBuffer room = {out->data + out->len, ZSTD_compressBound(plain.len), 0};
    size_t left = ZSTD_compressStream2(context, &room, &in, ZSTD_e_end);
    out->failed = left != 0;
    memory_check(out);
    out->len += room.pos;
    ZSTD_freeCCtx(context);
}

static void compress_gzip(struct slice plain, struct buf *out) {
    z_stream stream = {0};
    out->failed = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                               Z_DEFAULT_STRATEGY) != Z_OK;
    memory_check(out);
    uLong bound = deflateBound(&stream, plain.len);
    buf_reserve(out, bound);
    memory_check(out);
    stream.next_in = (Bytef *)plain.data;
    stream.avail_in = (uInt)plain.len;
    stream.next_out = (Bytef *)out->data + out->len;
    stream.avail_out = (uInt)bound;
    out->failed = deflate(&stream, Z_FINISH) != Z_STREAM_END;
    memory_check(out);
    out->len += stream.total_out;
    deflateEnd(&stream);
}

void packing_compress(enum packing_compression compression, struct slice plain, struct buf *out) {
    switch (compression) {
    case PACKING_OFF:
        buf_append_slice(out, plain);
        memory_check(out);
        return;
    case PACKING_ZSTD:
        compress_zstd(plain, out);
        return;
    case PACKING_GZIP:
        compress_gzip(plain, out);
        return;
    }
}

void packing_encrypt(struct slice plain, struct seeded *seeded,
                     unsigned char key[PACKING_KEY_BYTES], struct buf *out) {
    unsigned char iv[PACKING_IV_BYTES];
    seeded_bytes(seeded, key, PACKING_KEY_BYTES);
    seeded_bytes(seeded, iv, sizeof iv);
    buf_append(out, iv, sizeof iv);
    buf_reserve(out, plain.len + PACKING_BLOCK_BYTES);
    memory_check(out);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *at = (unsigned char *)out->data + out->len;
    int body = 0;
    int end = 0;
    out->failed =
        !context || !EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, iv) ||
        !EVP_EncryptUpdate(context, at, &body, (const unsigned char *)plain.data, (int)plain.len) ||
        !EVP_EncryptFinal_ex(context, at + body, &end);
    memory_check(out);
    out->len += (size_t)(body + end);
    EVP_CIPHER_CTX_free(context);
}
