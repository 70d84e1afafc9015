#include "destinations/dust/documents/dust_document_raw.h"

#include "destinations/dust/dust_ids.h"
#include "destinations/dust/dust_json_key.h"
#include "destinations/table_name.h"
#include "json/json_walk.h"

enum { HASH_DIGITS = 16 };

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

static bool append_key_id(struct buf *out, const struct table *table,
                          const struct stream_mode *stream, struct slice json) {
    struct dust_json_key key;
    struct status ignored = STATUS_INIT;
    bool ok = dust_json_key_init(&key, table, stream, &ignored);
    if (ok) {
        dust_json_key_read(&key, json);
        ok = !key.text.failed && dust_document_id_append(out, &key.table, key.cells, NULL);
    }
    dust_json_key_clean_up(&key);
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
