/* A CSV file of Dust's: of a table, or one that waits to be merged into it. Never changes once
 * made; counted references, any thread. */
#ifndef SANDBOX_DUST_IMAGE_H
#define SANDBOX_DUST_IMAGE_H

#include "sandbox/dust_csv.h"
#include "sandbox/dust_index.h"

#include <stdatomic.h>

struct dust_limits {
    uint64_t max_table_rows;
    uint64_t max_csv_bytes;
};

struct dust_image {
    atomic_int references;
    struct buf csv;
    char delimiter;
    const char *error;     /* why it cannot be read whatever the limits are; NULL: it can */
    size_t header_count;   /* as the file has them, the id's among them */
    struct slice *headers; /* renamed, in the file's order, without the row id's */
    size_t column_count;
    size_t id_at;          /* the row id's place among the file's columns; DUST_NOWHERE: none */
    struct dust_row *rows; /* in the file's order */
    size_t row_count;
    struct buf text;       /* what headers and ids borrow from */
    struct dust_index ids; /* of distinct row ids */
    uint32_t *first;       /* per distinct id, its first row */
};

struct dust_row {
    size_t at;       /* its record's place in the file */
    struct slice id; /* trimmed */
};

/* The image of a file, which is taken over. NULL when memory is out. */
struct dust_image *dust_image_new(struct buf *csv);
struct dust_image *dust_image_acquire(struct dust_image *image);
void dust_image_release(struct dust_image *image);

/* What reading it says under these limits: NULL for nothing, and for no image at all. */
const char *dust_image_error(const struct dust_image *image, const struct dust_limits *limits);

/* The rows that reading gives; 0 for no image. */
size_t dust_image_rows(const struct dust_image *image);

/* The place of a row, DUST_NOWHERE when there is none of that id. */
size_t dust_image_find(const struct dust_image *image, struct slice id);

/* The cells of a row as texts, one for each of the image's columns or fewer. */
void dust_image_read(const struct dust_image *image, size_t row, struct dust_record *record);

#endif
