#include "sandbox/dust_merge.h"

#include "sandbox/dust_cell.h"
#include "sandbox/dust_column.h"
#include "sandbox/exchange.h"

#include <stdlib.h>

/* Where a row's present version stands. */
struct merge_source {
    const struct dust_image *image;
    size_t row;
    bool is_delete;
};

struct merge_rows {
    struct dust_index ids;
    struct merge_source *sources; /* per id */
    size_t cap;
};

static void rows_clean_up(struct merge_rows *rows) {
    dust_index_clean_up(&rows->ids);
    free(rows->sources);
}

/* The later version of an id wins. */
static bool rows_put(struct merge_rows *rows, struct slice id, struct merge_source source) {
    bool fresh;
    size_t place = dust_index_put(&rows->ids, id, &fresh);
    if (place == DUST_NOWHERE) {
        return false;
    }
    if (rows->ids.cap > rows->cap) {
        struct merge_source *sources =
            realloc(rows->sources, rows->ids.cap * sizeof(*rows->sources));
        if (!sources) {
            return false;
        }
        rows->sources = sources;
        rows->cap = rows->ids.cap;
    }
    rows->sources[place] = source;
    return true;
}

static bool rows_put_all(struct merge_rows *rows, const struct dust_image *image, bool is_delete) {
    for (size_t i = 0; i < dust_image_rows(image); i++) {
        if (!rows_put(rows, image->rows[i].id, (struct merge_source){image, i, is_delete})) {
            return false;
        }
    }
    return true;
}

/* Reads the files that fit one pass. */
static const char *merge_take(struct dust_merge *merge, struct merge_rows *batch) {
    uint64_t bytes = 0;
    uint64_t count = 0;
    for (merge->taken = 0; merge->taken < merge->file_count; merge->taken++) {
        const struct dust_file *file = &merge->files[merge->taken];
        bytes += file->image->csv.len;
        if (merge->taken > 0 && bytes > merge->limits.max_csv_bytes) {
            break;
        }
        const char *error = dust_image_error(file->image, &merge->limits);
        if (error) {
            return error;
        }
        count += file->image->row_count;
        if (merge->taken > 0 && count > merge->limits.max_table_rows) {
            break;
        }
        if (!rows_put_all(batch, file->image, file->is_delete)) {
            return "out of memory";
        }
    }
    return NULL;
}

/* What the images' columns are in the schema: kept per image while its rows are read. */
static bool merge_learn_row(struct dust_schema *schema, const struct merge_source *source,
                            size_t *places, struct dust_record *record) {
    dust_image_read(source->image, source->row, record);
    for (size_t i = 0; i < record->count; i++) {
        struct dust_cell cell;
        dust_cell_read(record->fields[i], &cell);
        if (!dust_schema_add(schema, source->image->headers[i], &places[i], &cell)) {
            return false;
        }
    }
    return true;
}

static const char *merge_learn(struct dust_merge *merge, const struct merge_rows *batch) {
    struct dust_schema learnt = {0};
    struct dust_record record = {0};
    size_t places[DUST_MAX_COLUMNS];
    const struct dust_image *known = NULL;
    bool good = true;
    for (size_t i = 0; i < batch->ids.count && good; i++) {
        if (batch->sources[i].image != known) {
            known = batch->sources[i].image;
            for (size_t k = 0; k < DUST_MAX_COLUMNS; k++) {
                places[k] = DUST_NOWHERE;
            }
        }
        good = batch->sources[i].is_delete ||
               merge_learn_row(&learnt, &batch->sources[i], places, &record);
    }
    good = good && dust_schema_merge(&merge->schema, &learnt);
    dust_record_clean_up(&record);
    dust_schema_clean_up(&learnt);
    return good ? NULL : "a value is no datetime that can be written";
}

/* An order like that of a hash map: the same for the same seed, otherwise arbitrary. */
static size_t *merge_order(size_t count, uint64_t seed) {
    size_t *order = calloc(count + 1, sizeof(*order));
    for (size_t i = 0; order && i < count; i++) {
        order[i] = i;
    }
    for (size_t i = count; order && i > 1; i--) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        size_t other = (size_t)((seed >> 33) % i);
        size_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
    return order;
}

/* Where each of the schema's columns stands in an image; DUST_NOWHERE: nowhere. */
struct merge_map {
    const struct dust_image *image;
    size_t *at;
};

struct merge_maps {
    const struct dust_schema *schema;
    struct merge_map *maps; /* one for every image; the one found last is looked at first */
    size_t count;
    size_t last;
};

static bool maps_fill(const struct dust_schema *schema, struct merge_map *map) {
    map->at = calloc(schema->count + 1, sizeof(*map->at));
    for (size_t i = 0; map->at && i < schema->count; i++) {
        map->at[i] = DUST_NOWHERE;
        for (size_t k = 0; k < map->image->column_count && map->at[i] == DUST_NOWHERE; k++) {
            if (slice_equal(dust_schema_name(schema, i), map->image->headers[k])) {
                map->at[i] = k;
            }
        }
    }
    return map->at != NULL;
}

/* NULL when memory is out. */
static const size_t *maps_of(struct merge_maps *maps, const struct dust_image *image) {
    for (size_t i = 0; i < maps->count; i++) {
        size_t place = (maps->last + i) % maps->count;
        if (maps->maps[place].image == image) {
            maps->last = place;
            return maps->maps[place].at;
        }
    }
    struct merge_map *grown = realloc(maps->maps, (maps->count + 1) * sizeof(*grown));
    if (!grown) {
        return NULL;
    }
    maps->maps = grown;
    maps->last = maps->count++;
    grown[maps->last].image = image;
    maps_fill(maps->schema, &grown[maps->last]);
    return grown[maps->last].at;
}

static void maps_clean_up(struct merge_maps *maps) {
    for (size_t i = 0; i < maps->count; i++) {
        free(maps->maps[i].at);
    }
    free(maps->maps);
}

static bool merge_write_row(const struct dust_schema *schema, const struct merge_source *source,
                            const size_t *map, struct dust_record *record, struct buf *text,
                            struct buf *csv) {
    size_t start = csv->len;
    dust_image_read(source->image, source->row, record);
    for (size_t i = 0; i < schema->count; i++) {
        struct dust_cell cell = {0};
        if (map[i] < record->count) {
            dust_cell_read(record->fields[map[i]], &cell);
        }
        buf_reset(text);
        if (!dust_cell_write(&cell, text)) {
            return false;
        }
        dust_csv_field(buf_slice(text), i == 0, csv);
    }
    dust_csv_field(source->image->rows[source->row].id, schema->count == 0, csv);
    dust_csv_end(start, csv);
    return true;
}

static const char *merge_write(struct dust_merge *merge, const struct merge_rows *rows,
                               struct buf *csv) {
    size_t count = rows->ids.count;
    size_t *order = merge_order(count, merge->seed);
    struct merge_maps maps = {.schema = &merge->schema};
    struct dust_record record = {0};
    struct buf text;
    buf_init(&text, SANDBOX_MAX_BODY);
    for (size_t i = 0; i < merge->schema.count; i++) {
        dust_csv_field(dust_schema_name(&merge->schema, i), i == 0, csv);
    }
    dust_csv_field(SLICE_LITERAL(DUST_ID), merge->schema.count == 0, csv);
    dust_csv_end(SIZE_MAX, csv);
    bool good = order != NULL;
    for (size_t i = 0; i < count && good; i++) {
        const struct merge_source *source = &rows->sources[order[i]];
        if (source->is_delete) {
            continue;
        }
        const size_t *map = maps_of(&maps, source->image);
        good = map && merge_write_row(&merge->schema, source, map, &record, &text, csv);
    }
    free(order);
    maps_clean_up(&maps);
    dust_record_clean_up(&record);
    buf_clean_up(&text);
    return good ? NULL : "Unknown object type";
}

const char *dust_merge_run(struct dust_merge *merge) {
    struct merge_rows batch = {0};
    struct merge_rows all = {0};
    struct buf csv;
    buf_init(&csv, SIZE_MAX / 4);
    merge->fresh = NULL;
    const char *error = merge_take(merge, &batch);
    if (!error && batch.ids.count > 0) {
        error = merge_learn(merge, &batch);
        error = error ? error : dust_image_error(merge->old, &merge->limits);
        bool good = !error && rows_put_all(&all, merge->old, false);
        for (size_t i = 0; good && i < batch.ids.count; i++) {
            good = rows_put(&all, batch.ids.texts[i].text, batch.sources[i]);
        }
        error = error || good ? error : "out of memory";
        error = error ? error : merge_write(merge, &all, &csv);
        merge->fresh = error ? NULL : dust_image_new(&csv);
        error = error || merge->fresh ? error : "out of memory";
    }
    rows_clean_up(&batch);
    rows_clean_up(&all);
    buf_clean_up(&csv);
    return error;
}

bool dust_merge_gives_up(const char *error) {
    return strcmp(error, "Too many columns in CSV file") == 0 ||
           strcmp(error, "CSV file is too large") == 0;
}
