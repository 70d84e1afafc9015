#include "sandbox/dust_schema.h"

#include "sandbox/exchange.h"
#include "sandbox/scan.h"

#include <stdlib.h>

enum { POSSIBLE_MAX_COUNT = 16, POSSIBLE_MAX_LEN = 32 };

enum schema_type { TYPE_INT, TYPE_FLOAT, TYPE_TEXT, TYPE_BOOL, TYPE_DATETIME };

struct dust_schema_column {
    char *name;
    size_t name_len;
    enum schema_type type;
    bool any; /* possible values are not listed any more */
    size_t possible_count;
    char possible[POSSIBLE_MAX_COUNT + 1][POSSIBLE_MAX_LEN + 1];
};

void dust_schema_clean_up(struct dust_schema *schema) {
    for (size_t i = 0; i < schema->count; i++) {
        free(schema->columns[i].name);
    }
    free(schema->columns);
    dust_index_clean_up(&schema->names);
    *schema = (struct dust_schema){0};
}

struct slice dust_schema_name(const struct dust_schema *schema, size_t column) {
    return slice_make(schema->columns[column].name, schema->columns[column].name_len);
}

static struct dust_schema_column *schema_new_column(struct dust_schema *schema, struct slice name,
                                                    enum schema_type type) {
    if (schema->count == schema->cap) {
        size_t cap = schema->cap ? schema->cap * 2 : 16;
        struct dust_schema_column *columns = realloc(schema->columns, cap * sizeof(*columns));
        if (!columns) {
            return NULL;
        }
        schema->columns = columns;
        schema->cap = cap;
    }
    struct dust_schema_column *column = &schema->columns[schema->count];
    bool fresh;
    *column = (struct dust_schema_column){.name = malloc(name.len + 1), .name_len = name.len};
    if (!column->name) {
        return NULL;
    }
    memcpy(column->name, name.data, name.len);
    column->name[name.len] = '\0';
    column->type = type;
    dust_index_put(&schema->names, slice_make(column->name, name.len), &fresh);
    schema->count++;
    return column;
}

static void schema_mix(struct dust_schema_column *column, enum schema_type type) {
    if (column->type != type) {
        bool numbers = column->type <= TYPE_FLOAT && type <= TYPE_FLOAT;
        column->type = numbers ? TYPE_FLOAT : TYPE_TEXT;
    }
}

/* Notes a possible value, or gives up the list when it grows too long. */
static void schema_possible(struct dust_schema_column *column, struct slice text) {
    if (column->any) {
        return;
    }
    column->any = text.len > POSSIBLE_MAX_LEN;
    for (size_t i = 0; i < column->possible_count && !column->any; i++) {
        if (slice_equal_text(text, column->possible[i])) {
            return;
        }
    }
    if (column->any || column->possible_count == POSSIBLE_MAX_COUNT) {
        column->any = true;
        return;
    }
    char *place = column->possible[column->possible_count++];
    memcpy(place, text.data, text.len);
    place[text.len] = '\0';
}

/* A value as the list of possible values shows it. */
static bool schema_value(const struct dust_cell *cell, struct buf *out) {
    if (cell->kind == DUST_BOOL) {
        buf_append_text(out, cell->integer ? "TRUE" : "FALSE");
    } else if (cell->kind == DUST_TEXT) {
        buf_append_char(out, '"');
        buf_append_slice(out, cell->text.len > POSSIBLE_MAX_LEN
                                  ? slice_make(cell->text.data, POSSIBLE_MAX_LEN)
                                  : cell->text);
        buf_append_char(out, '"');
    } else {
        return dust_cell_write(cell, out);
    }
    return true;
}

bool dust_schema_add(struct dust_schema *schema, struct slice name, size_t *place,
                     const struct dust_cell *cell) {
    static const enum schema_type types[] = {
        [DUST_NULL] = TYPE_TEXT,   [DUST_BOOL] = TYPE_BOOL, [DUST_INT] = TYPE_INT,
        [DUST_FLOAT] = TYPE_FLOAT, [DUST_TEXT] = TYPE_TEXT, [DUST_DATE] = TYPE_DATETIME};
    if (cell->kind == DUST_NULL) {
        return true;
    }
    if (*place == DUST_NOWHERE) {
        *place = dust_index_find(&schema->names, name);
    }
    if (*place == DUST_NOWHERE) {
        *place = schema->count;
        if (!schema_new_column(schema, name, types[cell->kind])) {
            return false;
        }
    }
    struct dust_schema_column *column = &schema->columns[*place];
    schema_mix(column, types[cell->kind]);
    if (column->any && cell->kind != DUST_DATE) {
        return true;
    }
    struct buf text;
    buf_init(&text, SANDBOX_MAX_NAME);
    bool good = schema_value(cell, &text);
    schema_possible(column, buf_slice(&text));
    buf_clean_up(&text);
    return good;
}

bool dust_schema_merge(struct dust_schema *schema, const struct dust_schema *other) {
    for (size_t i = 0; i < other->count; i++) {
        const struct dust_schema_column *theirs = &other->columns[i];
        size_t place = dust_index_find(&schema->names, dust_schema_name(other, i));
        if (place == DUST_NOWHERE) {
            struct dust_schema_column *fresh =
                schema_new_column(schema, dust_schema_name(other, i), theirs->type);
            if (!fresh) {
                return false;
            }
            fresh->any = theirs->any;
            fresh->possible_count = theirs->possible_count;
            memcpy(fresh->possible, theirs->possible, sizeof(fresh->possible));
            continue;
        }
        schema_mix(&schema->columns[place], theirs->type);
        for (size_t k = 0; k < theirs->possible_count && !theirs->any; k++) {
            schema_possible(&schema->columns[place], slice_of(theirs->possible[k]));
        }
    }
    return true;
}

void dust_schema_show(const struct dust_schema *schema, struct buf *json) {
    static const char *const types[] = {"int", "float", "text", "bool", "datetime"};
    if (!schema) {
        buf_append_text(json, "null");
        return;
    }
    buf_append_char(json, '[');
    for (size_t i = 0; i < schema->count; i++) {
        const struct dust_schema_column *column = &schema->columns[i];
        buf_append_text(json, i ? ",{\"name\":" : "{\"name\":");
        scan_quote(json, dust_schema_name(schema, i));
        buf_printf(json, ",\"value_type\":\"%s\",\"possible_values\":", types[column->type]);
        for (size_t k = 0; k < column->possible_count && !column->any; k++) {
            buf_append_char(json, k ? ',' : '[');
            scan_quote(json, slice_of(column->possible[k]));
        }
        buf_append_text(json, column->any ? "null}" : "]}");
    }
    buf_append_char(json, ']');
}
