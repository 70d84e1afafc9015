#include "rewrite/migrate/history_table.h"

#include "rewrite/migrate/operations.h"

static bool find(const struct table *table, const char *name, size_t *column) {
    int at = table_find(table, slice_of(name));
    *column = (size_t)at;
    return at >= 0;
}

bool history_columns_find(const struct table *table, struct history_columns *columns) {
    struct history_columns found;
    if (!find(table, HISTORY_ACTIVE, &found.active) || !find(table, HISTORY_END, &found.end) ||
        !find(table, HISTORY_START, &found.start) || !table->columns[found.start].primary_key) {
        return false;
    }
    if (columns) {
        *columns = found;
    }
    return true;
}

bool history_columns_demand(const struct table *table, struct history_columns *columns,
                            struct status *status) {
    return history_columns_find(table, columns) ||
           status_fail(status, STATUS_TASK,
                       "Table %s.%s is to be migrated as one in history mode and is none: it "
                       "lacks " HISTORY_START " in its primary key, " HISTORY_END
                       " or " HISTORY_ACTIVE ". Nothing was changed. Re-sync the table from the "
                       "start (drop it at the destination first).",
                       table->schema, table->name);
}

bool history_columns_add(struct table_draft *draft, struct status *status) {
    static const struct column columns[] = {
        {.name = HISTORY_START, .type = COLUMN_UTC_DATETIME},
        {.name = HISTORY_END, .type = COLUMN_UTC_DATETIME},
        {.name = HISTORY_ACTIVE, .type = COLUMN_BOOLEAN},
    };
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (!table_draft_find(draft, columns[i].name) &&
            !table_draft_add(draft, &columns[i], status)) {
            return false;
        }
    }
    return true;
}

bool history_deleted_column(const struct table *table, const char *name, size_t *column,
                            struct status *status) {
    if (!name || !name[0]) {
        *column = SIZE_MAX;
        return true;
    }
    return find(table, name, column) || migrate_no_column(table, name, status);
}

struct slice history_latest_synced(const struct table *table, const struct rows *rows) {
    struct slice latest = SLICE_LITERAL(INSTANT_TEXT_NEVER);
    int synced = table_find(table, SLICE_LITERAL(HISTORY_SYNCED));
    struct instant greatest = {.seconds = INT64_MIN};
    for (size_t i = 0; synced >= 0 && i < rows->n_rows; i++) {
        const struct cell *cell = &rows->rows[i].cells[synced];
        struct instant instant;
        if (cell->kind == CELL_TEXT && cell_instant(cell->text, &instant) &&
            instant_compare(instant, greatest) > 0) {
            greatest = instant;
            latest = cell->text;
        }
    }
    return latest;
}

void history_row_begin(struct cell *cells, const struct history_columns *columns, size_t deleted,
                       struct slice start) {
    bool live = deleted == SIZE_MAX || !history_cell_is_true(&cells[deleted]);
    struct slice never = SLICE_LITERAL(INSTANT_TEXT_NEVER);
    struct slice always = SLICE_LITERAL(INSTANT_TEXT_ALWAYS);
    cells[columns->active] = (struct cell){CELL_TEXT, slice_of(live ? "true" : "false")};
    cells[columns->start] = (struct cell){CELL_TEXT, live ? start : never};
    cells[columns->end] = (struct cell){CELL_TEXT, live ? always : never};
}

bool history_cell_is_true(const struct cell *cell) {
    bool truth = false;
    return cell->kind == CELL_TEXT && cell_boolean(cell->text, &truth) && truth;
}

struct instant history_cell_instant(const struct cell *cell) {
    struct instant instant = {.seconds = INT64_MIN};
    if (cell->kind == CELL_TEXT) {
        cell_instant(cell->text, &instant);
    }
    return instant;
}
