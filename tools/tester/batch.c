#include "tester/batch.h"

#include "frontends/fivetran/proto_map.h"
#include "tester/distort.h"
#include "tester/history.h"
#include "tester/memory.h"
#include "tester/modes.h"

#include <errno.h>

enum { MAX_PARTS = 3, NAME_BYTES = 100, MARKER_BYTES = 32, UNUSED_KEYS = 60000 };

/* What the official tester has. */
static const char NULL_STRING[] = "null-m8yilkvPsNulehxl2G6pmSQ3G3WWdLP";
static const char UNMODIFIED_STRING[] = "unmod-NcK9NIjPUutCsz4mjOQQztbnwnE1sY3";

static const char *const FIELDS[] = {"earliest_start_files", "replace_files", "update_files",
                                     "delete_files"};

static struct packing packing_of(const struct options *options) {
    struct packing packing = {PACKING_ZSTD, true};
    if (options->modes & MODE_GZIP) {
        packing.compression = PACKING_GZIP;
    }
    if (options->plain_text || (options->modes & MODE_UNCOMPRESSED)) {
        packing.compression = PACKING_OFF;
    }
    if (options->plain_text || (options->modes & MODE_UNENCRYPTED)) {
        packing.encrypted = false;
    }
    return packing;
}

static struct slice random_marker(struct run *run, const char *prefix) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char text[MARKER_BYTES + 1];
    for (size_t i = 0; i < MARKER_BYTES; i++) {
        text[i] = letters[random_below(&run->seeded.random, sizeof letters - 1)];
    }
    text[MARKER_BYTES] = '\0';
    return slice_of(memory_printf(run->arena, "%s%s", prefix, text));
}

static struct csv_markers markers_of(struct run *run) {
    if (run->options->modes & MODE_RANDOM_MARKERS) {
        struct slice null_string = random_marker(run, "n-");
        return (struct csv_markers){null_string, random_marker(run, "u-")};
    }
    return (struct csv_markers){SLICE_LITERAL(NULL_STRING), SLICE_LITERAL(UNMODIFIED_STRING)};
}

/* A name that can be a file's: no slash, no control character, not too long. What had to change
 * gets a number of its own behind it. */
static const char *file_name(struct run *run, const char *name) {
    char *safe = memory_copy(run->arena, slice_of(name));
    size_t len = strlen(safe);
    uint32_t hash = 2166136261; /* FNV-1a */
    bool changed = len > NAME_BYTES;
    if (changed) {
        for (len = NAME_BYTES; len && ((unsigned char)safe[len] & 0xC0) == 0x80; len--) {
        }
    }
    for (size_t i = 0; name[i]; i++) {
        unsigned char c = (unsigned char)name[i];
        hash = (hash ^ c) * 16777619;
        if (c == '/' || c < 0x20 || c == 0x7F) {
            safe[i] = '_';
            changed = true;
        }
    }
    safe[len] = '\0';
    return changed ? memory_printf(run->arena, "%s-%08x", safe, hash) : safe;
}

bool batch_save(const char *path, struct slice bytes, struct status *status) {
    FILE *file = fopen(path, "wb");
    bool fine = file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len;
    fine = (!file || fclose(file) == 0) && fine;
    return fine ||
           status_fail(status, STATUS_INTERNAL, "cannot write %s: %s", path, strerror(errno));
}

void batch_pack(struct run *run, struct packing packing, struct slice csv,
                unsigned char key[PACKING_KEY_BYTES], struct buf *out) {
    struct buf compressed;
    buf_init(&compressed, PACKING_MAX);
    buf_reset(out);
    packing_compress(packing.compression, csv, &compressed);
    if (packing.encrypted) {
        packing_encrypt(buf_slice(&compressed), &run->seeded, key, out);
    } else {
        buf_append_slice(out, buf_slice(&compressed));
        memory_check(out);
    }
    buf_clean_up(&compressed);
}

static struct slice keep(struct run *run, const struct buf *bytes) {
    return slice_make(memory_copy(run->arena, buf_slice(bytes)), bytes->len);
}

static bool add_file(struct run *run, struct batch *batch, enum ops_kind kind, struct slice csv,
                     struct status *status) {
    struct batch_file *file = memory_take(run->arena, sizeof *file);
    struct batch_file **end = &batch->files[kind];
    size_t number = batch->n_files[kind]++;
    const char *count = number ? memory_printf(run->arena, "_%zu", number + 1) : "";
    const char *name = memory_printf(run->arena, "%s_%s_%s%s%s",
                                     file_name(run, batch->table->shape.name), run->input_name,
                                     ops_kind_name(kind), count, packing_extension(batch->packing));
    struct buf packed;
    buf_init(&packed, PACKING_MAX);
    batch_pack(run, batch->packing, csv, file->key, &packed);
    file->path = memory_printf(run->arena, "%s/%s", run->options->data_folder, name);
    file->told = memory_printf(run->arena, "%s/%s", run->options->told_folder, name);
    file->csv = csv;
    file->packed = keep(run, &packed);
    while (*end) {
        end = &(*end)->next;
    }
    *end = file;
    bool fine = batch_save(file->path, buf_slice(&packed), status);
    buf_clean_up(&packed);
    return fine;
}

/* The columns of a kind's file, shuffled: earliest files have the key and _fivetran_start alone. */
static struct csv_layout layout_of(struct run *run, const struct batch *batch, enum ops_kind kind) {
    const struct table *shape = &batch->table->shape;
    size_t *columns = memory_take(run->arena, (shape->n_columns + 1) * sizeof *columns);
    size_t *shuffled = memory_take(run->arena, (shape->n_columns + 1) * sizeof *shuffled);
    size_t count = 0;
    for (size_t i = 0; i < shape->n_columns; i++) {
        if (kind != OPS_EARLIEST || shape->columns[i].primary_key) {
            columns[count++] = i;
        }
    }
    seeded_shuffle(&run->seeded, shuffled, count);
    for (size_t i = 0; i < count; i++) {
        shuffled[i] = columns[shuffled[i]];
    }
    return (struct csv_layout){shape, shuffled, count,
                               kind == OPS_UPDATE ? CELL_UNMODIFIED : CELL_NULL, batch->markers};
}

/* One file with so many rows from *row on, which moves behind them. */
static bool write_rows(struct run *run, struct batch *batch, enum ops_kind kind,
                       const struct ops_row **row, size_t count, struct status *status) {
    struct csv_layout layout = layout_of(run, batch, kind);
    struct buf csv;
    buf_init(&csv, PACKING_MAX);
    csv_write_header(&csv, &layout);
    for (; count > 0; count--, *row = (*row)->next) {
        csv_write_row(&csv, &layout, (*row)->cells);
    }
    memory_check(&csv);
    struct slice kept = keep(run, &csv);
    buf_clean_up(&csv);
    return add_file(run, batch, kind, kept, status);
}

/* All files of a kind; in mode several-files its rows in up to three. */
static bool write_kind(struct run *run, struct batch *batch, enum ops_kind kind,
                       const struct ops_list *rows, struct status *status) {
    uint32_t modes = run->options->modes;
    size_t parts = modes & MODE_SEVERAL_FILES ? MAX_PARTS : 1;
    const struct ops_row *row = rows->first;
    if (rows->count == 0) {
        return true;
    }
    for (size_t part = 0, done = 0; part < parts; part++) {
        size_t until = rows->count * (part + 1) / parts;
        if (until > done && !write_rows(run, batch, kind, &row, until - done, status)) {
            return false;
        }
        done = until;
    }
    for (batch->last = batch->files[kind]; batch->last->next;) {
        batch->last = batch->last->next;
    }
    return (!(modes & MODE_HEADER_ONLY) || write_rows(run, batch, kind, &row, 0, status)) &&
           (!(modes & MODE_EMPTY_FILES) || add_file(run, batch, kind, SLICE_LITERAL(""), status));
}

static FivetranSdk__V2__FileParams *params_of(struct run *run, const struct batch *batch) {
    FivetranSdk__V2__FileParams *params = memory_take(run->arena, sizeof *params);
    fivetran_sdk__v2__file_params__init(params);
    params->compression = (FivetranSdk__V2__Compression)batch->packing.compression;
    params->encryption = batch->packing.encrypted ? FIVETRAN_SDK__V2__ENCRYPTION__AES
                                                  : FIVETRAN_SDK__V2__ENCRYPTION__NONE;
    params->null_string = (char *)batch->markers.null_string.data;
    params->unmodified_string = (char *)batch->markers.unmodified_string.data;
    return params;
}

static void fill_keys(struct run *run, struct batch *batch) {
    size_t unused = run->options->modes & MODE_LARGE_MESSAGE ? UNUSED_KEYS : 0;
    size_t count = 0;
    for (size_t kind = 0; kind < OPS_KINDS; kind++) {
        count += batch->n_files[kind];
    }
    batch->keys = memory_take(run->arena, (count + unused + 1) * sizeof *batch->keys);
    for (size_t kind = 0; kind < OPS_KINDS && batch->packing.encrypted; kind++) {
        for (const struct batch_file *file = batch->files[kind]; file; file = file->next) {
            struct slice key = slice_make(file->key, sizeof file->key);
            batch->keys[batch->n_keys++] = (struct message_pair){file->told, key};
        }
    }
    for (size_t i = 0; i < unused; i++) {
        batch->keys[batch->n_keys++] =
            (struct message_pair){memory_printf(run->arena, "/not/a/file/of/this/batch/%060zu", i),
                                  SLICE_LITERAL("0123456789abcdef0123456789abcdef")};
    }
}

static void fill_files(struct run *run, struct batch *batch) {
    for (size_t kind = 0; kind < OPS_KINDS; kind++) {
        char **paths = memory_take(run->arena, (batch->n_files[kind] + 1) * sizeof *paths);
        size_t count = 0;
        for (const struct batch_file *file = batch->files[kind]; file; file = file->next) {
            paths[count++] = file->told;
        }
        message_set_texts(batch->request, FIELDS[kind], paths, count);
    }
}

static ProtobufCMessage *new_request(struct run *run, const struct batch *batch) {
    FivetranSdk__V2__Table *table = proto_of_table(&batch->table->shape, run->arena);
    if (batch->table->history) {
        FivetranSdk__V2__WriteHistoryBatchRequest *request =
            memory_take(run->arena, sizeof *request);
        fivetran_sdk__v2__write_history_batch_request__init(request);
        request->table = table;
        request->file_params = params_of(run, batch);
        return &request->base;
    }
    FivetranSdk__V2__WriteBatchRequest *request = memory_take(run->arena, sizeof *request);
    fivetran_sdk__v2__write_batch_request__init(request);
    request->table = table;
    request->file_params = params_of(run, batch);
    return &request->base;
}

static void make_request(struct run *run, struct batch *batch) {
    batch->request = new_request(run, batch);
    message_set_text(batch->request, "schema_name", run->options->schema_name);
    fill_files(run, batch);
    fill_keys(run, batch);
    message_set_map(batch->request, "keys", batch->keys, batch->n_keys, run->arena);
    calls_prepare(run, batch->request);
}

bool batch_make(struct run *run, struct ops_table *ops, struct batch *batch,
                struct status *status) {
    *batch = (struct batch){.table = ops->table,
                            .packing = packing_of(run->options),
                            .markers = markers_of(run),
                            .method = ops->table->history ? "WriteHistoryBatch" : "WriteBatch"};
    distort_rows(run, ops);
    if (ops->table->history) {
        history_finish(run, ops);
    }
    batch->subject = memory_printf(run->arena, "%s: %zu upserts, %zu updates, %zu deletes",
                                   ops->name, ops->rows[OPS_UPSERT].count,
                                   ops->rows[OPS_UPDATE].count, ops->rows[OPS_DELETE].count);
    for (enum ops_kind kind = OPS_EARLIEST; kind <= OPS_DELETE; kind++) {
        if (!write_kind(run, batch, kind, &ops->rows[kind], status)) {
            return false;
        }
    }
    make_request(run, batch);
    return true;
}
