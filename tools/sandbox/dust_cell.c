#include "sandbox/dust_cell.h"

#include "sandbox/dust_date.h"
#include "sandbox/dust_number.h"
#include "sandbox/scan.h"

#include <strings.h>

/* Bytes of a white space character (Unicode White_Space, as Rust's trim knows it); 0: none. */
static size_t cell_space(const char *at, size_t left) {
    static const char *const wide[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80",
                                       "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
                                       "\xe2\x81\x9f", "\xe3\x80\x80"};
    if (*at == ' ' || (*at >= '\t' && *at <= '\r')) {
        return 1;
    }
    for (size_t i = 0; (*at & 0x80) && i < sizeof(wide) / sizeof(wide[0]); i++) {
        size_t len = strlen(wide[i]);
        if (len <= left && memcmp(at, wide[i], len) == 0) {
            return len;
        }
    }
    bool quad = left >= 3 && memcmp(at, "\xe2\x80", 2) == 0 && (unsigned char)at[2] >= 0x80 &&
                (unsigned char)at[2] <= 0x8a;
    return quad ? 3 : 0;
}

struct slice dust_trim(struct slice text) {
    size_t len = 1;
    while (text.len > 0 && (len = cell_space(text.data, text.len)) > 0) {
        text = slice_make(text.data + len, text.len - len);
    }
    while (text.len > 0) {
        size_t start = text.len - 1;
        while (start > 0 && text.len - start < 3 && (text.data[start] & 0xc0) == 0x80) {
            start--;
        }
        if (cell_space(text.data + start, text.len - start) != text.len - start) {
            break;
        }
        text.len = start;
    }
    return text;
}

static bool cell_is(struct slice text, const char *word) {
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

void dust_cell_read(struct slice raw, struct dust_cell *cell) {
    struct slice text = dust_trim(raw);
    *cell = (struct dust_cell){.kind = DUST_NULL, .text = text};
    if (text.len == 0) {
        return;
    }
    if (dust_number_i64(text, &cell->integer)) {
        cell->kind = DUST_INT;
    } else if (dust_number_f64(text, &cell->real)) {
        cell->kind = DUST_FLOAT;
    } else if (cell_is(text, "t") || cell_is(text, "true")) {
        cell->kind = DUST_BOOL;
        cell->integer = 1;
    } else if (cell_is(text, "f") || cell_is(text, "false")) {
        cell->kind = DUST_BOOL;
        cell->integer = 0;
    } else if (dust_date_parse(text, &cell->integer)) {
        cell->kind = DUST_DATE;
    } else {
        cell->kind = DUST_TEXT;
    }
}

bool dust_cell_write(const struct dust_cell *cell, struct buf *out) {
    switch (cell->kind) {
    case DUST_NULL:
        return true;
    case DUST_BOOL:
        return buf_append_text(out, cell->integer ? "true" : "false");
    case DUST_INT:
        return buf_printf(out, "%lld", (long long)cell->integer);
    case DUST_FLOAT:
        if (cell->broken) {
            return buf_printf(out, "%lld", (long long)cell->integer);
        }
        dust_number_rust(cell->real, out);
        return true;
    case DUST_TEXT:
        return buf_append_slice(out, cell->text);
    case DUST_DATE:
        return !cell->broken && dust_date_write(cell->integer, out);
    }
    return false;
}

void dust_cell_show(const struct dust_cell *cell, struct buf *json) {
    switch (cell->kind) {
    case DUST_NULL:
        buf_append_text(json, "null");
        break;
    case DUST_BOOL:
        buf_append_text(json, cell->integer ? "true" : "false");
        break;
    case DUST_INT:
        if (cell->integer > -1000000000000000 && cell->integer < 1000000000000000) {
            buf_printf(json, "%lld", (long long)cell->integer);
        } else {
            dust_number_js((double)cell->integer, json);
        }
        break;
    case DUST_FLOAT:
        dust_number_js(cell->real, json);
        break;
    case DUST_TEXT:
        scan_quote(json, cell->text);
        break;
    case DUST_DATE:
        buf_printf(json, "{\"type\":\"datetime\",\"epoch\":%lld,\"string_value\":",
                   (long long)cell->integer);
        scan_quote(json, cell->text);
        buf_append_char(json, '}');
        break;
    }
}
