/* The records of a call's batch files: file → AES → zstd or gzip → CSV → record.
 * Constant memory, nothing decrypted on disk. Rules: contracts/fivetran.md "Batch files" and
 * lessons 13 to 23. */
#ifndef BATCH_FILE_BATCH_FILE_H
#define BATCH_FILE_BATCH_FILE_H

#include "base/cancel.h"
#include "table/record.h"

enum batch_compression { BATCH_PLAIN, BATCH_ZSTD, BATCH_GZIP };

struct batch_file {
    enum record_operation operation; /* of every record in it */
    const char *path;
    struct slice key; /* 32 bytes when encrypted; borrowed */
};

struct batch_files {
    const struct table *table;
    const struct batch_file *files; /* read in this order */
    size_t n_files;
    enum batch_compression compression;
    bool encrypted; /* AES-256-CBC, the file's first 16 bytes are the IV */
    /* Both are compared with each field's whole text, unquoted, before any conversion, whether it
     * was quoted or not; an empty marker equals an empty field. A NULL in a key column is passed
     * on: the destination decides. */
    struct slice null_string;
    struct slice unmodified_string; /* in RECORD_UPDATE files only; null_string wins when equal */
};

struct batch_file_source;

/* A source over the files; *spec, the table and all texts must outlive it. Checks what can be
 * checked without reading, before a record goes anywhere: a key of 32 bytes for each file, a
 * regular file that can be opened, a size that an encrypted file can have. NULL with *status
 * filled: DATA_LOSS naming the file. One thread.
 *
 * Every fault of a file is DATA_LOSS and says file, line or byte, and reason, never a value; it
 * stays until the source is rewound. Columns that a file has not are CELL_ABSENT. Cells are not
 * checked against their types here: cell_check does that. */
struct batch_file_source *batch_file_source_open(const struct batch_files *spec,
                                                 struct status *status);

/* The source as the pipeline sees it; rewinding reads the files again from the start. */
struct record_source *batch_file_source_records(struct batch_file_source *source);

/* Wipes keys and plain text, closes. Accepts NULL. */
void batch_file_source_close(struct batch_file_source *source);

#endif
