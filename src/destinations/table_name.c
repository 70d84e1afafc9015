#include "destinations/table_name.h"

#include <ctype.h>
#include <openssl/evp.h>

static const char hex_digits[] = "0123456789abcdef";

void sha256_hex_append(struct buf *out, const struct slice *parts, size_t n_parts,
                       size_t n_digits) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; ok && i < n_parts; i++) {
        unsigned char prefix[8];
        for (size_t b = 0; b < sizeof prefix; b++) {
            prefix[b] = (unsigned char)(parts[i].len >> (8 * (7 - b)));
        }
        ok = EVP_DigestUpdate(context, prefix, sizeof prefix) &&
             EVP_DigestUpdate(context, parts[i].data, parts[i].len);
    }
    ok = ok && EVP_DigestFinal_ex(context, digest, &len);
    EVP_MD_CTX_free(context);
    if (!ok) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < n_digits && i < 2 * (size_t)len; i++) {
        unsigned nibble = i % 2 ? digest[i / 2] & 0xFU : digest[i / 2] >> 4;
        buf_append_char(out, hex_digits[nibble]);
    }
}

static bool needs_suffix(struct slice schema) {
    return memmem(schema.data, schema.len, "__", 2) != NULL ||
           (schema.len > 0 && schema.data[schema.len - 1] == '_');
}

void table_name_append(struct buf *out, struct slice schema, struct slice table) {
    if (schema.len > 0) {
        buf_append_slice(out, schema);
        buf_append_text(out, "__");
    }
    buf_append_slice(out, table);
    if (needs_suffix(schema)) {
        const struct slice parts[] = {schema, table};
        buf_append_char(out, '-');
        sha256_hex_append(out, parts, 2, 8);
    }
}

void url_escape_append(struct buf *out, struct slice text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x80 && (isalnum(c) || (c && strchr("-._~", c)))) {
            buf_append_char(out, (char)c);
        } else {
            buf_printf(out, "%%%02X", c);
        }
    }
}
