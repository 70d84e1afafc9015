#include "tester/model.h"

#include "tester/memory.h"
#include "tester/value.h"

struct model_table *model_find(const struct model *model, const char *name) {
    struct model_table *table = model->tables;
    while (table && strcmp(table->shape.name, name) != 0) {
        table = table->next;
    }
    return table;
}

int model_column(const struct model_table *table, const char *name) {
    return table_find(&table->shape, slice_of(name));
}

/* The shape with room for extra more columns, all names copied. */
static struct table copy_shape(struct model *model, const struct table *shape, size_t extra) {
    struct arena *arena = model->arena;
    size_t count = shape->n_columns;
    struct column *columns = memory_take(arena, (count + extra + 1) * sizeof *columns);
    for (size_t i = 0; i < count; i++) {
        columns[i] = shape->columns[i];
        columns[i].name = memory_copy(arena, slice_of(columns[i].name));
    }
    return (struct table){memory_copy(arena, slice_of(shape->schema)),
                          memory_copy(arena, slice_of(shape->name)), columns, count};
}

struct model_table *model_put(struct model *model, const struct table *shape, bool history) {
    struct model_table *table = model_find(model, shape->name);
    if (!table) {
        table = memory_take(model->arena, sizeof *table);
        table->next = model->tables;
        model->tables = table;
    }
    table->shape = copy_shape(model, shape, 0);
    table->history = history;
    return table;
}

void model_remove(struct model *model, const char *name) {
    struct model_table **at = &model->tables;
    while (*at && strcmp((*at)->shape.name, name) != 0) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = (*at)->next;
    }
}

void model_add_column(struct model *model, struct model_table *table, struct column column) {
    if (model_column(table, column.name) >= 0) {
        return;
    }
    struct table grown = copy_shape(model, &table->shape, 1);
    column.name = memory_copy(model->arena, slice_of(column.name));
    ((struct column *)grown.columns)[grown.n_columns++] = column;
    table->shape = grown;
}

void model_drop_column(struct model_table *table, const char *name) {
    int at = model_column(table, name);
    if (at >= 0) {
        struct column *columns = (struct column *)table->shape.columns;
        size_t behind = table->shape.n_columns - (size_t)at - 1;
        memmove(&columns[at], &columns[at + 1], behind * sizeof *columns);
        table->shape.n_columns--;
    }
}

void model_change_column(struct model *model, struct model_table *table, const char *name,
                         struct column to) {
    int at = model_column(table, name);
    if (at >= 0) {
        struct column *column = (struct column *)&table->shape.columns[at];
        to.name = memory_copy(model->arena, slice_of(to.name));
        to.primary_key = column->primary_key;
        *column = to;
    }
}

static void add(struct model *model, struct model_table *table, const char *name,
                enum column_type type, bool primary_key) {
    model_add_column(model, table,
                     (struct column){.name = name, .type = type, .primary_key = primary_key});
}

void model_to_history(struct model *model, struct model_table *table) {
    model_drop_column(table, COLUMN_NAME_DELETED);
    add(model, table, COLUMN_NAME_START, COLUMN_UTC_DATETIME, true);
    add(model, table, COLUMN_NAME_END, COLUMN_UTC_DATETIME, false);
    add(model, table, COLUMN_NAME_ACTIVE, COLUMN_BOOLEAN, false);
    table->history = true;
}

void model_to_soft_delete(struct model *model, struct model_table *table, const char *deleted) {
    model_drop_column(table, COLUMN_NAME_START);
    model_drop_column(table, COLUMN_NAME_END);
    model_drop_column(table, COLUMN_NAME_ACTIVE);
    add(model, table, deleted, COLUMN_BOOLEAN, false);
    table->history = false;
}

bool model_read_column(const char *name, const json_t *type, struct column *column,
                       struct status *status) {
    const json_t *text = json_is_object(type) ? json_object_get(type, "type") : type;
    const json_t *precision = json_object_get(type, "precision");
    *column = (struct column){.name = name, .type = COLUMN_UNSPECIFIED};
    if (json_is_string(text)) {
        column->type = column_type_of(slice_of(json_string_value(text)));
    }
    if (column->type == COLUMN_UNSPECIFIED) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "column \"%s\" has no known data type",
                           name);
    }
    if (column->type == COLUMN_DECIMAL && json_is_integer(precision)) {
        column->has_decimal = true;
        column->precision = (uint32_t)json_integer_value(precision);
        column->scale = (uint32_t)json_integer_value(json_object_get(type, "scale"));
    }
    return true;
}

static bool is_in(const json_t *names, const char *name) {
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach(names, index, each) {
        if (json_is_string(each) && strcmp(json_string_value(each), name) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_declared(struct model *model, struct model_table *table, json_t *columns,
                         const json_t *key, struct status *status) {
    const char *name = NULL;
    json_t *type = NULL;
    json_object_foreach(columns, name, type) {
        struct column column;
        if (!model_read_column(name, type, &column, status)) {
            return status_context(status, "table \"%s\"", table->shape.name);
        }
        column.primary_key = is_in(key, name);
        model_add_column(model, table, column);
    }
    return true;
}

static bool key_is_there(const struct model_table *table, const json_t *key,
                         struct status *status) {
    size_t index = 0;
    json_t *name = NULL;
    json_array_foreach(key, index, name) {
        const char *text = json_is_string(name) ? json_string_value(name) : "";
        if (model_column(table, text) < 0) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "table \"%s\" has no column \"%s\" for its primary key",
                               table->shape.name, text);
        }
    }
    return true;
}

struct model_table *model_put_json(struct model *model, const char *schema, const char *name,
                                   const json_t *entry, struct status *status) {
    json_t *columns = json_object_get(entry, "columns");
    const json_t *key = json_object_get(entry, "primary_key");
    if (!value_is_object(entry, name, status) ||
        (columns && !value_is_object(columns, "columns", status)) ||
        (key && !value_is_list(key, "primary_key", status))) {
        status_context(status, "table \"%s\"", name);
        return NULL;
    }
    struct table empty = {schema, name, NULL, 0};
    struct model_table fresh = {.shape = copy_shape(model, &empty, 0)};
    if (!add_declared(model, &fresh, columns, key, status) || !key_is_there(&fresh, key, status)) {
        return NULL;
    }
    add(model, &fresh, COLUMN_NAME_SYNCED, COLUMN_UTC_DATETIME, false);
    if (json_array_size(key) == 0) {
        add(model, &fresh, COLUMN_NAME_ID, COLUMN_STRING, true);
        ((struct column *)fresh.shape.columns)[model_column(&fresh, COLUMN_NAME_ID)].primary_key =
            true;
    }
    if (json_is_true(json_object_get(entry, "history_mode"))) {
        model_to_history(model, &fresh);
    } else {
        add(model, &fresh, COLUMN_NAME_DELETED, COLUMN_BOOLEAN, false);
    }
    return model_put(model, &fresh.shape, fresh.history);
}

struct model_table *model_put_message(struct model *model, const char *schema,
                                      const FivetranSdk__V2__Table *message) {
    struct column *columns = memory_take(model->arena, (message->n_columns + 1) * sizeof *columns);
    for (size_t i = 0; i < message->n_columns; i++) {
        const FivetranSdk__V2__Column *column = message->columns[i];
        columns[i] = (struct column){.name = column->name,
                                     .type = (enum column_type)column->type,
                                     .primary_key = column->primary_key};
        if (column->params &&
            column->params->params_case == FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_DECIMAL) {
            columns[i].has_decimal = true;
            columns[i].precision = column->params->decimal->precision;
            columns[i].scale = column->params->decimal->scale;
        }
    }
    struct table shape = {schema, message->name, columns, message->n_columns};
    return model_put(model, &shape, table_find(&shape, SLICE_LITERAL(COLUMN_NAME_START)) >= 0);
}
