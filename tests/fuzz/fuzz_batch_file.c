/* Any bytes as a batch file. The first says how it is stored (plain, zstd or gzip; encrypted or
 * not), what its rows are, and whether the bytes are the stored form itself or are packed first, so
 * that the stages behind get something to read. */
#include "base/buf.h"
#include "batch_file/batch_file.h"
#include "table/cell_value.h"

#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { TEXT_MAX = 16 * 1024 * 1024 };

static const unsigned char key[32] = "0123456789abcdefghijklmnopqrstu";

static void pack(struct buf *bytes, enum batch_compression compression) {
    struct buf packed;
    buf_init(&packed, TEXT_MAX);
    if (compression == BATCH_ZSTD && buf_reserve(&packed, ZSTD_compressBound(bytes->len))) {
        packed.len = ZSTD_compress(packed.data, packed.cap, bytes->data, bytes->len, 1);
    } else if (compression == BATCH_GZIP) {
        z_stream z = {.next_in = (Bytef *)bytes->data, .avail_in = (uInt)bytes->len};
        deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        if (buf_reserve(&packed, deflateBound(&z, bytes->len))) {
            z.next_out = (Bytef *)packed.data;
            z.avail_out = (uInt)packed.cap;
            deflate(&z, Z_FINISH);
            packed.len = z.total_out;
        }
        deflateEnd(&z);
    }
    buf_clean_up(bytes);
    *bytes = packed;
}

static void encrypt(struct buf *bytes) {
    static const unsigned char iv[16];
    struct buf locked;
    buf_init(&locked, TEXT_MAX);
    int made = 0;
    int last = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    if (buf_append(&locked, iv, sizeof iv) && buf_reserve(&locked, bytes->len + 32) &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv)) {
        unsigned char *out = (unsigned char *)locked.data + locked.len;
        EVP_EncryptUpdate(cipher, out, &made, (const unsigned char *)bytes->data, (int)bytes->len);
        EVP_EncryptFinal_ex(cipher, out + made, &last);
        locked.len += (size_t)(made + last);
    }
    EVP_CIPHER_CTX_free(cipher);
    buf_clean_up(bytes);
    *bytes = locked;
}

static void read_records(const struct batch_files *spec) {
    struct status status = STATUS_INIT;
    struct batch_file_source *source = batch_file_source_open(spec, &status);
    struct record record;
    enum next found = NEXT_END;
    while (source && (found = record_source_next(batch_file_source_records(source), &record,
                                                 &status)) == NEXT_RECORD) {
        for (size_t i = 0; i < spec->table->n_columns; i++) {
            struct instant instant;
            if (record.cells[i].kind == CELL_TEXT) {
                cell_check(spec->table->columns[i].type, record.cells[i].text);
                cell_instant(record.cells[i].text, &instant);
            }
        }
    }
    if ((!source || found == NEXT_FAILED) && status.code != STATUS_DATA_LOSS) {
        abort();
    }
    batch_file_source_close(source);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static const struct column columns[] = {{.name = "a", .type = COLUMN_LONG, .primary_key = true},
                                            {.name = "b", .type = COLUMN_UTC_DATETIME},
                                            {.name = "c", .type = COLUMN_DECIMAL}};
    static const struct table table = {"s", "t", columns, 3};
    if (size == 0 || size > TEXT_MAX / 4) {
        return 0;
    }
    enum batch_compression compression = (enum batch_compression)(data[0] % 3);
    bool encrypted = data[0] & 0x40;
    struct buf bytes;
    buf_init(&bytes, TEXT_MAX);
    buf_append(&bytes, data + 1, size - 1);
    if (compression != BATCH_PLAIN && (data[0] & 0x80)) {
        pack(&bytes, compression);
    }
    if (encrypted && (data[0] & 0x20)) {
        encrypt(&bytes);
    }
    int fd = memfd_create("batch_file", 0);
    if (fd < 0 || write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len) {
        abort();
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct batch_file file = {(enum record_operation)(data[0] >> 2 & 3), path,
                              slice_make(key, sizeof key)};
    struct batch_files spec = {.table = &table,
                               .files = &file,
                               .n_files = 1,
                               .compression = compression,
                               .encrypted = encrypted,
                               .null_string = SLICE_LITERAL("N"),
                               .unmodified_string = SLICE_LITERAL("U")};
    read_records(&spec);
    close(fd);
    buf_clean_up(&bytes);
    return 0;
}
