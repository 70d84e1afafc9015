/* The file that Dust would write of posted rows. */
#include "sandbox/dust_column.h"
#include "sandbox/dust_csv.h"
#include "sandbox/dust_rows.h"
#include "sandbox/exchange.h"

#include <stdlib.h>

bool dust_rows_keys_are_slugs(const struct dust_rows *rows) {
    for (size_t i = 0; i < rows->keys.count; i++) {
        if (!dust_column_is_slug(rows->keys.texts[i].text)) {
            return false;
        }
    }
    return true;
}

static bool rows_learn(const struct dust_rows *rows, struct dust_schema *schema, size_t *places) {
    for (size_t i = 0; i < rows->keys.count; i++) {
        places[i] = DUST_NOWHERE;
    }
    for (size_t i = 0; i < rows->value_count; i++) {
        const struct dust_row_value *value = &rows->values[i];
        if (!dust_schema_add(schema, rows->keys.texts[value->key].text, &places[value->key],
                             &value->cell)) {
            return false;
        }
    }
    return true;
}

/* The record of a row: a cell for every column of the schema, then the id. cells is scratch: per
 * column the value's place + 1. */
static bool rows_write_row(const struct dust_rows *rows, const struct dust_posted_row *row,
                           const size_t *places, size_t columns, size_t *cells, struct buf *text,
                           struct buf *csv) {
    size_t start = csv->len;
    memset(cells, 0, columns * sizeof(*cells));
    for (size_t i = 0; i < row->count; i++) {
        const struct dust_row_value *value = &rows->values[row->first + i];
        if (places[value->key] != DUST_NOWHERE) {
            cells[places[value->key]] = row->first + i + 1;
        }
    }
    for (size_t i = 0; i < columns; i++) {
        buf_reset(text);
        if (cells[i] && !dust_cell_write(&rows->values[cells[i] - 1].cell, text)) {
            return false;
        }
        dust_csv_field(buf_slice(text), i == 0, csv);
    }
    dust_csv_field(row->id, columns == 0, csv);
    dust_csv_end(start, csv);
    return !csv->failed && !text->failed;
}

bool dust_rows_write(const struct dust_rows *rows, struct dust_schema *schema, struct buf *csv) {
    size_t *places = calloc(rows->keys.count + 1, sizeof(*places));
    size_t *cells = calloc(rows->keys.count + 1, sizeof(*cells));
    struct buf text;
    buf_init(&text, SANDBOX_MAX_BODY);
    bool good = places && cells;
    for (size_t i = 0; i < rows->count; i++) {
        good = good && rows->rows[i].count <= DUST_MAX_COLUMNS;
    }
    good = good && rows_learn(rows, schema, places);
    for (size_t i = 0; good && i < schema->count; i++) {
        dust_csv_field(dust_schema_name(schema, i), i == 0, csv);
    }
    dust_csv_field(SLICE_LITERAL(DUST_ID), schema->count == 0, csv);
    dust_csv_end(SIZE_MAX, csv);
    for (size_t i = 0; good && i < rows->count; i++) {
        good = rows_write_row(rows, &rows->rows[i], places, schema->count, cells, &text, csv);
    }
    free(places);
    free(cells);
    buf_clean_up(&text);
    return good;
}

void dust_rows_clean_up(struct dust_rows *rows) {
    dust_index_clean_up(&rows->keys);
    free(rows->values);
    free(rows->rows);
    buf_clean_up(&rows->text);
    *rows = (struct dust_rows){0};
}
