#include "base/utf8.h"
#include "table/record.h"

void record_key_text(const struct table *table, const struct record *record, char *text,
                     size_t cap) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; record->cells && i < table->n_columns && used < cap; i++) {
        if (!table->columns[i].primary_key) {
            continue;
        }
        const struct cell *cell = &record->cells[i];
        struct slice value = cell->kind == CELL_TEXT ? cell->text : SLICE_LITERAL("NULL");
        int len = snprintf(text + used, cap - used, "%s%s=%.*s", used ? ", " : "",
                           table->columns[i].name, SLICE_ARG(value));
        used += len > 0 ? (size_t)len : 0;
    }
    if (used == 0) {
        snprintf(text, cap, "(no key)");
    }
    utf8_repair(text); /* it may hold any bytes, and be cut anywhere */
}
