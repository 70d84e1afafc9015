#include "tester/csv_writer.h"

static bool is_plain(struct slice text) {
    if (text.len == 0 || text.len > CSV_LONGEST_UNQUOTED || text.data[0] == ' ' ||
        text.data[text.len - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(",\"\n\r", text.data[i])) { /* and NUL */
            return false;
        }
    }
    return true;
}

static void write_text(struct buf *out, struct slice text) {
    if (is_plain(text)) {
        buf_append_slice(out, text);
        return;
    }
    buf_append_char(out, '"');
    while (text.len) {
        const char *quote = memchr(text.data, '"', text.len);
        size_t part = quote ? (size_t)(quote - text.data) + 1 : text.len;
        buf_append(out, text.data, part);
        if (quote) {
            buf_append_char(out, '"');
        }
        text = slice_make(text.data + part, text.len - part);
    }
    buf_append_char(out, '"');
}

static void write_cell(struct buf *out, const struct csv_layout *layout, const struct cell *cell) {
    enum cell_kind kind = cell->kind == CELL_ABSENT ? layout->missing : cell->kind;
    if (kind == CELL_NULL) {
        buf_append_slice(out, layout->markers.null_string);
    } else {
        write_text(out, kind == CELL_TEXT ? cell->text : layout->markers.unmodified_string);
    }
}

void csv_write_header(struct buf *out, const struct csv_layout *layout) {
    for (size_t i = 0; i < layout->n_columns; i++) {
        buf_append_text(out, i ? "," : "");
        write_text(out, slice_of(layout->table->columns[layout->columns[i]].name));
    }
    buf_append_char(out, '\n');
}

void csv_write_row(struct buf *out, const struct csv_layout *layout, const struct cell *cells) {
    for (size_t i = 0; i < layout->n_columns; i++) {
        buf_append_text(out, i ? "," : "");
        write_cell(out, layout, &cells[layout->columns[i]]);
    }
    buf_append_char(out, '\n');
}
