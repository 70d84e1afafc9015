#include "destinations/dust_document_raw.h"

#include "destinations/dust_ids.h"
#include "destinations/table_name.h"
#include "json/json_walk.h"

#include <stdlib.h>

enum { HASH_DIGITS = 16, PLACE_BYTES = 24 };

static bool is_number(struct slice value) {
    return value.data[0] == '-' || (value.data[0] >= '0' && value.data[0] <= '9');
}

void dust_raw_text_append(struct buf *out, struct slice json, const char *member) {
    struct slice value;
    if (!json_walk_find(json, slice_of(member), &value)) {
        return;
    }
    if (value.data[0] == '"') {
        json_string_append(out, value);
    } else if (is_number(value)) {
        buf_append_slice(out, value);
    }
}

/* The value of a field; false when it is missing, or null. */
static bool find_field(struct slice json, const struct key_path *path, struct slice *value) {
    *value = json;
    for (size_t i = 0; i < path->n_names; i++) {
        if (!json_walk_find(*value, slice_of(path->names[i]), value)) {
            return false;
        }
    }
    return !slice_equal_text(*value, "null");
}

/* One part of the key. The text of a string lies in texts, which has room for it. */
static struct cell key_cell(struct slice json, const struct key_path *path, struct buf *texts,
                            enum column_type *type) {
    struct slice value;
    *type = COLUMN_STRING;
    if (!find_field(json, path, &value)) {
        return (struct cell){.kind = CELL_NULL};
    }
    if (value.data[0] != '"') {
        *type = is_number(value) ? COLUMN_DECIMAL : COLUMN_STRING;
        return (struct cell){CELL_TEXT, value};
    }
    size_t start = texts->len;
    json_string_append(texts, value);
    return (struct cell){CELL_TEXT, slice_make(buf_slice(texts).data + start, texts->len - start)};
}

static bool append_key_id(struct buf *out, const struct table *table,
                          const struct stream_mode *stream, struct slice json) {
    struct column *columns = calloc(stream->n_primary_key, sizeof *columns);
    struct cell *cells = calloc(stream->n_primary_key, sizeof *cells);
    char(*places)[PLACE_BYTES] = calloc(stream->n_primary_key, sizeof *places);
    struct buf texts; /* parts may overlap, so the record may have to fit several times */
    buf_init(&texts, SIZE_MAX);
    bool ok = columns && cells && places && json.len < SIZE_MAX / (stream->n_primary_key + 1) &&
              buf_reserve(&texts, json.len * stream->n_primary_key);
    for (size_t i = 0; ok && i < stream->n_primary_key; i++) {
        snprintf(places[i], PLACE_BYTES, "%zu", i); /* two fields may have the same name */
        columns[i].name = places[i];
        columns[i].primary_key = true;
        cells[i] = key_cell(json, &stream->primary_key[i], &texts, &columns[i].type);
    }
    const struct table keyed = {table->schema, table->name, columns, stream->n_primary_key};
    ok = ok && dust_document_id_append(out, &keyed, cells, NULL);
    buf_clean_up(&texts);
    free(columns);
    free(cells);
    free(places);
    return ok;
}

static bool append_hash_id(struct buf *out, const struct table *table, struct slice json) {
    static const struct column column = {
        .name = "record", .type = COLUMN_STRING, .primary_key = true};
    const struct table keyed = {table->schema, table->name, &column, 1};
    struct buf hash;
    buf_init(&hash, HASH_DIGITS);
    sha256_hex_append(&hash, &json, 1, HASH_DIGITS);
    const struct cell cell = {CELL_TEXT, buf_slice(&hash)};
    bool ok = !hash.failed && dust_document_id_append(out, &keyed, &cell, NULL);
    buf_clean_up(&hash);
    return ok;
}

bool dust_raw_id_append(struct buf *out, const struct table *table,
                        const struct stream_mode *stream, struct slice json) {
    return stream && stream->n_primary_key > 0 ? append_key_id(out, table, stream, json)
                                               : append_hash_id(out, table, json);
}
