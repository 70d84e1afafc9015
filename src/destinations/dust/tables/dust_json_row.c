#include "destinations/dust/tables/dust_json_row.h"

#include "destinations/dust/dust_ids.h"
#include "destinations/table_name.h"
#include "json/json_walk.h"
#include "json/json_writer.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MAX_ID_BYTES = 1024,
    MAX_TEXT_BYTES = 128 * 1024 * 1024, /* above any record that is read */
    HASH_DIGITS = 16,
    EMITTED_AT_BYTES = 24,
};

bool dust_json_row_encoder_init(struct dust_json_row_encoder *e, struct dust_stream_table *table,
                                const struct table *names, const struct stream_mode *stream,
                                struct status *status) {
    *e = (struct dust_json_row_encoder){.table = table, .stream = stream};
    buf_init(&e->id, MAX_ID_BYTES);
    buf_init(&e->text, MAX_TEXT_BYTES);
    e->values = calloc(DUST_MAX_COLUMNS, sizeof *e->values);
    return dust_json_key_init(&e->key, names, stream, status) &&
           (e->values || status_no_memory(status, "preparing a stream"));
}

void dust_json_row_encoder_clean_up(struct dust_json_row_encoder *e) {
    dust_json_key_clean_up(&e->key);
    buf_clean_up(&e->id);
    buf_clean_up(&e->text);
    free(e->values);
}

/* --- the id --- */

/* What tells the messages of one key apart. */
static void append_digest(const struct record *record, struct buf *out) {
    char emitted_at[EMITTED_AT_BYTES] = "";
    if (record->emitted_at_ms != EMITTED_AT_UNKNOWN) {
        snprintf(emitted_at, sizeof emitted_at, "%" PRId64, record->emitted_at_ms);
    }
    const struct slice parts[] = {slice_of(emitted_at), record->json};
    sha256_hex_append(out, parts, 2, HASH_DIGITS);
}

/* Under the stream's name, as a document's: two streams' are never the same. */
static void append_keyless_id(struct dust_json_row_encoder *e, const struct record *record) {
    static const struct column column = {
        .name = "record", .type = COLUMN_STRING, .primary_key = true};
    const struct table keyed = {e->key.table.schema, e->key.table.name, &column, 1};
    buf_reset(&e->text);
    append_digest(record, &e->text);
    const struct cell cell = {CELL_TEXT, buf_slice(&e->text)};
    dust_document_id_append(&e->id, &keyed, &cell, NULL);
}

static bool make_id(struct dust_json_row_encoder *e, const struct record *record,
                    struct status *status) {
    buf_reset(&e->id);
    dust_json_key_read(&e->key, record->json);
    if (!dust_row_id_append(&e->id, &e->key.table, e->key.cells, NULL)) {
        append_keyless_id(e, record);
    } else if (e->stream->mode != WRITE_APPEND_DEDUP) {
        buf_append_char(&e->id, '-');
        append_digest(record, &e->id);
    }
    return (!e->id.failed && !e->key.text.failed) || status_no_memory(status, "encoding a row");
}

/* --- the cells --- */

/* Puts the record's values into their columns' places; false with *status when a member is new and
 * cannot become a column. */
static bool collect(struct dust_json_row_encoder *e, struct slice json, struct status *status) {
    struct json_walk walk;
    struct slice key;
    struct slice value;
    size_t hint = 0;
    memset(e->values, 0, DUST_MAX_COLUMNS * sizeof *e->values);
    json_walk_start(&walk, json);
    while (json_walk_member(&walk, &key, &value)) {
        size_t at = dust_stream_table_find(e->table, key, hint);
        if (at == DUST_STREAM_TABLE_NONE) {
            if (!dust_stream_table_learn(e->table, json, status)) {
                return false;
            }
            at = dust_stream_table_find(e->table, key, hint);
        }
        e->values[at] = value;
        hint = at + 1;
    }
    return true;
}

static bool is_integer(struct slice number) {
    size_t at = number.data[0] == '-';
    while (at < number.len && number.data[at] >= '0' && number.data[at] <= '9') {
        at++;
    }
    return at == number.len;
}

/* What a string says. */
static struct slice string_text(struct dust_json_row_encoder *e, struct slice string) {
    struct slice inside = slice_make(string.data + 1, string.len - 2);
    if (!memchr(inside.data, '\\', inside.len)) {
        return inside;
    }
    buf_reset(&e->text);
    json_string_append(&e->text, string);
    return buf_slice(&e->text);
}

/* The value as a cell of a Fivetran type, whose rules are the same. */
static void append_value(struct dust_json_row_encoder *e, struct slice value, struct buf *body) {
    struct status ignored = STATUS_INIT;
    struct column column = {.type = COLUMN_JSON};
    struct cell cell = {CELL_TEXT, value};
    switch (value.data[0]) {
    case '"':
        column.type = COLUMN_STRING;
        cell.text = string_text(e, value);
        break;
    case '{':
    case '[':
        break;
    case 't':
    case 'f':
        column.type = COLUMN_BOOLEAN;
        break;
    case 'n':
        cell = (struct cell){.kind = CELL_NULL};
        break;
    default:
        column.type = is_integer(value) ? COLUMN_LONG : COLUMN_DECIMAL;
        break;
    }
    dust_cell_append(body, &column, &cell, false, &e->changes, &ignored);
    dust_line_add(&e->line, &cell);
}

static void append_values(struct dust_json_row_encoder *e, struct buf *body) {
    bool first = true;
    for (size_t i = 0; i < e->table->originals.n_keys; i++) {
        if (!e->values[i].data) {
            continue;
        }
        buf_append_text(body, first ? "" : ",");
        json_write_key(body, slice_of(e->table->names[i]));
        append_value(e, e->values[i], body);
        first = false;
    }
}

bool dust_json_row_append(struct dust_json_row_encoder *e, const struct record *record,
                          struct buf *body, struct status *status) {
    if (!collect(e, record->json, status) || !make_id(e, record, status)) {
        return false;
    }
    dust_line_start(&e->line, buf_slice(&e->id));
    buf_append_text(body, "{\"row_id\":\"");
    buf_append_slice(body, buf_slice(&e->id)); /* needs no escapes */
    buf_append_text(body, "\",\"value\":{");
    append_values(e, body);
    buf_append_text(body, "}}");
    body->failed = body->failed || e->text.failed;
    return true;
}
