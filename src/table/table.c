#include "table/table.h"

static const char *const type_names[COLUMN_TYPE_COUNT] = {
    [COLUMN_UNSPECIFIED] = "UNSPECIFIED",
    [COLUMN_BOOLEAN] = "BOOLEAN",
    [COLUMN_SHORT] = "SHORT",
    [COLUMN_INT] = "INT",
    [COLUMN_LONG] = "LONG",
    [COLUMN_DECIMAL] = "DECIMAL",
    [COLUMN_FLOAT] = "FLOAT",
    [COLUMN_DOUBLE] = "DOUBLE",
    [COLUMN_NAIVE_DATE] = "NAIVE_DATE",
    [COLUMN_NAIVE_DATETIME] = "NAIVE_DATETIME",
    [COLUMN_UTC_DATETIME] = "UTC_DATETIME",
    [COLUMN_BINARY] = "BINARY",
    [COLUMN_XML] = "XML",
    [COLUMN_STRING] = "STRING",
    [COLUMN_JSON] = "JSON",
    [COLUMN_NAIVE_TIME] = "NAIVE_TIME",
};

const char *column_type_name(enum column_type type) {
    size_t number = (size_t)type;
    return type_names[number < COLUMN_TYPE_COUNT ? number : COLUMN_UNSPECIFIED];
}

enum column_type column_type_of(struct slice name) {
    for (size_t i = 0; i < COLUMN_TYPE_COUNT; i++) {
        if (slice_equal_text(name, type_names[i])) {
            return (enum column_type)i;
        }
    }
    return COLUMN_UNSPECIFIED;
}

int table_find(const struct table *table, struct slice name) {
    for (size_t i = 0; i < table->n_columns; i++) {
        if (slice_equal_text(name, table->columns[i].name)) {
            return (int)i;
        }
    }
    return -1;
}
