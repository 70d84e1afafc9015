#include "destinations/dust/dust_ids.h"

#include "destinations/table_name.h"
#include "table/cell_canonical.h"

enum {
    MAX_PART_BYTES = 64,   /* of an id that is the key as it stands */
    MAX_PARTS_BYTES = 100, /* less than a reduced id that was cut: the two are never the same */
    MAX_REDUCED_BYTES = 100,
    HASH_DIGITS = 16,
};

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_plain(struct slice part) {
    for (size_t i = 0; i < part.len; i++) {
        if (!is_word(part.data[i])) {
            return false;
        }
    }
    return part.len > 0 && part.len <= MAX_PART_BYTES;
}

/* The columns of a key in the order of an id. */
struct key_columns {
    size_t n;
    struct {
        size_t column;
        size_t place; /* what it is ordered by */
    } parts[DUST_MAX_KEY_COLUMNS];
};

/* The place of a column among those of stored; behind them when it is new. */
static size_t place_of(const struct table *table, size_t column, const struct table *stored) {
    int at = stored ? table_find(stored, slice_of(table->columns[column].name)) : -1;
    return at >= 0 ? (size_t)at : (stored ? stored->n_columns : 0) + column;
}

/* False: no key, or too large a one. */
static bool find_key(const struct table *table, const struct table *stored,
                     struct key_columns *key) {
    key->n = 0;
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!table->columns[i].primary_key) {
            continue;
        }
        if (key->n == DUST_MAX_KEY_COLUMNS) {
            return false;
        }
        size_t place = place_of(table, i, stored);
        size_t at = key->n++;
        for (; at > 0 && key->parts[at - 1].place > place; at--) {
            key->parts[at] = key->parts[at - 1];
        }
        key->parts[at].column = i;
        key->parts[at].place = place;
    }
    return key->n > 0;
}

/* Appends the parts, `-` between them; true when the id can be these as they stand. */
static bool append_parts(struct buf *text, const struct table *table, const struct cell *cells,
                         const struct key_columns *key) {
    size_t start = text->len;
    bool plain = true;
    for (size_t i = 0; i < key->n; i++) {
        size_t column = key->parts[i].column;
        buf_append_text(text, i > 0 ? "-" : "");
        size_t part = text->len;
        if (cells[column].kind == CELL_TEXT) {
            cell_canonical_append(text, table->columns[column].type, cells[column].text);
        }
        plain = plain && is_plain(slice_make(buf_slice(text).data + part, text->len - part));
    }
    return plain && text->len - start <= MAX_PARTS_BYTES;
}

static void append_reduced(struct buf *out, struct slice text) {
    for (size_t i = 0; i < text.len && i < MAX_REDUCED_BYTES; i++) {
        bool kept = is_word(text.data[i]) || text.data[i] == '-';
        buf_append_char(out, kept ? text.data[i] : '_');
    }
}

/* key is a scratch. */
static void append_hash(struct buf *out, const struct table *table, const struct cell *cells,
                        struct buf *key) {
    buf_reset(key);
    row_key_append(key, table, cells, NULL);
    const struct slice parts[] = {slice_of(table->schema), slice_of(table->name), buf_slice(key)};
    buf_append_char(out, '-');
    sha256_hex_append(out, parts, 3, HASH_DIGITS);
}

static bool append_id(struct buf *out, const struct table *table, const struct cell *cells,
                      const struct table *stored, bool with_table) {
    struct buf text; /* of any length, whatever out may hold: an id is short */
    struct key_columns key;
    if (!find_key(table, stored, &key)) {
        return false;
    }
    buf_init(&text, SIZE_MAX);
    table_name_append(&text, slice_of(table->schema), slice_of(table->name));
    bool plain = is_plain(buf_slice(&text));
    if (with_table) {
        buf_append_char(&text, '-');
    } else {
        buf_reset(&text);
    }
    plain = append_parts(&text, table, cells, &key) && plain;
    if (plain) {
        buf_append_slice(out, buf_slice(&text));
    } else {
        append_reduced(out, buf_slice(&text));
        out->failed = out->failed || text.failed;
        append_hash(out, table, cells, &text);
    }
    out->failed = out->failed || text.failed;
    buf_clean_up(&text);
    return true;
}

bool dust_row_id_append(struct buf *out, const struct table *table, const struct cell *cells,
                        const struct table *stored) {
    return append_id(out, table, cells, stored, false);
}

bool dust_document_id_append(struct buf *out, const struct table *table, const struct cell *cells,
                             const struct table *stored) {
    return append_id(out, table, cells, stored, true);
}
