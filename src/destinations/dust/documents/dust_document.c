#include "destinations/dust/documents/dust_document.h"

#include "base/utf8.h"
#include "destinations/dust/documents/dust_document_raw.h"
#include "destinations/dust/dust_ids.h"
#include "destinations/table_name.h"
#include "json/json_indent.h"
#include "json/json_writer.h"
#include "table/cell_value.h"

enum {
    MAX_NAME_BYTES = 64 * 1024,
    MAX_TAGS_BYTES = 256 * 1024,
    MAX_ID_BYTES = 64 * 1024,
    MAX_TIMESTAMP_BYTES = 32,
    HASH_DIGITS = 16,
};

/* --- parts --- */

void dust_document_table_tag(struct buf *out, const char *table_id) {
    buf_append_text(out, "bigdust:table:");
    buf_append_text(out, table_id);
}

void dust_title_append(struct buf *out, struct slice text) {
    size_t units = 0;
    size_t at = 0;
    while (at < text.len) {
        struct utf8_step step = utf8_step(slice_make(text.data + at, text.len - at));
        units += step.valid && step.len == 4 ? 2 : 1;
        if (units > DUST_MAX_TITLE_UNITS) {
            break;
        }
        at += step.len;
    }
    buf_append(out, text.data, at);
}

int64_t dust_timestamp(int64_t ms) {
    const int64_t least_ms = 10000000000; /* below, Dust takes it for seconds */
    if (ms >= least_ms) {
        return ms;
    }
    return ms >= 1000 ? ms / 1000 : 1; /* 0 might be taken for none */
}

bool dust_document_text_append(struct buf *out, const struct table *table, const struct cell *cells,
                               struct encode_counts *counts, struct status *status) {
    struct buf value;
    bool ok = true;
    buf_init(&value, DUST_DOCUMENT_MAX_BYTES);
    buf_append_char(out, '{');
    for (size_t i = 0; ok && i < table->n_columns; i++) {
        buf_append_text(out, i ? "," : "");
        json_indent_line(out, 1);
        json_write_string(out, slice_of(table->columns[i].name));
        buf_append_text(out, ": ");
        buf_reset(&value);
        ok = cell_json_append(&value, &table->columns[i], &cells[i], counts, status);
        json_indent_append(out, buf_slice(&value), 1);
        out->failed = out->failed || value.failed;
        out->no_memory = out->no_memory || value.no_memory;
    }
    json_indent_line(out, 0);
    buf_append_char(out, '}');
    buf_clean_up(&value);
    return ok;
}

/* --- the encoder --- */

/* Of the older connector (contracts/airbyte.md): the first that is not empty names a document. */
static const char *const title_names[DUST_TITLE_COLUMNS] = {"title", "name", "subject", "headline",
                                                            "label"};

static void write_tag(struct buf *tags, struct buf *tag) {
    buf_append_text(tags, tags->len ? "," : "");
    json_write_string(tags, buf_slice(tag));
    tags->failed = tags->failed || tag->failed;
    buf_reset(tag);
}

static void write_table_tags(struct buf *tags, const struct dust_document_kind *kind) {
    const struct table *table = kind->table;
    struct buf tag;
    buf_init(&tag, MAX_NAME_BYTES);
    if (kind->front_end == FRONT_END_AIRBYTE) {
        buf_printf(&tag, "airbyte:stream:%s", table->name);
    } else {
        buf_printf(&tag, "fivetran:table:%s.%s", table->schema, table->name);
    }
    write_tag(tags, &tag);
    dust_document_table_tag(&tag, kind->table_id);
    write_tag(tags, &tag);
    if (kind->generation) {
        buf_printf(&tag, DUST_GENERATION_TAG "%s", kind->generation);
        write_tag(tags, &tag);
    }
    buf_clean_up(&tag);
}

bool dust_document_encoder_init(struct dust_document_encoder *e,
                                const struct dust_document_kind *kind) {
    *e = (struct dust_document_encoder){.kind = *kind};
    buf_init(&e->table_tags, MAX_TAGS_BYTES);
    buf_init(&e->id, MAX_ID_BYTES);
    buf_init(&e->title, MAX_NAME_BYTES);
    buf_init(&e->tags, MAX_TAGS_BYTES);
    buf_init(&e->text, DUST_DOCUMENT_MAX_BYTES);
    buf_init(&e->timestamp, MAX_TIMESTAMP_BYTES);
    for (size_t i = 0; i < DUST_TITLE_COLUMNS; i++) {
        e->title_columns[i] = table_find(kind->table, slice_of(title_names[i]));
    }
    e->synced_column = table_find(kind->table, SLICE_LITERAL("_fivetran_synced"));
    e->deleted_column = table_find(kind->table, SLICE_LITERAL("_fivetran_deleted"));
    write_table_tags(&e->table_tags, kind);
    return !e->table_tags.failed;
}

void dust_document_encoder_clean_up(struct dust_document_encoder *e) {
    buf_clean_up(&e->table_tags);
    buf_clean_up(&e->id);
    buf_clean_up(&e->title);
    buf_clean_up(&e->tags);
    buf_clean_up(&e->text);
    buf_clean_up(&e->timestamp);
}

/* Dust trims titles: one of white space alone is empty there. */
static struct slice trim(struct slice text) {
    while (text.len > 0 && strchr(" \t\r\n", text.data[0])) {
        text = slice_make(text.data + 1, text.len - 1);
    }
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

/* The text of a column's cell; empty without one. */
static struct slice cell_of(const struct record *record, int column) {
    bool has = record->cells && column >= 0 && record->cells[column].kind == CELL_TEXT;
    return has ? record->cells[column].text : slice_of(NULL);
}

/* What names the record under the i-th of title_names, into e->title. */
static void try_title(struct dust_document_encoder *e, const struct record *record, size_t i) {
    if (!record->json.data) {
        dust_title_append(&e->title, trim(cell_of(record, e->title_columns[i])));
        return;
    }
    struct buf text;
    buf_init(&text, DUST_DOCUMENT_MAX_BYTES);
    dust_raw_text_append(&text, record->json, title_names[i]);
    dust_title_append(&e->title, trim(buf_slice(&text)));
    buf_clean_up(&text);
}

static void make_title(struct dust_document_encoder *e, const struct record *record) {
    buf_reset(&e->title);
    for (size_t i = 0; i < DUST_TITLE_COLUMNS && e->title.len == 0; i++) {
        try_title(e, record, i);
    }
    if (e->title.len == 0) {
        struct buf title;
        buf_init(&title, MAX_NAME_BYTES);
        buf_printf(&title, "%s record", e->kind.table->name);
        dust_title_append(&e->title, buf_slice(&title));
        buf_clean_up(&title);
    }
}

static void make_tags(struct dust_document_encoder *e, const struct record *record) {
    bool deleted = false;
    buf_reset(&e->tags);
    buf_append_slice(&e->tags, buf_slice(&e->table_tags));
    if (cell_boolean(cell_of(record, e->deleted_column), &deleted) && deleted) {
        buf_append_text(&e->tags, ",\"" DUST_DELETED_TAG "\"");
    }
}

/* Without an instant none is sent: Dust then takes the time of the request. */
static void make_timestamp(struct dust_document_encoder *e, const struct record *record) {
    struct instant synced;
    buf_reset(&e->timestamp);
    if (record->json.data && record->emitted_at_ms != EMITTED_AT_UNKNOWN) {
        json_write_int(&e->timestamp, dust_timestamp(record->emitted_at_ms));
    } else if (cell_instant(cell_of(record, e->synced_column), &synced)) {
        json_write_int(&e->timestamp, dust_timestamp(instant_ms(synced)));
    }
}

static bool make_id_and_text(struct dust_document_encoder *e, const struct record *record,
                             struct status *status) {
    const struct table *table = e->kind.table;
    buf_reset(&e->id);
    buf_reset(&e->text);
    if (record->json.data) {
        json_indent_append(&e->text, record->json, 0);
        return dust_raw_id_append(&e->id, table, e->kind.stream, record->json) ||
               status_no_memory(status, "making the id of a document");
    }
    if (!dust_document_id_append(&e->id, table, record->cells, NULL)) {
        return status_fail(status, STATUS_TASK,
                           "Table %s.%s has no primary key, which documents are named by. Choose "
                           "one at the source.",
                           table->schema, table->name);
    }
    return dust_document_text_append(&e->text, table, record->cells, &e->counts, status);
}

static bool make_parts(struct dust_document_encoder *e, const struct record *record,
                       struct status *status) {
    if (!make_id_and_text(e, record, status)) {
        return false;
    }
    make_title(e, record);
    make_tags(e, record);
    make_timestamp(e, record);
    if (e->id.failed || e->title.failed || e->tags.failed || e->text.no_memory) {
        return status_no_memory(status, "making a document");
    }
    return true;
}

static void write_body(const struct dust_document_encoder *e, struct slice hash, struct buf *out) {
    buf_append_text(out, "{\"title\":");
    json_write_string(out, buf_slice(&e->title));
    buf_append_text(out, ",\"mime_type\":\"application/json\",\"tags\":[");
    buf_append_slice(out, buf_slice(&e->tags));
    buf_append_text(out, ",\"" DUST_HASH_TAG);
    buf_append_slice(out, hash);
    buf_append_text(out, "\"]");
    if (e->timestamp.len > 0) {
        buf_append_text(out, ",\"timestamp\":");
        buf_append_slice(out, buf_slice(&e->timestamp));
    }
    buf_append_text(out, ",\"light_document_output\":true,\"text\":");
    json_write_string(out, buf_slice(&e->text));
    buf_append_char(out, '}');
}

bool dust_document_append(struct dust_document_encoder *e, const struct record *record,
                          struct buf *out, struct status *status) {
    struct buf hash;
    if (!make_parts(e, record, status)) {
        return false;
    }
    const struct slice parts[] = {buf_slice(&e->title), buf_slice(&e->tags),
                                  buf_slice(&e->timestamp), buf_slice(&e->text)};
    buf_init(&hash, HASH_DIGITS);
    sha256_hex_append(&hash, parts, sizeof parts / sizeof parts[0], HASH_DIGITS);
    buf_append_text(out, "[");
    json_write_string(out, buf_slice(&e->id));
    buf_append_char(out, ',');
    json_write_string(out, buf_slice(&hash));
    buf_append_char(out, ',');
    write_body(e, buf_slice(&hash), out);
    buf_append_char(out, ']');
    out->failed = out->failed || e->text.failed || hash.failed;
    buf_clean_up(&hash);
    return true;
}
