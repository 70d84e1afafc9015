#include "sandbox/dust_image.h"

#include "sandbox/dust_cell.h"
#include "sandbox/dust_column.h"
#include "sandbox/exchange.h"

#include <stdlib.h>

/* Renames the headers; ids and headers stay where they are since `text` never grows again. */
static void image_read_headers(struct dust_image *image, const struct dust_record *record) {
    struct slice *names = calloc(record->count, sizeof(*names));
    image->header_count = record->count;
    if (!names) {
        image->error = "out of memory";
        return;
    }
    image->headers = names;
    for (size_t i = 0; i < record->count && i <= DUST_MAX_COLUMNS && !image->error; i++) {
        size_t start = image->text.len;
        dust_column_rename(record->fields[i], names, i, &image->text, &image->error);
        names[i] = slice_make(image->text.data + start, image->text.len - start);
        if (image->id_at == DUST_NOWHERE && slice_equal_text(names[i], DUST_ID)) {
            image->id_at = i;
        }
    }
    image->column_count = record->count;
    if (image->id_at != DUST_NOWHERE) {
        size_t behind = record->count - image->id_at - 1;
        memmove(names + image->id_at, names + image->id_at + 1, behind * sizeof(*names));
        image->column_count--;
    }
}

/* The id of a row that was read: its text is kept aside only when quotes had to be undone. */
static struct slice image_row_id(struct dust_image *image, const struct dust_record *record) {
    if (image->id_at == DUST_NOWHERE) {
        size_t start = image->text.len;
        buf_printf(&image->text, "%zu", image->row_count);
        return slice_make(image->text.data + start, image->text.len - start);
    }
    if (image->id_at >= record->count) {
        image->error = "a record is too short for its row id"; /* upstream panics */
        return slice_make("", 0);
    }
    struct slice id = dust_trim(record->fields[image->id_at]);
    if (id.data >= image->csv.data && id.data < image->csv.data + image->csv.len) {
        return id;
    }
    size_t start = image->text.len;
    buf_append_slice(&image->text, id);
    return slice_make(image->text.data + start, id.len);
}

static bool image_add_row(struct dust_image *image, size_t *cap, size_t at,
                          const struct dust_record *record) {
    if (image->row_count == *cap) {
        *cap = *cap ? *cap * 2 : 64;
        struct dust_row *rows = realloc(image->rows, *cap * sizeof(*rows));
        uint32_t *first = realloc(image->first, *cap * sizeof(*first));
        image->rows = rows ? rows : image->rows;
        image->first = first ? first : image->first;
        if (!rows || !first) {
            return false;
        }
    }
    bool fresh;
    struct slice id = image_row_id(image, record);
    size_t place = dust_index_put(&image->ids, id, &fresh);
    if (fresh) {
        image->first[place] = (uint32_t)image->row_count;
    }
    image->rows[image->row_count++] = (struct dust_row){at, id};
    return place != DUST_NOWHERE;
}

static void image_parse(struct dust_image *image, struct dust_record *record) {
    struct slice all = buf_slice(&image->csv);
    struct slice rest = all;
    size_t cap = 0;
    image->delimiter = dust_csv_sniff(all);
    if (!dust_csv_next(&rest, image->delimiter, record)) {
        image->error = "No columns in CSV file";
        return;
    }
    image_read_headers(image, record);
    while (!image->error) {
        size_t at = all.len - rest.len;
        if (!dust_csv_next(&rest, image->delimiter, record)) {
            break;
        }
        if (record->failed || !image_add_row(image, &cap, at, record)) {
            image->error = "out of memory";
        }
    }
}

struct dust_image *dust_image_new(struct buf *csv) {
    struct dust_image *image = calloc(1, sizeof(*image));
    struct dust_record record = {0};
    if (!image || csv->failed) {
        free(image);
        return NULL;
    }
    image->references = 1;
    image->csv = *csv;
    buf_init(csv, csv->max);
    image->id_at = DUST_NOWHERE;
    /* Names grow to at most twice their length and a bit; a row without id takes its number. */
    size_t room = image->csv.len * 2 + (size_t)64 * (DUST_MAX_COLUMNS + 2);
    for (size_t i = 0; i < image->csv.len; i++) {
        room += image->csv.data[i] == '\n' || image->csv.data[i] == '\r' ? 24 : 0;
    }
    buf_init(&image->text, room);
    buf_reserve(&image->text, room);
    image_parse(image, &record);
    if (image->text.failed) {
        image->error = "out of memory";
    }
    dust_record_clean_up(&record);
    return image;
}

struct dust_image *dust_image_acquire(struct dust_image *image) {
    if (image) {
        atomic_fetch_add(&image->references, 1);
    }
    return image;
}

void dust_image_release(struct dust_image *image) {
    if (!image || atomic_fetch_sub(&image->references, 1) > 1) {
        return;
    }
    buf_clean_up(&image->csv);
    buf_clean_up(&image->text);
    dust_index_clean_up(&image->ids);
    free(image->headers);
    free(image->rows);
    free(image->first);
    free(image);
}

const char *dust_image_error(const struct dust_image *image, const struct dust_limits *limits) {
    if (!image) {
        return NULL;
    }
    if (image->csv.len > limits->max_csv_bytes) {
        return "CSV file is too large";
    }
    if (image->header_count > DUST_MAX_COLUMNS) {
        return "Too many columns in CSV file";
    }
    if (image->row_count > limits->max_table_rows) {
        return "Too many rows in CSV file";
    }
    return image->error;
}

size_t dust_image_rows(const struct dust_image *image) {
    return image ? image->row_count : 0;
}

size_t dust_image_find(const struct dust_image *image, struct slice id) {
    size_t place = image ? dust_index_find(&image->ids, id) : DUST_NOWHERE;
    return place == DUST_NOWHERE ? DUST_NOWHERE : image->first[place];
}

void dust_image_read(const struct dust_image *image, size_t row, struct dust_record *record) {
    size_t at = image->rows[row].at;
    struct slice rest = slice_make(image->csv.data + at, image->csv.len - at);
    if (!dust_csv_next(&rest, image->delimiter, record)) {
        record->count = 0;
    }
    if (image->id_at < record->count) {
        size_t behind = record->count - image->id_at - 1;
        memmove(record->fields + image->id_at, record->fields + image->id_at + 1,
                behind * sizeof(*record->fields));
        record->count--;
    }
    record->count = record->count < image->column_count ? record->count : image->column_count;
}
