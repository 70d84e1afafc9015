#include "destinations/cell_json.h"

#include "destinations/destination.h"
#include "json/json_scan.h"
#include "json/json_writer.h"
#include "table/cell_value.h"

static bool refuse(const struct column *column, const char *reason, struct status *status) {
    return status_fail(status, STATUS_DATA_LOSS, "column \"%s\" (%s) holds a value that %s",
                       column->name, column_type_name(column->type), reason);
}

/* Appends the text of a cell as its column's type is written. */
typedef bool append_fn(struct buf *out, const struct column *column, struct slice text,
                       struct encode_counts *counts, struct status *status);

static bool append_boolean(struct buf *out, const struct column *column, struct slice text,
                           struct encode_counts *counts, struct status *status) {
    (void)counts;
    bool value;
    if (!cell_boolean(text, &value)) {
        return refuse(column, "is neither true nor false", status);
    }
    buf_append_text(out, value ? "true" : "false");
    return true;
}

static bool append_number(struct buf *out, const struct column *column, struct slice text,
                          struct encode_counts *counts, struct status *status) {
    (void)counts;
    const char *reason = cell_number_append(out, column->type, text);
    return !reason || refuse(column, reason, status);
}

static bool append_float(struct buf *out, const struct column *column, struct slice text,
                         struct encode_counts *counts, struct status *status) {
    const char *reason = cell_number_append(out, column->type, text);
    if (reason && cell_is_not_finite(text)) {
        counts->not_finite++;
        buf_append_text(out, "null");
        return true;
    }
    return !reason || refuse(column, reason, status);
}

/* What was found to be a date or a time holds nothing that JSON would escape. */
static bool append_time(struct buf *out, const struct column *column, struct slice text,
                        struct encode_counts *counts, struct status *status) {
    (void)counts;
    const char *reason = cell_check(column->type, text);
    if (reason) {
        return refuse(column, reason, status);
    }
    json_write_plain(out, text);
    return true;
}

static bool append_text(struct buf *out, const struct column *column, struct slice text,
                        struct encode_counts *counts, struct status *status) {
    (void)column;
    (void)status;
    counts->invalid_utf8 += json_write_string(out, text);
    return true;
}

static bool append_json(struct buf *out, const struct column *column, struct slice text,
                        struct encode_counts *counts, struct status *status) {
    if (json_scan(text, NULL)) {
        buf_append_slice(out, text);
        return true;
    }
    counts->not_json++;
    return append_text(out, column, text, counts, status);
}

static append_fn *const append_as[COLUMN_TYPE_COUNT] = {
    [COLUMN_UNSPECIFIED] = append_text,  [COLUMN_BOOLEAN] = append_boolean,
    [COLUMN_SHORT] = append_number,      [COLUMN_INT] = append_number,
    [COLUMN_LONG] = append_number,       [COLUMN_DECIMAL] = append_number,
    [COLUMN_FLOAT] = append_float,       [COLUMN_DOUBLE] = append_float,
    [COLUMN_NAIVE_DATE] = append_time,   [COLUMN_NAIVE_DATETIME] = append_time,
    [COLUMN_UTC_DATETIME] = append_time, [COLUMN_BINARY] = append_text,
    [COLUMN_XML] = append_text,          [COLUMN_STRING] = append_text,
    [COLUMN_JSON] = append_json,         [COLUMN_NAIVE_TIME] = append_time,
};

bool cell_json_append(struct buf *out, const struct column *column, const struct cell *cell,
                      struct encode_counts *counts, struct status *status) {
    if (cell->kind != CELL_TEXT) {
        buf_append_text(out, "null");
        return true;
    }
    bool known = (int)column->type < COLUMN_TYPE_COUNT;
    append_fn *append = append_as[known ? column->type : COLUMN_UNSPECIFIED];
    return append(out, column, cell->text, counts, status);
}

void encode_counts_tell(const struct encode_counts *counts, const struct table *table,
                        const struct log *log, struct notice *notice) {
    if (counts->not_finite || counts->invalid_utf8 || counts->not_json) {
        log_event(log, LOG_WARNING, "values_changed",
                  "not_finite_sent_as_null=%llu invalid_utf8_replaced=%llu "
                  "json_sent_as_text=%llu",
                  (unsigned long long)counts->not_finite, (unsigned long long)counts->invalid_utf8,
                  (unsigned long long)counts->not_json);
    }
    notice_not_finite(notice, table, counts->not_finite);
}
