#include "batch_file/csv_header.h"

enum { SHOWN_BYTES = 80 };
#define HISTORY_START "_fivetran_start"

/* A name for an error text: a file that is no CSV, or has no header, must not spill into it. False
 * when the name holds what no column's name does. */
static bool show(struct slice name, char text[SHOWN_BYTES + 1]) {
    bool is_text = true;
    size_t len = name.len < SHOWN_BYTES ? name.len : SHOWN_BYTES;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        is_text = is_text && c >= ' ' && c != 0x7F;
        text[i] = c < ' ' || c > '~' ? '?' : (char)c;
    }
    text[len] = '\0';
    return is_text;
}

static bool fail_name(const struct csv_row *row, size_t field, const char *reason,
                      struct status *status) {
    char name[SHOWN_BYTES + 1];
    if (!show(csv_row_field(row, field), name)) {
        reason = "is not text, as in a file that is damaged or decrypted with a wrong key";
    }
    return status_fail(status, STATUS_DATA_LOSS, "line %llu: column %zu of the header, \"%s\", %s",
                       (unsigned long long)row->line, field + 1, name, reason);
}

/* The table's column of that name, looked for first where it stands when the orders agree. */
static int find_column(const struct table *table, struct slice name, size_t guess) {
    if (guess < table->n_columns && slice_equal_text(name, table->columns[guess].name)) {
        return (int)guess;
    }
    return table_find(table, name);
}

static bool must_have(const struct column *column, enum record_operation operation) {
    bool start = slice_equal_text(SLICE_LITERAL(HISTORY_START), column->name);
    switch (operation) {
    case RECORD_DELETE:
        return column->primary_key && !start;
    case RECORD_EARLIEST_START:
        return column->primary_key || start;
    default:
        return true;
    }
}

static bool check_missing(const struct csv_row *row, const struct table *table,
                          enum record_operation operation, const bool *present,
                          struct status *status) {
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!present[i] && must_have(&table->columns[i], operation)) {
            return status_fail(status, STATUS_DATA_LOSS,
                               "line %llu: the header lacks the %scolumn \"%s\", which every %s "
                               "file has",
                               (unsigned long long)row->line,
                               table->columns[i].primary_key ? "key " : "", table->columns[i].name,
                               record_operation_name(operation));
        }
    }
    return true;
}

bool csv_header_read(const struct csv_row *row, const struct table *table,
                     enum record_operation operation, size_t *column_of, struct status *status) {
    bool *present = calloc(table->n_columns + 1, sizeof *present);
    bool ok = false;
    if (!present) {
        status_no_memory(status, "reading a batch file's header");
        goto cleanup;
    }
    /* A header of more fields than the table has columns names one twice or a strange one within
     * the first n_columns + 1, which is what the row holds of it. */
    for (size_t i = 0; i < row->n_fields; i++) {
        struct slice name = csv_row_field(row, i);
        int column = find_column(table, name, i);
        if (name.len == 0) {
            fail_name(row, i, "is empty", status);
            goto cleanup;
        }
        if (column < 0) {
            fail_name(row, i, "is not in the table", status);
            goto cleanup;
        }
        if (present[column]) {
            fail_name(row, i, "is there twice", status);
            goto cleanup;
        }
        present[column] = true;
        column_of[i] = (size_t)column;
    }
    ok = check_missing(row, table, operation, present, status);
cleanup:
    free(present);
    return ok;
}
