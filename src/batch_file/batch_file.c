#include "batch_file/batch_file.h"

#include "batch_file/aes_source.h"
#include "batch_file/csv_header.h"
#include "batch_file/csv_reader.h"
#include "batch_file/file_source.h"
#include "batch_file/gzip_source.h"
#include "batch_file/zstd_source.h"

enum { SHOWN_PATH_BYTES = 300 };

struct batch_file_source {
    struct record_source records;
    const struct batch_files *spec;
    size_t next_file;          /* index of the one to open next */
    struct csv_reader *reader; /* of the file before it; NULL between files */
    struct cell *cells;        /* of the present record */
    size_t *column_of;         /* of each field of the present file */
    struct status failure;     /* it stays: nothing of the files behind it may slip through */
};

/* Says which file; of a very long path the end. */
static bool in_file(const struct batch_file *file, struct status *status) {
    size_t len = strlen(file->path);
    bool cut = len > SHOWN_PATH_BYTES;
    return status_context(status, "batch file %s%s", cut ? "…" : "",
                          file->path + (cut ? len - SHOWN_PATH_BYTES : 0));
}

/* Opens the stored bytes and checks what can be seen without reading them. */
static struct byte_source *open_stored(const struct batch_files *spec,
                                       const struct batch_file *file, struct status *status) {
    uint64_t size = 0;
    struct byte_source *stored = file_source_open(file->path, &size, status);
    if (stored && spec->encrypted && !aes_source_check_size(size, status)) {
        byte_source_close(stored);
        return NULL;
    }
    return stored;
}

static bool check_file(const struct batch_files *spec, const struct batch_file *file,
                       struct status *status) {
    if (spec->encrypted && file->key.len == 0) {
        return status_fail(status, STATUS_DATA_LOSS, "cannot be decrypted: its key is missing");
    }
    if (spec->encrypted && file->key.len != AES_KEY_BYTES) {
        return status_fail(status, STATUS_DATA_LOSS,
                           "cannot be decrypted: its key has %zu bytes, not %d", file->key.len,
                           AES_KEY_BYTES);
    }
    struct byte_source *stored = open_stored(spec, file, status);
    byte_source_close(stored);
    return stored != NULL;
}

static struct byte_source *open_bytes(const struct batch_files *spec, const struct batch_file *file,
                                      struct status *status) {
    struct byte_source *bytes = open_stored(spec, file, status);
    if (bytes && spec->encrypted) {
        bytes = aes_source_open(bytes, file->key, status);
    }
    if (bytes && spec->compression == BATCH_ZSTD) {
        bytes = zstd_source_open(bytes, status);
    } else if (bytes && spec->compression == BATCH_GZIP) {
        bytes = gzip_source_open(bytes, status);
    }
    return bytes;
}

/* A wrong key gives bytes that no later stage understands, mostly before the padding shows it. */
static void hint_at_key(const struct batch_files *spec, struct status *status) {
    if (spec->encrypted && status->code == STATUS_DATA_LOSS) {
        struct status found = *status;
        status_fail(status, found.code, "%s; a wrong key looks like this too", found.message);
    }
}

static bool open_reader(struct batch_file_source *s, const struct batch_file *file,
                        struct status *status) {
    struct byte_source *bytes = open_bytes(s->spec, file, status);
    if (bytes) {
        s->reader = csv_reader_open(bytes, s->spec->table->n_columns + 1, status);
    }
    return s->reader != NULL;
}

/* Opens the next file up to behind its header. NEXT_END when the file has no bytes at all. */
static enum next open_next(struct batch_file_source *s, struct status *status) {
    const struct batch_file *file = &s->spec->files[s->next_file++];
    const struct table *table = s->spec->table;
    struct csv_row header;
    if (!open_reader(s, file, status)) {
        in_file(file, status);
        return NEXT_FAILED;
    }
    enum next found = csv_reader_next(s->reader, &header, status);
    memset(s->cells, 0, (table->n_columns + 1) * sizeof *s->cells);
    if (found == NEXT_FAILED) {
        hint_at_key(s->spec, status);
    } else if (found == NEXT_RECORD &&
               !csv_header_read(&header, table, file->operation, s->column_of, status)) {
        found = NEXT_FAILED;
    }
    if (found == NEXT_FAILED) {
        in_file(file, status);
    }
    return found;
}

/* NULL wins over unmodified, should one text mean both. */
static inline enum cell_kind kind_of(struct slice text, struct slice null_string,
                                     struct slice unmodified_string, bool update) {
    if (slice_equal(text, null_string)) {
        return CELL_NULL;
    }
    return update && slice_equal(text, unmodified_string) ? CELL_UNMODIFIED : CELL_TEXT;
}

/* False when a key is unmodified: which row would that be? */
static bool fill_cells(struct batch_file_source *s, const struct csv_row *row, bool update,
                       struct status *status) {
    const struct column *columns = s->spec->table->columns;
    struct slice null_string = s->spec->null_string;
    struct slice unmodified_string = s->spec->unmodified_string;
    for (size_t i = 0; i < row->n_fields; i++) {
        struct slice text = csv_row_field(row, i);
        size_t column = s->column_of[i];
        enum cell_kind kind = kind_of(text, null_string, unmodified_string, update);
        if (kind == CELL_UNMODIFIED && columns[column].primary_key) {
            return status_fail(status, STATUS_DATA_LOSS,
                               "line %llu: the key column \"%s\" is marked as unmodified, so that "
                               "nothing says which row to change",
                               (unsigned long long)row->line, columns[column].name);
        }
        s->cells[column] = (struct cell){kind, text};
    }
    return true;
}

static enum next next_record(struct batch_file_source *s, struct record *record,
                             struct status *status) {
    struct csv_row row;
    for (;;) {
        while (!s->reader) {
            if (s->next_file == s->spec->n_files) {
                return NEXT_END;
            }
            if (open_next(s, status) == NEXT_FAILED) {
                return NEXT_FAILED;
            }
        }
        const struct batch_file *file = &s->spec->files[s->next_file - 1];
        switch (csv_reader_next(s->reader, &row, status)) {
        case NEXT_FAILED:
            in_file(file, status);
            return NEXT_FAILED;
        case NEXT_END:
            csv_reader_close(s->reader);
            s->reader = NULL;
            break;
        case NEXT_RECORD:
            if (!fill_cells(s, &row, file->operation == RECORD_UPDATE, status)) {
                in_file(file, status);
                return NEXT_FAILED;
            }
            *record = (struct record){.operation = file->operation,
                                      .cells = s->cells,
                                      .file = file->path,
                                      .line = row.line};
            return NEXT_RECORD;
        }
    }
}

static enum next batch_file_source_next(struct record_source *records, struct record *record,
                                        struct status *status) {
    struct batch_file_source *s = (struct batch_file_source *)records;
    if (s->failure.code != STATUS_OK) {
        *status = s->failure;
        return NEXT_FAILED;
    }
    enum next found = next_record(s, record, status);
    if (found == NEXT_FAILED) {
        s->failure = *status;
    }
    return found;
}

static bool batch_file_source_rewind(struct record_source *records, struct status *status) {
    (void)status;
    struct batch_file_source *s = (struct batch_file_source *)records;
    csv_reader_close(s->reader);
    s->reader = NULL;
    s->next_file = 0;
    s->failure = STATUS_INIT;
    return true;
}

struct batch_file_source *batch_file_source_open(const struct batch_files *spec,
                                                 struct status *status) {
    for (size_t i = 0; i < spec->n_files; i++) {
        if (!check_file(spec, &spec->files[i], status)) {
            in_file(&spec->files[i], status);
            return NULL;
        }
    }
    struct batch_file_source *s = calloc(1, sizeof *s);
    size_t room = spec->table->n_columns + 1;
    if (s) {
        s->records = (struct record_source){batch_file_source_next, batch_file_source_rewind};
        s->spec = spec;
        s->cells = calloc(room, sizeof *s->cells);
        s->column_of = calloc(room, sizeof *s->column_of);
    }
    if (!s || !s->cells || !s->column_of) {
        batch_file_source_close(s);
        status_no_memory(status, "opening the batch files");
        return NULL;
    }
    return s;
}

struct record_source *batch_file_source_records(struct batch_file_source *source) {
    return &source->records;
}

void batch_file_source_close(struct batch_file_source *s) {
    if (!s) {
        return;
    }
    csv_reader_close(s->reader);
    free(s->cells);
    free(s->column_of);
    free(s);
}
