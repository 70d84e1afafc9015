#include "destinations/cell_json.h"

#include "destinations/destination.h"
#include "json/json_scan.h"
#include "json/json_writer.h"
#include "table/cell_value.h"

static bool refuse(const struct column *column, const char *reason, struct status *status) {
    return status_fail(status, STATUS_DATA_LOSS, "column \"%s\" (%s) holds a value that %s",
                       column->name, column_type_name(column->type), reason);
}

static bool append_number(struct buf *out, const struct column *column, struct slice text,
                          struct encode_counts *counts, struct status *status) {
    bool floating = column->type == COLUMN_FLOAT || column->type == COLUMN_DOUBLE;
    char scratch[CELL_NUMBER_BYTES];
    struct slice number;
    if (floating && cell_is_not_finite(text)) {
        counts->not_finite++;
        buf_append_text(out, "null");
        return true;
    }
    const char *reason = cell_check(column->type, text);
    if (!reason && !cell_number(text, scratch, &number)) {
        reason = "is not a number";
    }
    if (reason) {
        return refuse(column, reason, status);
    }
    buf_append_slice(out, number);
    return true;
}

static bool append_boolean(struct buf *out, const struct column *column, struct slice text,
                           struct status *status) {
    bool value;
    if (!cell_boolean(text, &value)) {
        return refuse(column, "is neither true nor false", status);
    }
    buf_append_text(out, value ? "true" : "false");
    return true;
}

static bool append_text(struct buf *out, const struct column *column, struct slice text,
                        struct encode_counts *counts, struct status *status) {
    const char *reason = cell_check(column->type, text);
    if (reason) {
        return refuse(column, reason, status);
    }
    counts->invalid_utf8 += json_write_string(out, text);
    return true;
}

static bool append_json(struct buf *out, struct slice text, struct encode_counts *counts) {
    if (json_scan(text, NULL)) {
        buf_append_slice(out, text);
    } else {
        counts->not_json++;
        counts->invalid_utf8 += json_write_string(out, text);
    }
    return true;
}

bool cell_json_append(struct buf *out, const struct column *column, const struct cell *cell,
                      struct encode_counts *counts, struct status *status) {
    if (cell->kind != CELL_TEXT) {
        buf_append_text(out, "null");
        return true;
    }
    switch (column->type) {
    case COLUMN_BOOLEAN:
        return append_boolean(out, column, cell->text, status);
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return append_number(out, column, cell->text, counts, status);
    case COLUMN_JSON:
        return append_json(out, cell->text, counts);
    default:
        return append_text(out, column, cell->text, counts, status);
    }
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
