#include "destinations/dust/tables/dust_cells.h"

#include "base/utf8.h"
#include "destinations/dust/tables/dust_text.h"
#include "json/json_writer.h"
#include "table/cell_canonical.h"
#include "table/decimal.h"

#include <math.h>

/* --- numbers --- */

enum { EXACT_DIGITS = 15 }; /* so many pass through a double and come back */

static const double max_safe_integer = 9007199254740991; /* JavaScript's */

/* From 2^63 up to 2^64 Dust takes the 64 bits of a number for a negative one's. */
static bool becomes_negative(double value) {
    return value >= 9223372036854775808.0 && value < 18446744073709551616.0;
}

/* Whether JavaScript gives a value of the type back as it was: a FLOAT or DOUBLE as the same
 * double. */
static bool is_exact_number(enum column_type type, const struct decimal *number, double value) {
    struct significant s;
    if (!decimal_significant(number, &s) || !isfinite(value)) {
        return false;
    }
    switch (type) {
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
        return fabs(value) <= max_safe_integer;
    case COLUMN_DECIMAL:
        return s.digits == 0 || (s.digits <= EXACT_DIGITS && isnormal(value));
    default:
        return true;
    }
}

static void append_number(struct buf *out, enum column_type type, struct slice text) {
    struct decimal number;
    double value = decimal_parse(text, &number) ? decimal_double(&number) : NAN;
    if (is_exact_number(type, &number, value) && !becomes_negative(value)) {
        decimal_append(out, &number);
    } else {
        buf_append_char(out, '"');
        dust_text_append_number(out, text);
        buf_append_char(out, '"');
    }
}

/* --- texts --- */

static void append_string(struct buf *out, struct slice text, struct dust_changes *changes) {
    struct slice fraction = dust_text_fatal_fraction(text);
    if (fraction.len == 0) {
        changes->repaired += json_write_string(out, text);
        return;
    }
    struct buf whole;
    buf_init(&whole, SIZE_MAX);
    const char *behind = fraction.data + fraction.len;
    buf_append(&whole, text.data, (size_t)(fraction.data - text.data));
    buf_append(&whole, behind, (size_t)(text.data + text.len - behind));
    changes->repaired += json_write_string(out, buf_slice(&whole));
    out->failed = out->failed || whole.failed;
    buf_clean_up(&whole);
}

static void append_free_text(struct buf *out, struct slice text, struct dust_changes *changes) {
    enum dust_text fate = dust_text_fate(text);
    changes->retyped += fate == DUST_TEXT_RETYPED;
    changes->trimmed += fate == DUST_TEXT_TRIMMED;
    changes->emptied += fate == DUST_TEXT_EMPTIED;
    append_string(out, text, changes);
}

/* An object that holds milliseconds where it can; text before 1970, which Dust must not be given
 * as milliseconds, and without their fraction (dust_text.h). */
static void append_instant(struct buf *out, struct slice text, struct dust_changes *changes) {
    enum { NANOS_PER_MS = 1000000 };
    struct instant instant;
    size_t start = out->len;
    cell_instant(text, &instant);
    if (instant.seconds >= 0 && instant.nanos % NANOS_PER_MS == 0) {
        buf_append_text(out, "{\"type\":\"datetime\",\"epoch\":");
        json_write_int(out, instant_ms(instant));
        buf_append_char(out, '}');
        return;
    }
    if (instant.seconds < 0) {
        instant.nanos = 0;
    }
    buf_append_char(out, '"');
    if (instant_append(out, COLUMN_UTC_DATETIME, instant)) {
        buf_append_char(out, '"');
    } else { /* the year 0 or 10000, by its offset */
        buf_truncate(out, start);
        append_string(out, text, changes);
    }
}

/* --- cells --- */

/* A text that its type allows. */
static void append_typed(struct buf *out, enum column_type type, struct slice text,
                         struct dust_changes *changes) {
    bool truth = false;
    switch (type) {
    case COLUMN_BOOLEAN:
        cell_boolean(text, &truth);
        buf_append_text(out, truth ? "true" : "false");
        break;
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
        append_number(out, type, text);
        break;
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        if (cell_is_not_finite(text)) {
            changes->not_finite++;
            buf_append_text(out, "null");
        } else {
            append_number(out, type, text);
        }
        break;
    case COLUMN_UTC_DATETIME:
        append_instant(out, text, changes);
        break;
    case COLUMN_NAIVE_TIME: /* a time alone would become one of today */
        buf_append_text(out, "\"T");
        buf_append_slice(out, text);
        buf_append_char(out, '"');
        break;
    case COLUMN_NAIVE_DATE:
    case COLUMN_NAIVE_DATETIME:
        append_string(out, text, changes);
        break;
    case COLUMN_UNSPECIFIED:
    case COLUMN_BINARY:
    case COLUMN_XML:
    case COLUMN_STRING:
    case COLUMN_JSON:
        append_free_text(out, text, changes);
        break;
    }
}

bool dust_cell_append(struct buf *out, const struct column *column, const struct cell *cell,
                      bool strict, struct dust_changes *changes, struct status *status) {
    struct dust_changes uncounted = {0};
    changes = changes ? changes : &uncounted;
    if (cell->kind != CELL_TEXT) {
        buf_append_text(out, "null");
        return true;
    }
    const char *reason = cell_check(column->type, cell->text);
    if (!reason) {
        append_typed(out, column->type, cell->text, changes);
    } else if (strict) {
        return status_fail(status, STATUS_DATA_LOSS, "column \"%s\" (%s) holds a value that %s",
                           column->name, column_type_name(column->type), reason);
    } else {
        append_string(out, cell->text, changes);
    }
    return true;
}

/* --- what survives --- */

/* Whether dust_cell_read gives the same value again. */
static bool survives(enum column_type type, struct slice text) {
    struct instant instant;
    struct decimal number;
    if (cell_check(type, text)) {
        return false;
    }
    switch (type) {
    case COLUMN_BOOLEAN:
    case COLUMN_NAIVE_DATE:
    case COLUMN_NAIVE_TIME:
        return true;
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return decimal_parse(text, &number) &&
               is_exact_number(type, &number, decimal_double(&number));
    case COLUMN_NAIVE_DATETIME:
    case COLUMN_UTC_DATETIME:
        return cell_instant(text, &instant) && instant.nanos == 0 && instant_has_year(instant);
    case COLUMN_UNSPECIFIED:
    case COLUMN_BINARY:
    case COLUMN_XML:
    case COLUMN_STRING:
    case COLUMN_JSON:
        break;
    }
    return dust_text_fate(text) == DUST_TEXT_KEPT && utf8_is_valid(text);
}

static bool is_needed_exactly(const struct column *column) {
    static const char *const times[] = {"_fivetran_synced", "_fivetran_start", "_fivetran_end"};
    bool needed = column->primary_key;
    for (size_t i = 0; i < sizeof times / sizeof times[0] && !needed; i++) {
        needed = strcmp(column->name, times[i]) == 0;
    }
    switch (column->type) {
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
        return true;
    default:
        return needed;
    }
}

bool dust_cell_needs_exact(const struct column *column, struct slice text) {
    return is_needed_exactly(column) && !survives(column->type, text);
}

bool dust_cell_may_be_changed(const struct column *column, struct slice text) {
    if (is_needed_exactly(column)) {
        return false;
    }
    switch (column->type) {
    case COLUMN_UNSPECIFIED:
    case COLUMN_BINARY:
    case COLUMN_XML:
    case COLUMN_STRING:
    case COLUMN_JSON:
        return dust_text_fate(text) == DUST_TEXT_RETYPED;
    default:
        return column->type == COLUMN_UTC_DATETIME;
    }
}
