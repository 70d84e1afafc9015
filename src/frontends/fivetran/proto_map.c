#include "frontends/fivetran/proto_map.h"

#include <stdlib.h>

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first name that is there twice, NULL when there is none or no memory to tell. */
static const char *repeated_name(const struct table *table, struct arena *arena) {
    const char **names = arena_alloc(arena, table->n_columns * sizeof *names);
    if (!names) {
        return NULL;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        names[i] = table->columns[i].name;
    }
    qsort(names, table->n_columns, sizeof *names, compare_names);
    for (size_t i = 1; i < table->n_columns; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            return names[i];
        }
    }
    return NULL;
}

static struct column column_of(const FivetranSdk__V2__Column *message) {
    struct column column = {
        .name = message->name,
        .type = (enum column_type)message->type,
        .primary_key = message->primary_key,
    };
    bool has_params = message->_params_case == FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS;
    if (has_params && message->params &&
        message->params->params_case == FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_DECIMAL &&
        message->params->decimal) {
        column.has_decimal = true;
        column.precision = message->params->decimal->precision;
        column.scale = message->params->decimal->scale;
    }
    return column;
}

bool proto_to_table(const FivetranSdk__V2__Table *message, const char *schema, struct arena *arena,
                    struct table *table, struct status *status) {
    if (!message || !message->name || !message->name[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "the request names no table");
    }
    if (message->n_columns > PROTO_MAX_COLUMNS) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "table %s.%s has %zu columns; at most %d are taken", schema,
                           message->name, message->n_columns, PROTO_MAX_COLUMNS);
    }
    struct column *columns = arena_alloc(arena, (message->n_columns + 1) * sizeof *columns);
    if (!columns) {
        return status_no_memory(status, "reading the table of a request");
    }
    for (size_t i = 0; i < message->n_columns; i++) {
        columns[i] = column_of(message->columns[i]);
        if (!columns[i].name[0]) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "column number %zu of table %s.%s has no name", i + 1, schema,
                               message->name);
        }
    }
    *table = (struct table){schema, message->name, columns, message->n_columns};
    const char *repeated = table->n_columns ? repeated_name(table, arena) : NULL;
    if (repeated) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "table %s.%s names the column \"%s\" twice", schema, message->name,
                           repeated);
    }
    return true;
}

static FivetranSdk__V2__DataTypeParams *params_of(const struct column *column,
                                                  struct arena *arena) {
    FivetranSdk__V2__DataTypeParams *params = arena_alloc(arena, sizeof *params);
    FivetranSdk__V2__DecimalParams *decimal = arena_alloc(arena, sizeof *decimal);
    if (!params || !decimal) {
        return NULL;
    }
    fivetran_sdk__v2__data_type_params__init(params);
    fivetran_sdk__v2__decimal_params__init(decimal);
    decimal->precision = column->precision;
    decimal->scale = column->scale;
    params->params_case = FIVETRAN_SDK__V2__DATA_TYPE_PARAMS__PARAMS_DECIMAL;
    params->decimal = decimal;
    return params;
}

static FivetranSdk__V2__Column *proto_of_column(const struct column *column, struct arena *arena) {
    FivetranSdk__V2__Column *message = arena_alloc(arena, sizeof *message);
    if (!message) {
        return NULL;
    }
    fivetran_sdk__v2__column__init(message);
    message->name = (char *)column->name;
    message->type = (FivetranSdk__V2__DataType)column->type;
    message->primary_key = column->primary_key;
    if (column->has_decimal) {
        message->_params_case = FIVETRAN_SDK__V2__COLUMN___PARAMS_PARAMS;
        message->params = params_of(column, arena);
        if (!message->params) {
            return NULL;
        }
    }
    return message;
}

FivetranSdk__V2__Table *proto_of_table(const struct table *table, struct arena *arena) {
    FivetranSdk__V2__Table *message = arena_alloc(arena, sizeof *message);
    if (!message) {
        return NULL;
    }
    fivetran_sdk__v2__table__init(message);
    message->name = (char *)table->name;
    message->columns = arena_alloc(arena, (table->n_columns + 1) * sizeof(void *));
    for (size_t i = 0; message->columns && i < table->n_columns; i++) {
        message->columns[i] = proto_of_column(&table->columns[i], arena);
        if (!message->columns[i]) {
            return NULL;
        }
        message->n_columns++;
    }
    return message->columns ? message : NULL;
}
