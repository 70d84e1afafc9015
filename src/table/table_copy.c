#include "table/table_copy.h"

#include <stdlib.h>

/* Copies a name to *end, moves *end behind it, and returns where it is now. */
static const char *append_name(char **end, const char *name) {
    size_t size = strlen(name) + 1;
    char *copy = memcpy(*end, name, size);
    *end += size;
    return copy;
}

static size_t names_size(const struct table *table) {
    size_t size = strlen(table->schema) + 1 + strlen(table->name) + 1;
    for (size_t i = 0; i < table->n_columns; i++) {
        size += strlen(table->columns[i].name) + 1;
    }
    return size;
}

/* The table, its columns, and behind them the names. */
struct table *table_copy(const struct table *table) {
    struct layout {
        struct table table;
        struct column columns[];
    };
    size_t columns_size = table->n_columns * sizeof(struct column);
    struct layout *copy = malloc(sizeof *copy + columns_size + names_size(table));
    if (!copy) {
        return NULL;
    }
    char *end = (char *)copy->columns + columns_size;
    copy->table = (struct table){.schema = append_name(&end, table->schema),
                                 .name = append_name(&end, table->name),
                                 .columns = copy->columns,
                                 .n_columns = table->n_columns};
    for (size_t i = 0; i < table->n_columns; i++) {
        copy->columns[i] = table->columns[i];
        copy->columns[i].name = append_name(&end, table->columns[i].name);
    }
    return &copy->table;
}

void table_copy_destroy(struct table *copy) {
    free(copy);
}
