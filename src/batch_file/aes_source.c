#include "batch_file/aes_source.h"

#include "base/buf.h"

#include <openssl/err.h>
#include <openssl/evp.h>

enum { CHUNK_BYTES = 64 * 1024 };
enum { PLAIN_BYTES = CHUNK_BYTES + AES_BLOCK_BYTES }; /* what one chunk can become */

struct aes_source {
    struct byte_source base;
    struct byte_source *input;
    EVP_CIPHER_CTX *cipher;
    uint64_t taken; /* stored bytes so far, the IV included */
    size_t iv_len;
    bool ended;
    size_t plain_at; /* what of plain has been handed out */
    size_t plain_len;
    unsigned char iv[AES_IV_BYTES];
    unsigned char stored[CHUNK_BYTES];
    unsigned char plain[PLAIN_BYTES];
};

bool aes_source_check_size(uint64_t size, struct status *status) {
    if (size < AES_LEAST_BYTES) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "is cut: it has %llu bytes, and an encrypted file has %d or more",
                           (unsigned long long)size, AES_LEAST_BYTES);
    }
    if (size % AES_BLOCK_BYTES != 0) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "is cut: its %llu encrypted bytes are no multiple of %d",
                           (unsigned long long)size, AES_BLOCK_BYTES);
    }
    return true;
}

static bool fail_in_library(struct status *status) {
    ERR_clear_error();
    return status_fail(status, STATUS_INTERNAL, "the AES library failed");
}

/* Takes what of the IV is at the front of the len stored bytes; gives how many. */
static bool take_iv(struct aes_source *s, size_t len, size_t *used, struct status *status) {
    size_t wanted = AES_IV_BYTES - s->iv_len;
    *used = len < wanted ? len : wanted;
    memcpy(s->iv + s->iv_len, s->stored, *used);
    s->iv_len += *used;
    if (s->iv_len == AES_IV_BYTES && !EVP_DecryptInit_ex(s->cipher, NULL, NULL, NULL, s->iv)) {
        return fail_in_library(status);
    }
    return true;
}

/* OpenSSL checks every byte of the padding. */
static bool decrypt_last(struct aes_source *s, unsigned char *out, size_t *len,
                         struct status *status) {
    int made = 0;
    s->ended = true;
    if (!aes_source_check_size(s->taken, status)) {
        return false;
    }
    if (!EVP_DecryptFinal_ex(s->cipher, out, &made)) {
        ERR_clear_error();
        return status_fail(status, STATUS_DATA_LOSS,
                           "cannot be decrypted: the padding at its end (byte %llu) is wrong, as "
                           "in a file that is cut or damaged",
                           (unsigned long long)s->taken);
    }
    *len = (size_t)made;
    return true;
}

/* Decrypts the next chunk into out, which has room for PLAIN_BYTES. *len may be 0 before the end.
 */
static bool decrypt_chunk(struct aes_source *s, unsigned char *out, size_t *len,
                          struct status *status) {
    size_t got = 0;
    if (!byte_source_read(s->input, s->stored, sizeof s->stored, &got, status)) {
        return false;
    }
    s->taken += got;
    if (got == 0) {
        return decrypt_last(s, out, len, status);
    }
    size_t iv_bytes = 0;
    if (s->iv_len < AES_IV_BYTES && !take_iv(s, got, &iv_bytes, status)) {
        return false;
    }
    int made = 0;
    if (got > iv_bytes &&
        !EVP_DecryptUpdate(s->cipher, out, &made, s->stored + iv_bytes, (int)(got - iv_bytes))) {
        return fail_in_library(status);
    }
    *len = (size_t)made;
    return true;
}

static bool aes_source_read(struct byte_source *base, void *data, size_t cap, size_t *len,
                            struct status *status) {
    struct aes_source *s = (struct aes_source *)base;
    *len = 0;
    while (s->plain_at == s->plain_len && !s->ended) {
        if (cap >= PLAIN_BYTES) { /* straight to the reader */
            if (!decrypt_chunk(s, data, len, status)) {
                return false;
            }
            if (*len) {
                return true;
            }
        } else {
            s->plain_at = s->plain_len = 0;
            if (!decrypt_chunk(s, s->plain, &s->plain_len, status)) {
                return false;
            }
        }
    }
    size_t left = s->plain_len - s->plain_at;
    *len = left < cap ? left : cap;
    memcpy(data, s->plain + s->plain_at, *len);
    s->plain_at += *len;
    return true;
}

static void aes_source_close(struct byte_source *base) {
    struct aes_source *s = (struct aes_source *)base;
    byte_source_close(s->input);
    EVP_CIPHER_CTX_free(s->cipher); /* wipes the key schedule */
    secure_wipe(s, sizeof *s);
    free(s);
}

struct byte_source *aes_source_open(struct byte_source *input, struct slice key,
                                    struct status *status) {
    struct aes_source *s = calloc(1, sizeof *s);
    if (!s) {
        byte_source_close(input);
        status_no_memory(status, "opening an encrypted batch file");
        return NULL;
    }
    s->base = (struct byte_source){aes_source_read, aes_source_close};
    s->input = input;
    if (key.len != AES_KEY_BYTES) {
        status_fail(status, STATUS_DATA_LOSS, "cannot be decrypted: its key has %zu bytes, not %d",
                    key.len, AES_KEY_BYTES);
        goto cleanup;
    }
    s->cipher = EVP_CIPHER_CTX_new();
    if (!s->cipher || !EVP_DecryptInit_ex(s->cipher, EVP_aes_256_cbc(), NULL,
                                          (const unsigned char *)key.data, NULL)) {
        fail_in_library(status);
        goto cleanup;
    }
    return &s->base;
cleanup:
    aes_source_close(&s->base);
    return NULL;
}
