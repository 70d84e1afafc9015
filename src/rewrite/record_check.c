#include "rewrite/record_check.h"

#include "table/cell_value.h"

bool record_refuse(const struct record *record, const char *column, const char *reason,
                   struct status *status) {
    status_fail(status, STATUS_DATA_LOSS, "column \"%s\" %s", column, reason);
    if (record->file) {
        status_context(status, "file %s, line %llu", record->file,
                       (unsigned long long)record->line);
    }
    return false;
}

bool record_check(const struct table *table, const struct record *record, struct status *status) {
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct column *column = &table->columns[i];
        const char *reason = record->cells[i].kind == CELL_TEXT
                                 ? cell_check(column->type, record->cells[i].text)
                                 : NULL;
        if (reason) {
            char text[256];
            snprintf(text, sizeof text, "(%s) holds a value that %s",
                     column_type_name(column->type), reason);
            return record_refuse(record, column->name, text, status);
        }
    }
    return true;
}
