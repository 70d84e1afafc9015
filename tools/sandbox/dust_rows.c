#include "sandbox/dust_rows.h"

#include "sandbox/dust_number.h"
#include "sandbox/exchange.h"
#include "sandbox/scan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A body that is being read. The first thing that is wrong stays in `error`. */
struct rows_reader {
    struct scan scan;
    struct dust_rows *rows;
    struct buf *error;
    size_t *seen; /* per key, the value that it had last */
    size_t seen_cap;
};

static bool rows_complain(struct rows_reader *r, const char *text, const char *what) {
    if (r->error->len == 0) {
        buf_printf(r->error, "Invalid request body: Validation error: %s at \"rows[%zu].%s\"", text,
                   r->rows->count, what);
    }
    return false;
}

static bool rows_grow(void **list, size_t *cap, size_t count, size_t size) {
    if (count < *cap) {
        return true;
    }
    size_t more = *cap ? *cap * 2 : 64;
    void *grown = realloc(*list, more * size);
    if (!grown) {
        return false;
    }
    *list = grown;
    *cap = more;
    return true;
}

/* The text of a string: in the body itself unless it has escapes. `text` has room for all. */
static bool rows_text(struct rows_reader *r, struct slice *text) {
    struct slice raw;
    if (!scan_string(&r->scan, &raw)) {
        return false;
    }
    *text = raw;
    if (memchr(raw.data, '\\', raw.len)) {
        size_t start = r->rows->text.len;
        scan_unescape(raw, &r->rows->text);
        *text = slice_make(r->rows->text.data + start, r->rows->text.len - start);
    }
    return true;
}

/* Digits that only a u64 holds: upstream wraps them around. */
static bool rows_wraps(struct slice text, struct dust_cell *cell) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text.data, &end, 10);
    cell->integer = (int64_t)number;
    return *text.data != '-' && *end == '\0' && errno == 0;
}

/* A number on its way: JavaScript reads a double and prints it for Rust to read. */
static bool rows_number(struct rows_reader *r, struct dust_cell *cell) {
    struct slice raw;
    struct buf printed;
    if (!scan_value(&r->scan, &raw)) {
        return false;
    }
    cell->real = strtod(raw.data, NULL);
    if (!isfinite(cell->real)) { /* JSON.stringify makes it null */
        cell->kind = DUST_NULL;
        return true;
    }
    buf_init(&printed, 64);
    dust_number_js(cell->real, &printed);
    struct slice text = slice_make(buf_cstr(&printed), printed.len);
    cell->kind = dust_number_i64(text, &cell->integer) ? DUST_INT : DUST_FLOAT;
    cell->broken = cell->kind == DUST_FLOAT && rows_wraps(text, cell);
    buf_clean_up(&printed);
    return true;
}

/* {"type":"datetime","epoch":…}; other members are dropped. */
static bool rows_date(struct rows_reader *r, struct dust_cell *cell, const char *at) {
    struct slice key;
    struct slice type = {"", 0};
    struct dust_cell epoch = {.kind = DUST_NULL};
    bool has_epoch = false;
    size_t n = 0;
    if (!scan_open(&r->scan, '{')) {
        return false;
    }
    while (scan_member(&r->scan, &n, &key)) {
        char kind = scan_peek(&r->scan);
        bool good;
        if (slice_equal_text(key, "type") && kind == '"') {
            good = rows_text(r, &type);
        } else if (slice_equal_text(key, "epoch") &&
                   (kind == '-' || (kind >= '0' && kind <= '9'))) {
            has_epoch = true;
            good = rows_number(r, &epoch);
        } else {
            good = scan_value(&r->scan, NULL);
        }
        if (!good) {
            return false;
        }
    }
    if (!r->scan.error && (!slice_equal_text(type, "datetime") || !has_epoch)) {
        return rows_complain(r, "Invalid input", at);
    }
    cell->kind = DUST_DATE;
    cell->integer = epoch.integer;
    cell->broken = epoch.kind != DUST_INT;
    return !r->scan.error;
}

static bool rows_cell(struct rows_reader *r, struct dust_cell *cell, struct slice key) {
    char at[128];
    snprintf(at, sizeof(at), "value.%.*s", key.len < 64 ? (int)key.len : 64, key.data);
    bool flag;
    *cell = (struct dust_cell){.kind = DUST_NULL};
    switch (scan_peek(&r->scan)) {
    case '"':
        cell->kind = DUST_TEXT;
        return rows_text(r, &cell->text);
    case '{':
        return rows_date(r, cell, at);
    case '[':
        return rows_complain(r, "Invalid input", at);
    case 'n':
        return scan_value(&r->scan, NULL);
    case 't':
    case 'f':
        cell->kind = DUST_BOOL;
        if (!scan_bool(&r->scan, &flag)) {
            return false;
        }
        cell->integer = flag;
        return true;
    default:
        return rows_number(r, cell);
    }
}

/* Takes a value of the row at hand; of a key that comes twice the later one counts. */
static bool rows_put(struct rows_reader *r, struct dust_posted_row *row, struct slice key,
                     const struct dust_cell *cell) {
    struct dust_rows *rows = r->rows;
    bool fresh;
    size_t place = dust_index_put(&rows->keys, key, &fresh);
    if (place == DUST_NOWHERE ||
        !rows_grow((void **)&r->seen, &r->seen_cap, place, sizeof(*r->seen)) ||
        !rows_grow((void **)&rows->values, &rows->value_cap, rows->value_count,
                   sizeof(*rows->values))) {
        return rows_complain(r, "out of memory", "");
    }
    if (!fresh && r->seen[place] >= row->first && r->seen[place] < rows->value_count &&
        rows->values[r->seen[place]].key == place) {
        rows->values[r->seen[place]].cell = *cell;
        return true;
    }
    r->seen[place] = rows->value_count;
    rows->values[rows->value_count++] = (struct dust_row_value){place, *cell};
    row->count++;
    return true;
}

static bool rows_value(struct rows_reader *r, struct dust_posted_row *row) {
    struct slice raw;
    size_t n = 0;
    if (scan_peek(&r->scan) != '{') {
        return rows_complain(r, "Expected object", "value");
    }
    row->first = r->rows->value_count;
    row->count = 0;
    if (!scan_open(&r->scan, '{')) {
        return false;
    }
    while (scan_member(&r->scan, &n, &raw)) {
        struct dust_cell cell;
        struct slice key = raw;
        if (memchr(raw.data, '\\', raw.len)) {
            size_t start = r->rows->text.len;
            scan_unescape(raw, &r->rows->text);
            key = slice_make(r->rows->text.data + start, r->rows->text.len - start);
        }
        if (!rows_cell(r, &cell, key) || !rows_put(r, row, key, &cell)) {
            return false;
        }
    }
    return !r->scan.error;
}

static bool rows_row(struct rows_reader *r) {
    struct dust_rows *rows = r->rows;
    struct dust_posted_row row = {0};
    struct slice key;
    bool has_id = false;
    bool has_value = false;
    size_t n = 0;
    if (scan_peek(&r->scan) != '{') {
        return rows_complain(r, "Expected object", "");
    }
    scan_open(&r->scan, '{');
    while (scan_member(&r->scan, &n, &key)) {
        bool good;
        if (slice_equal_text(key, "row_id")) {
            has_id = true;
            good = scan_peek(&r->scan) == '"' ? rows_text(r, &row.id)
                                              : rows_complain(r, "Expected string", "row_id");
        } else if (slice_equal_text(key, "value")) {
            has_value = true;
            good = rows_value(r, &row);
        } else {
            good = scan_value(&r->scan, NULL);
        }
        if (!good) {
            return false;
        }
    }
    if (r->scan.error || !has_id || !has_value) {
        return !r->scan.error && rows_complain(r, "Required", has_id ? "value" : "row_id");
    }
    if (!rows_grow((void **)&rows->rows, &rows->cap, rows->count, sizeof(*rows->rows))) {
        return rows_complain(r, "out of memory", "");
    }
    rows->rows[rows->count++] = row;
    return true;
}

static bool rows_list(struct rows_reader *r) {
    size_t n = 0;
    scan_open(&r->scan, '[');
    while (scan_element(&r->scan, &n)) {
        if (!rows_row(r)) {
            return false;
        }
    }
    return !r->scan.error;
}

static bool rows_member(struct rows_reader *r, struct slice key, bool *has_rows) {
    char kind = scan_peek(&r->scan);
    if (slice_equal_text(key, "rows")) {
        *has_rows = kind == '[';
        return *has_rows ? rows_list(r) : scan_value(&r->scan, NULL);
    }
    if (slice_equal_text(key, "truncate")) {
        if (kind != 't' && kind != 'f') {
            buf_append_text(r->error, "Invalid request body: Validation error: Expected boolean at "
                                      "\"truncate\"");
            return false;
        }
        return scan_bool(&r->scan, &r->rows->truncate);
    }
    return scan_value(&r->scan, NULL);
}

bool dust_rows_parse(struct slice body, struct dust_rows *rows, struct buf *error) {
    struct rows_reader r = {.rows = rows, .error = error};
    struct slice key;
    size_t n = 0;
    bool has_rows = false;
    buf_init(&rows->text, body.len + 1);
    buf_reserve(&rows->text, body.len + 1);
    scan_init(&r.scan, body);
    if (scan_peek(&r.scan) == '{' && scan_open(&r.scan, '{')) {
        while (scan_member(&r.scan, &n, &key) && rows_member(&r, key, &has_rows)) {
        }
    } else {
        scan_value(&r.scan, NULL);
    }
    free(r.seen);
    if (error->len > 0) { /* whether it is JSON at all is asked first */
        scan_init(&r.scan, body);
        scan_value(&r.scan, NULL);
    }
    if (!scan_finish(&r.scan)) {
        buf_reset(error);
        buf_append_text(error, "Malformed JSON in request body");
    } else if (error->len == 0 && !has_rows) {
        buf_append_text(error, "Invalid request body: Validation error: Required at \"rows\"");
    }
    return error->len == 0;
}
