#include "support/suite.h"
#include "tester/packing.h"

#include <openssl/evp.h>
#include <zlib.h>
#include <zstd.h>

enum { PLAIN_BYTES = 300000 }; /* more than any buffer inside */

static char plain[PLAIN_BYTES];

static void fill_plain(void) {
    struct seeded seeded;
    seeded_init(&seeded, 1);
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (char)('a' + random_below(&seeded.random, 20));
    }
}

START_TEST(test_zstd_frame_without_size_and_checksum) {
    struct buf out;
    char back[PLAIN_BYTES + 1];
    buf_init(&out, PACKING_MAX);
    fill_plain();
    packing_compress(PACKING_ZSTD, slice_make(plain, sizeof plain), &out);
    ck_assert(ZSTD_getFrameContentSize(out.data, out.len) == ZSTD_CONTENTSIZE_UNKNOWN);
    ck_assert_int_eq(out.data[4] & 4, 0); /* RFC 8878: the frame header's checksum flag */
    ck_assert_uint_eq(ZSTD_decompress(back, sizeof back, out.data, out.len), sizeof plain);
    ck_assert(memcmp(back, plain, sizeof plain) == 0);
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_gzip_member) {
    struct buf out;
    char back[PLAIN_BYTES + 1];
    buf_init(&out, PACKING_MAX);
    fill_plain();
    packing_compress(PACKING_GZIP, slice_make(plain, sizeof plain), &out);
    z_stream stream = {.next_in = (Bytef *)out.data,
                       .avail_in = (uInt)out.len,
                       .next_out = (Bytef *)back,
                       .avail_out = sizeof back};
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(stream.total_out, sizeof plain);
    ck_assert(memcmp(back, plain, sizeof plain) == 0);
    inflateEnd(&stream);
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_encryption_opens_with_its_key) {
    struct seeded seeded;
    struct buf out;
    unsigned char key[PACKING_KEY_BYTES];
    unsigned char other[PACKING_KEY_BYTES];
    unsigned char back[PLAIN_BYTES + 32];
    int body = 0;
    int end = 0;
    seeded_init(&seeded, 7);
    buf_init(&out, PACKING_MAX);
    fill_plain();
    packing_encrypt(slice_make(plain, sizeof plain), &seeded, key, &out);
    ck_assert_uint_eq(out.len, PACKING_IV_BYTES + sizeof plain +
                                   (PACKING_BLOCK_BYTES - sizeof plain % PACKING_BLOCK_BYTES));
    const unsigned char *bytes = (const unsigned char *)out.data;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    ck_assert(EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, bytes));
    ck_assert(EVP_DecryptUpdate(context, back, &body, bytes + PACKING_IV_BYTES,
                                (int)(out.len - PACKING_IV_BYTES)));
    ck_assert(EVP_DecryptFinal_ex(context, back + body, &end));
    ck_assert_uint_eq((size_t)(body + end), sizeof plain);
    ck_assert(memcmp(back, plain, sizeof plain) == 0);
    EVP_CIPHER_CTX_free(context);
    buf_reset(&out);
    packing_encrypt(SLICE_LITERAL(""), &seeded, other, &out);
    ck_assert_uint_eq(out.len, PACKING_IV_BYTES + PACKING_BLOCK_BYTES);
    ck_assert(memcmp(key, other, sizeof key) != 0);
    buf_clean_up(&out);
}
END_TEST

START_TEST(test_extensions) {
    ck_assert_str_eq(packing_extension((struct packing){PACKING_ZSTD, true}), ".csv.zst.aes");
    ck_assert_str_eq(packing_extension((struct packing){PACKING_GZIP, false}), ".csv.gz");
    ck_assert_str_eq(packing_extension((struct packing){PACKING_OFF, false}), ".csv");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("packing");
    TCase *tests = tcase_create("packing");
    tcase_add_test(tests, test_zstd_frame_without_size_and_checksum);
    tcase_add_test(tests, test_gzip_member);
    tcase_add_test(tests, test_encryption_opens_with_its_key);
    tcase_add_test(tests, test_extensions);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
