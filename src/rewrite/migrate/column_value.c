#include "rewrite/migrate/column_value.h"

#include "rewrite/reshape.h"
#include "table/cell_value.h"

bool column_value_read(const struct table *table, const struct column *column, const char *text,
                       struct cell *value, struct status *status) {
    *value = (struct cell){.kind = CELL_NULL};
    if (!text || strcmp(text, "NULL") == 0) {
        return true;
    }
    const char *reason = cell_check(column->type, slice_of(text));
    if (reason) {
        return status_fail(status, STATUS_TASK,
                           "Table %s.%s: the value that a migration sets in column \"%s\" (%s) %s. "
                           "Nothing was changed. Re-sync the table from the start (drop it at the "
                           "destination first).",
                           table->schema, table->name, column->name, column_type_name(column->type),
                           reason);
    }
    *value = (struct cell){CELL_TEXT, slice_of(text)};
    return true;
}

bool column_value_equal(const struct cell *a, const struct cell *b) {
    bool both_text = a->kind == CELL_TEXT && b->kind == CELL_TEXT;
    return both_text ? slice_equal(a->text, b->text) : a->kind != CELL_TEXT && b->kind != CELL_TEXT;
}

struct column_setting {
    size_t column;
    const struct cell *value;
};

static bool differs(void *context, const struct cell *cells) {
    const struct column_setting *setting = context;
    return !column_value_equal(&cells[setting->column], setting->value);
}

static void set(void *context, struct cell *cells) {
    const struct column_setting *setting = context;
    cells[setting->column] = *setting->value;
}

bool column_value_set(struct table_work *work, size_t column, const struct cell *value,
                      struct status *status) {
    struct column_setting setting = {column, value};
    const struct reshape reshape = {
        .before = work->store->table,
        .rows_as = work->store->table,
        .columns = work->store->table,
        .concerns = differs,
        .change = set,
        .context = &setting,
    };
    return reshape_table(work, &reshape, status);
}
