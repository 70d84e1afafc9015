/* What the tests of this room share: bytes in memory as a source of any step, encrypted and
 * compressed fixtures, files that vanish after the test, and a random generator that is the same in
 * every run. */
#ifndef TESTS_UNIT_BATCH_FILE_FIXTURE_H
#define TESTS_UNIT_BATCH_FILE_FIXTURE_H

#include "base/buf.h"
#include "batch_file/byte_source.h"
#include "support/suite.h"

#include <openssl/evp.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { MIB = 1024 * 1024, FIXTURE_MAX = 256 * MIB };

static const char fixture_key[33] = "0123456789abcdefghijklmnopqrstuv";

static inline struct slice key_slice(void) {
    return slice_make(fixture_key, 32);
}

static inline struct buf bytes_new(void) {
    struct buf b;
    buf_init(&b, FIXTURE_MAX);
    return b;
}

static inline struct buf bytes_of(const char *text) {
    struct buf b = bytes_new();
    ck_assert(buf_append_text(&b, text));
    return b;
}

/* ---- random, the same in every run ---- */

static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

static inline size_t random_up_to(uint64_t *state, size_t bound) {
    return (size_t)(next_random(state) % bound);
}

/* Bytes that compress to about a half. */
static inline struct buf random_bytes(size_t len, uint64_t seed) {
    struct buf b = bytes_new();
    ck_assert(buf_reserve(&b, len));
    for (size_t i = 0; i < len; i++) {
        b.data[i] = (char)(next_random(&seed) % 16 + 'a');
    }
    b.len = len;
    return b;
}

/* ---- stored forms ---- */

static inline struct buf encrypted(struct slice plain) {
    static const unsigned char iv[16] = "an IV of 16 byte";
    struct buf b = bytes_new();
    ck_assert(buf_append(&b, iv, sizeof iv) && buf_reserve(&b, plain.len + 32));
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int made = 0;
    int last = 0;
    ck_assert(EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL,
                                 (const unsigned char *)fixture_key, iv));
    ck_assert(EVP_EncryptUpdate(cipher, (unsigned char *)b.data + b.len, &made,
                                (const unsigned char *)plain.data, (int)plain.len));
    b.len += (size_t)made;
    ck_assert(EVP_EncryptFinal_ex(cipher, (unsigned char *)b.data + b.len, &last));
    b.len += (size_t)last;
    EVP_CIPHER_CTX_free(cipher);
    return b;
}

/* The blocks as they are given, the last one standing for the padding. */
static inline struct buf encrypted_unpadded(struct slice blocks) {
    struct buf b = encrypted(blocks);
    buf_truncate(&b, 16 + blocks.len);
    return b;
}

static inline struct buf zstd_frame(struct slice plain) {
    struct buf b = bytes_new();
    ck_assert(buf_reserve(&b, ZSTD_compressBound(plain.len)));
    b.len = ZSTD_compress(b.data, b.cap, plain.data, plain.len, 3);
    ck_assert(!ZSTD_isError(b.len));
    return b;
}

static inline struct buf gzip_member(struct slice plain) {
    struct buf b = bytes_new();
    z_stream z = {.next_in = (Bytef *)(uintptr_t)plain.data, .avail_in = (uInt)plain.len};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert(buf_reserve(&b, deflateBound(&z, plain.len)));
    z.next_out = (Bytef *)b.data;
    z.avail_out = (uInt)b.cap;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    b.len = z.total_out;
    deflateEnd(&z);
    return b;
}

/* ---- bytes in memory as a source ---- */

struct memory_source {
    struct byte_source base;
    struct slice bytes;
    size_t at;
    size_t first;     /* bytes the first read gives at most */
    size_t step;      /* and each other one */
    size_t fail_at;   /* reading fails here; SIZE_MAX: never */
    unsigned *closed; /* counts the closes; may be NULL */
};

static inline bool memory_source_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                                      struct status *status) {
    struct memory_source *s = (struct memory_source *)base;
    if (s->at >= s->fail_at) {
        return status_fail(status, STATUS_DATA_LOSS, "the disk is gone");
    }
    size_t left = s->bytes.len - s->at;
    size_t step = s->at == 0 ? s->first : s->step;
    size_t wanted = cap < step ? cap : step;
    *len = left < wanted ? left : wanted;
    if (*len) {
        memcpy(data, s->bytes.data + s->at, *len);
    }
    s->at += *len;
    return true;
}

static inline void memory_source_close(struct byte_source *base) {
    struct memory_source *s = (struct memory_source *)base;
    if (s->closed) {
        ++*s->closed;
    }
    free(s);
}

static inline struct byte_source *memory_source_new(struct slice bytes, size_t step) {
    struct memory_source *s = malloc(sizeof *s);
    ck_assert_ptr_nonnull(s);
    *s = (struct memory_source){.base = {memory_source_read, memory_source_close},
                                .bytes = bytes,
                                .first = step,
                                .step = step,
                                .fail_at = SIZE_MAX};
    return &s->base;
}

/* ---- reading to the end ---- */

/* All that source gives, cap bytes a read; false when it fails. Closes the source, and looks that
 * the end stays the end. */
static inline bool drain(struct byte_source *source, size_t cap, struct buf *all,
                         struct status *status) {
    char *piece = malloc(cap);
    size_t len = 0;
    bool ok = true;
    *status = STATUS_INIT;
    do {
        ok = byte_source_read(source, piece, cap, &len, status);
        if (ok && (len > cap || !buf_append(all, piece, len))) { /* ck_assert is slow */
            ck_abort_msg("%zu bytes of at most %zu", len, cap);
        }
    } while (ok && len > 0);
    for (int i = 0; ok && i < 3; i++) {
        ck_assert(byte_source_read(source, piece, cap, &len, status));
        ck_assert_uint_eq(len, 0);
    }
    byte_source_close(source);
    free(piece);
    return ok;
}

static inline void assert_drains_to(struct byte_source *source, size_t cap, struct slice expected) {
    struct buf all = bytes_new();
    struct status status;
    bool ok = drain(source, cap, &all, &status);
    ck_assert_msg(ok, "%s", status.message);
    ck_assert_uint_eq(all.len, expected.len);
    ck_assert(slice_equal(buf_slice(&all), expected));
    buf_clean_up(&all);
}

static inline void assert_fails_with(struct byte_source *source, size_t cap, const char *words) {
    struct buf all = bytes_new();
    struct status status;
    ck_assert_msg(!drain(source, cap, &all, &status), "read to its end; expected: %s", words);
    ck_assert_int_eq(status.code, STATUS_DATA_LOSS);
    ck_assert_msg(strstr(status.message, words) != NULL, "\"%s\" is not in \"%s\"", words,
                  status.message);
    buf_clean_up(&all);
}

/* ---- files ---- */

enum { FIXTURE_PATH_BYTES = 64 };

/* Writes a file of the bytes and gives its path; unlink it after use. */
static inline void write_file(char path[FIXTURE_PATH_BYTES], struct slice bytes) {
    snprintf(path, FIXTURE_PATH_BYTES, "/tmp/batch_file_test_XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = write(fd, bytes.data + at, bytes.len - at);
        ck_assert_int_gt(n, 0);
        at += (size_t)n;
    }
    close(fd);
}

#endif
