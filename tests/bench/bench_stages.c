/* How much CPU time each stage of a WriteBatch takes, on one thread: reading, decrypting,
 * decompressing, splitting into records, encoding for BigGeo, filling batches. Each line includes
 * the stages above it. bench_stages <file.csv.zst.aes> <key in hex> <column:type,…> */
#include "base/clock.h"
#include "batch_file/aes_source.h"
#include "batch_file/batch_file.h"
#include "batch_file/file_source.h"
#include "batch_file/zstd_source.h"
#include "delivery/batcher.h"
#include "destinations/biggeo/biggeo_record.h"

#include <stdlib.h>

enum { RUNS = 5, MAX_COLUMNS = 64, KEY_BYTES = 32, CHUNK = 128 * 1024 };

struct bench {
    const char *path;
    unsigned char key[KEY_BYTES];
    struct column columns[MAX_COLUMNS];
    struct table table;
    struct status status;
};

static struct slice key_of(const struct bench *b) {
    return slice_make(b->key, sizeof b->key);
}

/* Reads a source to its end; the bytes it gave. */
static uint64_t drain(struct byte_source *source, struct status *status) {
    static char chunk[CHUNK];
    uint64_t total = 0;
    size_t len = 0;
    while (source && byte_source_read(source, chunk, sizeof chunk, &len, status) && len > 0) {
        total += len;
    }
    byte_source_close(source);
    return total;
}

static uint64_t stage_file(struct bench *b) {
    uint64_t size;
    return drain(file_source_open(b->path, &size, &b->status), &b->status);
}

static struct byte_source *open_aes(struct bench *b) {
    uint64_t size;
    struct byte_source *file = file_source_open(b->path, &size, &b->status);
    return file ? aes_source_open(file, key_of(b), &b->status) : NULL;
}

static uint64_t stage_aes(struct bench *b) {
    return drain(open_aes(b), &b->status);
}

static uint64_t stage_zstd(struct bench *b) {
    struct byte_source *aes = open_aes(b);
    return drain(aes ? zstd_source_open(aes, &b->status) : NULL, &b->status);
}

/* Reads the file's records, and gives each to use (may be NULL). */
static uint64_t each_record(struct bench *b, bool (*use)(void *, const struct record *),
                            void *context) {
    const struct batch_file file = {RECORD_UPSERT, b->path, key_of(b)};
    const struct batch_files spec = {
        .table = &b->table,
        .files = &file,
        .n_files = 1,
        .compression = BATCH_ZSTD,
        .encrypted = true,
        .null_string = SLICE_LITERAL("null-m8yilkvPsNulehxl2G6pmSQ3G3WWdLP"),
        .unmodified_string = SLICE_LITERAL("unmod-NcK9NIjPUutCsz4mjOQQztbnwnE1sY3")};
    struct batch_file_source *source = batch_file_source_open(&spec, &b->status);
    struct record record;
    uint64_t count = 0;
    while (source && record_source_next(batch_file_source_records(source), &record, &b->status) ==
                         NEXT_RECORD) {
        count++;
        if (use && !use(context, &record)) {
            break;
        }
    }
    batch_file_source_close(source);
    return count;
}

static uint64_t stage_records(struct bench *b) {
    return each_record(b, NULL, NULL);
}

struct encoding {
    struct biggeo_encoder encoder;
    struct buf out;
    struct status *status;
};

static bool encode(void *context, const struct record *record) {
    struct encoding *e = context;
    if (e->out.len > 1000000) {
        buf_reset(&e->out);
    }
    return biggeo_encoder_append(&e->encoder, record, 1, 2, &e->out, e->status);
}

static uint64_t stage_encode(struct bench *b) {
    struct encoding e = {.status = &b->status};
    buf_init(&e.out, 64 * CHUNK);
    uint64_t count = 0;
    if (biggeo_encoder_init(&e.encoder, &b->table, SLICE_LITERAL("s__t"))) {
        count = each_record(b, encode, &e);
    }
    biggeo_encoder_clean_up(&e.encoder);
    buf_clean_up(&e.out);
    return count;
}

static const struct {
    const char *name;
    uint64_t (*run)(struct bench *b);
} stages[] = {
    {"file", stage_file},         {"+ AES", stage_aes},       {"+ zstd", stage_zstd},
    {"+ records", stage_records}, {"+ encode", stage_encode},
};

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* CPU time, which does not depend on what else the machine does. */
static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool parse_arguments(struct bench *b, char **argv) {
    b->path = argv[1];
    for (size_t i = 0; i < KEY_BYTES; i++) {
        const char digits[] = {argv[2][2 * i], argv[2][2 * i + 1], '\0'};
        b->key[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    b->table = (struct table){"s", "t", b->columns, 0};
    char *save = NULL;
    for (char *part = strtok_r(argv[3], ",", &save); part; part = strtok_r(NULL, ",", &save)) {
        char *colon = strchr(part, ':');
        if (!colon || b->table.n_columns == MAX_COLUMNS) {
            return false;
        }
        *colon = '\0';
        b->columns[b->table.n_columns++] =
            (struct column){.name = part, .type = column_type_of(slice_of(colon + 1))};
    }
    b->columns[0].primary_key = true;
    return true;
}

int main(int argc, char **argv) {
    static struct bench b;
    if (argc != 4 || strlen(argv[2]) != 2 * (size_t)KEY_BYTES || !parse_arguments(&b, argv)) {
        fprintf(stderr, "usage: bench_stages FILE KEY_IN_HEX COLUMN:TYPE,...\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        double seconds[RUNS];
        uint64_t count = 0;
        for (int run = 0; run < RUNS; run++) {
            double start = now_s();
            count = stages[i].run(&b);
            seconds[run] = now_s() - start;
        }
        qsort(seconds, RUNS, sizeof *seconds, compare_doubles);
        printf("%s\t%.4f\t%llu\n", stages[i].name, seconds[RUNS / 2], (unsigned long long)count);
    }
    if (b.status.code != STATUS_OK) {
        fprintf(stderr, "bench_stages: %s\n", b.status.message);
        return 1;
    }
    return 0;
}
