#include "destinations/dust/tables/dust_row.h"

#include "destinations/dust/dust_ids.h"
#include "json/json_scan.h"
#include "json/json_walk.h"
#include "json/json_writer.h"

#include <stdlib.h>

enum {
    MAX_ID_BYTES = 64 * 1024,
    MAX_ROW_BYTES = 128 * 1024 * 1024, /* above any answer that is read */
};

enum { COMMA, SEMICOLON, TAB };

void dust_row_encoder_init(struct dust_row_encoder *encoder, const struct table *table,
                           const char *const *names) {
    *encoder = (struct dust_row_encoder){.table = table, .names = names};
    buf_init(&encoder->id, MAX_ID_BYTES);
    buf_init(&encoder->exact, MAX_ROW_BYTES);
}

void dust_row_encoder_clean_up(struct dust_row_encoder *encoder) {
    buf_clean_up(&encoder->id);
    buf_clean_up(&encoder->exact);
}

void dust_line_start(struct dust_line *line, struct slice id) {
    *line = (struct dust_line){.bytes = id.len + 1};
}

/* A cell that holds a comma, a quote or a line end is quoted there. */
void dust_line_add(struct dust_line *line, const struct cell *cell) {
    size_t semicolons = 0;
    size_t tabs = 0;
    bool quoted = false;
    if (cell->kind != CELL_TEXT) {
        line->bytes++;
        return;
    }
    struct slice text = cell->text;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        semicolons += c == ';';
        tabs += c == '\t';
        quoted = quoted || c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    line->bytes += text.len + 1 + (quoted ? 2 : 0);
    line->separators[COMMA]++;
    if (!quoted) {
        line->separators[SEMICOLON] += semicolons;
        line->separators[TAB] += tabs;
    }
}

static void note_exact(struct dust_row_encoder *encoder, size_t at, struct slice text) {
    buf_append_char(&encoder->exact, encoder->exact.len == 0 ? '{' : ',');
    json_write_key(&encoder->exact, slice_of(encoder->names[at]));
    json_write_string(&encoder->exact, text);
}

static uint64_t n_changes(const struct dust_changes *c) {
    return c->retyped + c->trimmed + c->emptied + c->repaired + c->not_finite;
}

void dust_row_encoder_tell(const struct dust_row_encoder *encoder, struct buf *out) {
    for (size_t i = 0; i < encoder->table->n_columns; i++) {
        if (encoder->n_changed[i] > 0) {
            buf_printf(out, "%s%s:%llu", out->len > 0 ? "," : "", encoder->names[i],
                       (unsigned long long)encoder->n_changed[i]);
        }
    }
}

static bool append_cells(struct dust_row_encoder *encoder, const struct record *record,
                         struct buf *body, struct status *status) {
    const struct table *table = encoder->table;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];
        const struct cell *cell = &record->cells[i];
        buf_append_text(body, i == 0 ? "" : ",");
        json_write_key(body, slice_of(encoder->names[i]));
        uint64_t before = n_changes(&encoder->changes);
        if (!dust_cell_append(body, column, cell, record->file != NULL, &encoder->changes,
                              status)) {
            return status_context(status, "column %s", column->name);
        }
        encoder->n_changed[i] += n_changes(&encoder->changes) > before;
        dust_line_add(&encoder->line, cell);
        if (cell->kind == CELL_TEXT && dust_cell_needs_exact(column, cell->text)) {
            note_exact(encoder, i, cell->text);
        }
    }
    return true;
}

bool dust_row_append(struct dust_row_encoder *encoder, const struct record *record,
                     struct buf *body, struct status *status) {
    size_t before = body->len;
    buf_reset(&encoder->id);
    buf_reset(&encoder->exact);
    if (!dust_row_id_append(&encoder->id, encoder->table, record->cells, encoder->stored)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "table %s.%s has no primary key: a row of it cannot be told from "
                           "another",
                           encoder->table->schema, encoder->table->name);
    }
    dust_line_start(&encoder->line, buf_slice(&encoder->id));
    buf_append_text(body, "{\"row_id\":");
    json_write_string(body, buf_slice(&encoder->id));
    buf_append_text(body, ",\"value\":{");
    if (!append_cells(encoder, record, body, status)) {
        buf_truncate(body, before);
        return false;
    }
    encoder->has_exact = encoder->exact.len > 0;
    if (encoder->has_exact) {
        buf_append_char(&encoder->exact, '}');
        buf_append_text(body, ",\"" DUST_EXACT_COLUMN "\":");
        json_write_string(body, buf_slice(&encoder->exact));
        encoder->line.bytes += encoder->exact.len * 2;
        encoder->line.separators[COMMA]++;
    }
    buf_append_text(body, "}}");
    return (!encoder->exact.failed && !encoder->id.failed) ||
           status_no_memory(status, "encoding a row");
}

bool dust_row_decoder_init(struct dust_row_decoder *decoder, const struct dust_table *table,
                           struct status *status) {
    *decoder = (struct dust_row_decoder){.table = table};
    arena_init(&decoder->arena, MAX_ROW_BYTES);
    buf_init(&decoder->text, MAX_ROW_BYTES);
    decoder->cells = calloc(table->table.n_columns + 1, sizeof *decoder->cells);
    return decoder->cells || status_no_memory(status, "reading rows");
}

void dust_row_decoder_clean_up(struct dust_row_decoder *decoder) {
    arena_clean_up(&decoder->arena);
    buf_clean_up(&decoder->text);
    free(decoder->cells);
}

/* The column of that name there, n_columns for none; most come in order, so the search begins at
 * hint. */
static size_t find_column(const struct dust_table *table, struct slice key, size_t hint) {
    size_t n = table->table.n_columns;
    for (size_t k = 0; k < n; k++) {
        size_t at = hint + k < n ? hint + k : hint + k - n;
        if (json_string_equal(key, slice_of(table->names[at]))) {
            return at;
        }
    }
    return n;
}

static bool keep_text(struct dust_row_decoder *decoder, size_t at, struct status *status) {
    struct slice text = buf_slice(&decoder->text);
    const char *copy = decoder->text.failed ? NULL : arena_copy_text(&decoder->arena, text);
    decoder->cells[at] = (struct cell){CELL_TEXT, {copy, text.len}};
    return copy || status_no_memory(status, "reading a row");
}

/* The texts that DUST_EXACT_COLUMN holds take the place of what Dust made of them. */
static bool read_exact(struct dust_row_decoder *decoder, struct slice json, struct status *status) {
    struct json_walk walk;
    struct slice key;
    struct slice value;
    struct slice copy = {arena_copy_text(&decoder->arena, json), json.len};
    if (!copy.data) {
        return status_no_memory(status, "reading a row");
    }
    bool ok = true;
    size_t hint = 0;
    for (json_walk_start(&walk, copy); ok && json_walk_member(&walk, &key, &value); hint++) {
        size_t at = find_column(decoder->table, key, hint);
        if (at < decoder->table->table.n_columns && value.len > 0 && value.data[0] == '"') {
            buf_reset(&decoder->text);
            json_string_append(&decoder->text, value);
            ok = keep_text(decoder, at, status);
            hint = at;
        }
    }
    return ok;
}

bool dust_row_read(struct dust_row_decoder *decoder, struct slice value, struct status *status) {
    const struct table *table = &decoder->table->table;
    struct json_walk walk;
    struct slice key;
    struct slice cell;
    struct slice exact = {0};
    size_t hint = 0;
    arena_reset(&decoder->arena);
    for (size_t i = 0; i < table->n_columns; i++) {
        decoder->cells[i] = (struct cell){.kind = CELL_NULL};
    }
    for (json_walk_start(&walk, value); json_walk_member(&walk, &key, &cell);) {
        size_t at = find_column(decoder->table, key, hint);
        if (at == table->n_columns) {
            exact = json_string_equal(key, SLICE_LITERAL(DUST_EXACT_COLUMN)) ? cell : exact;
            continue;
        }
        hint = at + 1 < table->n_columns ? at + 1 : 0;
        buf_reset(&decoder->text);
        if (dust_cell_read(&decoder->text, &table->columns[at], cell) &&
            !keep_text(decoder, at, status)) {
            return false;
        }
    }
    if (exact.len == 0 || exact.data[0] != '"') {
        return true;
    }
    buf_reset(&decoder->text);
    json_string_append(&decoder->text, exact);
    return !json_scan(buf_slice(&decoder->text), NULL) ||
           read_exact(decoder, buf_slice(&decoder->text), status);
}
