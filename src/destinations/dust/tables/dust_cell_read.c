#include "destinations/dust/tables/dust_cells.h"
#include "destinations/dust/tables/dust_text.h"
#include "json/json_walk.h"
#include "table/cell_canonical.h"

/* Puts a space in front of what stands behind start, which Dust shows as text, when
 * dust_cell_append would send it as something else under the type. */
static void keep_text(struct buf *out, size_t start, enum column_type type) {
    switch (type) {
    case COLUMN_BOOLEAN:
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
    case COLUMN_UTC_DATETIME:
    case COLUMN_NAIVE_TIME:
        break;
    default:
        return;
    }
    struct slice text = slice_make(buf_slice(out).data + start, out->len - start);
    if (!cell_check(type, text) && buf_append_char(out, ' ')) {
        memmove(out->data + start + 1, out->data + start, text.len);
        out->data[start] = ' ';
    }
}

static void read_string(struct buf *out, enum column_type type, struct slice string) {
    size_t start = out->len;
    json_string_append(out, string);
    struct slice text = slice_make(buf_slice(out).data + start, out->len - start);
    bool is_time = type == COLUMN_NAIVE_TIME && text.len && text.data[0] == 'T' &&
                   !cell_check(type, slice_make(text.data + 1, text.len - 1));
    if (is_time) {
        memmove(out->data + start, out->data + start + 1, text.len - 1);
        buf_truncate(out, out->len - 1);
    } else {
        keep_text(out, start, type);
    }
}

/* --- {"type":"datetime","epoch":1196676930000,"string_value":"2007-12-03 10:15:30"} --- */

/* The epoch, in milliseconds, as an instant; before 1970 without the fraction of a second, which
 * cannot be sent (dust_text.h). False when there is none. */
static bool read_epoch(struct slice object, struct instant *instant) {
    struct slice epoch;
    char text[24];
    if (!json_walk_find(object, SLICE_LITERAL("epoch"), &epoch) || epoch.len >= sizeof text ||
        cell_check(COLUMN_LONG, epoch)) {
        return false;
    }
    memcpy(text, epoch.data, epoch.len);
    text[epoch.len] = '\0';
    int64_t ms = strtoll(text, NULL, 10);
    int64_t rest = (ms % 1000 + 1000) % 1000;
    instant->seconds = (ms - rest) / 1000;
    instant->nanos = ms < 0 ? 0 : (int32_t)rest * 1000000;
    return true;
}

/* `2007-12-03 10:15:30`: with a T, and without a zone, Dust would not take it for a time. */
static bool append_spaced(struct buf *out, struct instant instant) {
    enum { DATE_BYTES = 10 };
    size_t start = out->len;
    bool ok = instant_append(out, COLUMN_NAIVE_DATETIME, instant);
    if (ok && !out->failed) {
        out->data[start + DATE_BYTES] = ' ';
    }
    return ok;
}

static bool append_epoch(struct buf *out, enum column_type type, struct instant instant) {
    enum { DAY_SECONDS = 86400 };
    bool is_midnight = instant.seconds % DAY_SECONDS == 0 && instant.nanos == 0;
    if (type == COLUMN_UTC_DATETIME || (type == COLUMN_NAIVE_DATE && is_midnight)) {
        return instant_append(out, type, instant);
    }
    return append_spaced(out, instant);
}

static bool has_time(enum column_type type) {
    return type == COLUMN_UTC_DATETIME || type == COLUMN_NAIVE_DATE ||
           type == COLUMN_NAIVE_DATETIME;
}

/* The epoch where the type holds times, else the text that Dust took for one. */
static void read_object(struct buf *out, enum column_type type, struct slice object) {
    struct instant instant;
    struct slice string;
    size_t start = out->len;
    bool has_epoch = read_epoch(object, &instant);
    bool has_string = json_walk_find(object, SLICE_LITERAL("string_value"), &string) &&
                      string.len > 2 && string.data[0] == '"';
    if (has_epoch && (has_time(type) || !has_string) && append_epoch(out, type, instant)) {
        return;
    }
    if (has_string) {
        json_string_append(out, string);
    } else {
        buf_append_slice(out, object);
    }
    keep_text(out, start, type);
}

bool dust_cell_read(struct buf *out, const struct column *column, struct slice value) {
    switch (value.len ? value.data[0] : 'n') {
    case 'n':
        return false;
    case '"':
        read_string(out, column->type, value);
        break;
    case '{':
        read_object(out, column->type, value);
        break;
    case 't':
    case 'f':
        buf_append_slice(out, value);
        break;
    default:
        dust_text_append_number(out, value);
    }
    return true;
}
