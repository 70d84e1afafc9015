#include "destinations/biggeo/biggeo_record.h"

#include "json/json_writer.h"
#include "table/cell_value.h"

#include <stdlib.h>

enum {
    MAX_NAMES_BYTES = 64 * 1024 * 1024,
    MAX_TIMESTAMP_BYTES = 64,
    CLOSING_BYTES = 64, /* of },"emitted_at":…}}, at most 37 */
};

static bool write_keys(struct biggeo_encoder *e) {
    size_t n = e->table->n_columns;
    e->keys = calloc(n + 1, sizeof *e->keys);
    for (size_t i = 0; e->keys && i < n; i++) {
        size_t start = e->names.len;
        json_write_key(&e->names, slice_of(e->table->columns[i].name));
        e->keys[i].len = e->names.len - start;
    }
    if (!e->keys || !buf_reserve(&e->names, BUF_PAD)) {
        return false;
    }
    memset(e->names.data + e->names.len, 0, BUF_PAD);
    const char *at = e->names.data; /* which moves no more */
    for (size_t i = 0; i < n; i++) {
        e->keys[i].data = at;
        at += e->keys[i].len;
    }
    return !e->names.failed;
}

bool biggeo_encoder_init(struct biggeo_encoder *e, const struct table *table, struct slice stream) {
    *e = (struct biggeo_encoder){.table = table};
    buf_init(&e->opening, MAX_NAMES_BYTES);
    buf_init(&e->names, MAX_NAMES_BYTES);
    buf_init(&e->last_synced, MAX_TIMESTAMP_BYTES);
    buf_init(&e->closing, CLOSING_BYTES);
    buf_append_text(&e->opening, "{\"type\":\"RECORD\",\"record\":{\"stream\":");
    json_write_string(&e->opening, stream);
    buf_append_text(&e->opening, ",\"data\":{");
    e->synced_column = table_find(table, SLICE_LITERAL("_fivetran_synced"));
    return write_keys(e) && !e->opening.failed && buf_reserve(&e->closing, CLOSING_BYTES);
}

void biggeo_encoder_clean_up(struct biggeo_encoder *e) {
    buf_clean_up(&e->opening);
    buf_clean_up(&e->names);
    buf_clean_up(&e->last_synced);
    buf_clean_up(&e->closing);
    free(e->keys);
    e->keys = NULL;
}

/* Which cells of a record are sent: an upsert's all, an update's key and what changed, of the
 * others the key and what has a value. */
static inline bool is_sent(enum record_operation operation, const struct column *column,
                           const struct cell *cell) {
    if (operation == RECORD_UPSERT || (column->primary_key && cell->kind != CELL_ABSENT)) {
        return true;
    }
    if (operation == RECORD_UPDATE) {
        return cell->kind == CELL_NULL || cell->kind == CELL_TEXT;
    }
    return cell->kind == CELL_TEXT &&
           !slice_equal_text(slice_of(column->name), "_fivetran_deleted");
}

static bool append_cells(struct biggeo_encoder *e, const struct record *record, struct buf *out,
                         struct status *status) {
    const struct table *table = e->table;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];
        const struct cell *cell = &record->cells[i];
        if (!is_sent(record->operation, column, cell)) {
            continue;
        }
        buf_append_padded(out, e->keys[i]);
        if (!cell_json_append(out, column, cell, &e->counts, status)) {
            return false;
        }
        buf_append_char(out, ',');
    }
    return true;
}

/* `"_fivetran_changed":["a","b"],` */
static void append_changed(const struct biggeo_encoder *e, const struct record *record,
                           struct buf *out) {
    buf_append_text(out, "\"_fivetran_changed\":[");
    bool first = true;
    for (size_t i = 0; i < e->table->n_columns; i++) {
        if (!e->table->columns[i].primary_key &&
            is_sent(RECORD_UPDATE, &e->table->columns[i], &record->cells[i])) {
            struct slice key = e->keys[i]; /* `"name":`, wanted without the colon */
            if (!first) {
                buf_append_char(out, ',');
            }
            buf_append(out, key.data, key.len - 1);
            first = false;
        }
    }
    buf_append_text(out, "],");
}

static void append_truncate(const struct truncate *truncate, struct buf *out) {
    buf_printf(out, "\"_fivetran_truncate_before\":%lld,\"_fivetran_synced_column\":",
               (long long)truncate->before_us);
    json_write_string(out, slice_of(truncate->synced_column));
    buf_append_char(out, ',');
    if (truncate->deleted_column) {
        buf_append_text(out, "\"_fivetran_deleted_column\":");
        json_write_string(out, slice_of(truncate->deleted_column));
        buf_append_char(out, ',');
    }
}

static void write_closing(struct buf *closing, int64_t emitted_at) {
    buf_append_text(closing, "},\"emitted_at\":");
    json_write_int(closing, emitted_at);
    buf_append_text(closing, "}}");
}

/* Ends a record that was emitted at its `_fivetran_synced`, else now. */
static void append_closing(struct biggeo_encoder *e, const struct record *record, int64_t now_ms,
                           struct buf *out) {
    bool has_synced =
        e->synced_column >= 0 && record->cells && record->cells[e->synced_column].kind == CELL_TEXT;
    struct slice synced = has_synced ? record->cells[e->synced_column].text : SLICE_LITERAL("");
    struct instant instant;
    if (!slice_equal(synced, buf_slice(&e->last_synced)) && cell_instant(synced, &instant)) {
        buf_reset(&e->last_synced);
        buf_append_slice(&e->last_synced, synced);
        buf_reset(&e->closing);
        write_closing(&e->closing, instant_ms(instant));
    }
    if (synced.len > 0 && slice_equal(synced, buf_slice(&e->last_synced))) {
        buf_append_slice(out, buf_slice(&e->closing));
    } else {
        write_closing(out, now_ms);
    }
}

/* A record that came as JSON is passed on as it came (architecture, "BigGeo"). */
static bool append_raw(const struct biggeo_encoder *e, const struct record *record, int64_t now_ms,
                       struct buf *out) {
    struct slice opening = buf_slice(&e->opening);
    buf_append(out, opening.data, opening.len - 1); /* the object brings its own brace */
    buf_append_slice(out, record->json);
    buf_append_text(out, ",\"emitted_at\":");
    json_write_int(out,
                   record->emitted_at_ms == EMITTED_AT_UNKNOWN ? now_ms : record->emitted_at_ms);
    buf_append_text(out, "}}");
    return true;
}

bool biggeo_encoder_append(struct biggeo_encoder *e, const struct record *record, int64_t op_at,
                           int64_t now_ms, struct buf *out, struct status *status) {
    size_t mark = out->len;
    if (record->json.data) {
        return append_raw(e, record, now_ms, out);
    }
    buf_append_slice(out, buf_slice(&e->opening));
    if (record->cells && !append_cells(e, record, out, status)) {
        buf_truncate(out, mark);
        return false;
    }
    if (record->operation == RECORD_UPDATE && record->cells) {
        append_changed(e, record, out);
    } else if (record->operation == RECORD_DELETE) {
        buf_append_text(out, "\"_fivetran_deleted\":true,");
    } else if (record->truncate) {
        append_truncate(record->truncate, out);
    }
    buf_append_text(out, "\"_fivetran_op\":\"");
    buf_append_text(out, record_operation_name(record->operation));
    buf_append_text(out, "\",\"_fivetran_op_at\":");
    json_write_int(out, op_at);
    append_closing(e, record, now_ms, out);
    return true;
}
