#include "table/cell_canonical.h"

#include "table/decimal.h"

#include <math.h>

/* --- numbers --- */

enum {
    DOUBLE_SAFE_DIGITS = 15, /* so many pass through a double and come back */
    DOUBLE_MAX_DIGITS = 17,  /* so many tell any two doubles apart */
};

static bool append_decimal(struct buf *out, struct slice text) {
    struct decimal number;
    return decimal_parse(text, &number) && decimal_append(out, &number);
}

/* The fewest digits that give the same double again. */
static bool append_shortest(struct buf *out, double value) {
    char text[32];
    for (int digits = 1; digits <= DOUBLE_MAX_DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return append_decimal(out, slice_of(text));
}

static bool append_double(struct buf *out, struct slice text) {
    struct decimal number;
    struct significant s;
    if (!decimal_parse(text, &number)) {
        return false;
    }
    double value = decimal_double(&number);
    if (isinf(value)) {
        return false;
    }
    bool exact = decimal_significant(&number, &s) && s.digits <= DOUBLE_SAFE_DIGITS;
    return exact && isnormal(value) ? decimal_append(out, &number) : append_shortest(out, value);
}

/* --- times --- */

static void append_fraction(struct buf *out, int32_t nanos) {
    if (nanos) {
        int digits = 9;
        for (; nanos % 10 == 0; digits--) {
            nanos /= 10;
        }
        buf_printf(out, ".%0*d", digits, (int)nanos);
    }
}

bool instant_append(struct buf *out, enum column_type type, struct instant instant) {
    struct tm t;
    time_t seconds = (time_t)instant.seconds;
    if (!instant_has_year(instant) || !gmtime_r(&seconds, &t)) {
        return false;
    }
    buf_printf(out, "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
    if (type == COLUMN_NAIVE_DATE) {
        return true;
    }
    buf_printf(out, "T%02d:%02d:%02d", t.tm_hour, t.tm_min, t.tm_sec);
    append_fraction(out, instant.nanos);
    if (type == COLUMN_UTC_DATETIME) {
        buf_append_char(out, 'Z');
    }
    return true;
}

static bool append_instant(struct buf *out, enum column_type type, struct slice text) {
    struct instant instant;
    return cell_instant(text, &instant) && instant_append(out, type, instant);
}

/* `10:15` as `10:15:00`: the time behind a date. */
static bool append_time(struct buf *out, struct slice text) {
    static const char day[] = "1970-01-01T";
    enum { DAY_BYTES = sizeof day - 1, TIME_BYTES = 32 };
    char moment[DAY_BYTES + TIME_BYTES];
    struct instant instant;
    if (text.len > TIME_BYTES) {
        return false;
    }
    memcpy(moment, day, DAY_BYTES);
    memcpy(moment + DAY_BYTES, text.data, text.len);
    if (!cell_instant(slice_make(moment, DAY_BYTES + text.len), &instant)) {
        return false;
    }
    int64_t s = instant.seconds;
    buf_printf(out, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    append_fraction(out, instant.nanos);
    return true;
}

/* --- cells --- */

static bool append_boolean(struct buf *out, struct slice text) {
    bool value = false;
    bool ok = cell_boolean(text, &value);
    if (ok) {
        buf_append_text(out, value ? "true" : "false");
    }
    return ok;
}

/* False, with nothing appended, when the text stands for itself. */
static bool append_known(struct buf *out, enum column_type type, struct slice text) {
    switch (type) {
    case COLUMN_BOOLEAN:
        return append_boolean(out, text);
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
        return append_decimal(out, text);
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return append_double(out, text);
    case COLUMN_NAIVE_DATE:
    case COLUMN_NAIVE_DATETIME:
    case COLUMN_UTC_DATETIME:
        return append_instant(out, type, text);
    case COLUMN_NAIVE_TIME:
        return append_time(out, text);
    case COLUMN_UNSPECIFIED:
    case COLUMN_BINARY:
    case COLUMN_XML:
    case COLUMN_STRING:
    case COLUMN_JSON:
        break;
    }
    return false;
}

void cell_canonical_append(struct buf *out, enum column_type type, struct slice text) {
    if (slice_equal_text(text, "+Infinity") && (type == COLUMN_FLOAT || type == COLUMN_DOUBLE)) {
        text = SLICE_LITERAL("Infinity");
    }
    if (cell_check(type, text) || !append_known(out, type, text)) {
        buf_append_slice(out, text);
    }
}

bool cell_canonical_equal(struct buf *scratch, enum column_type type, const struct cell *a,
                          const struct cell *b) {
    if (a->kind != CELL_TEXT || b->kind != CELL_TEXT) {
        return a->kind != CELL_TEXT && b->kind != CELL_TEXT;
    }
    if (slice_equal(a->text, b->text)) {
        return true;
    }
    buf_reset(scratch);
    cell_canonical_append(scratch, type, a->text);
    size_t half = scratch->len;
    cell_canonical_append(scratch, type, b->text);
    return !scratch->failed && scratch->len == 2 * half &&
           memcmp(scratch->data, scratch->data + half, half) == 0;
}

/* --- keys --- */

enum { LENGTH_BYTES = 8 };

static void put_length(char at[LENGTH_BYTES], uint64_t length) {
    for (size_t i = 0; i < LENGTH_BYTES; i++) {
        at[i] = (char)(length >> (8 * (LENGTH_BYTES - 1 - i)));
    }
}

/* Its length, all ones for NULL, then its canonical text. */
static void append_part(struct buf *out, enum column_type type, const struct cell *cell) {
    char length[LENGTH_BYTES];
    size_t start = out->len;
    put_length(length, UINT64_MAX);
    buf_append(out, length, LENGTH_BYTES);
    if (cell->kind == CELL_TEXT) {
        cell_canonical_append(out, type, cell->text);
        if (!out->failed) {
            put_length(out->data + start, out->len - start - LENGTH_BYTES);
        }
    }
}

/* The key column whose name comes next behind that of last (NULL: the first); NULL at the end. */
static const struct column *next_key(const struct table *table, const struct column *last,
                                     const char *without) {
    const struct column *next = NULL;
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];
        if (column->primary_key && (!last || strcmp(column->name, last->name) > 0) &&
            (!next || strcmp(column->name, next->name) < 0) &&
            !(without && strcmp(column->name, without) == 0)) {
            next = column;
        }
    }
    return next;
}

void row_key_append(struct buf *out, const struct table *table, const struct cell *cells,
                    const char *without) {
    const struct column *column = NULL;
    while ((column = next_key(table, column, without)) != NULL) {
        append_part(out, column->type, &cells[column - table->columns]);
    }
}
