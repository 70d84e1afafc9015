#include "tester/distort.h"

#include "tester/memory.h"
#include "tester/modes.h"

enum { LARGE_BYTES = 24 << 20 };

/* A value that is the table's own: no key, no system column, not NULL. */
static bool is_own_value(const struct model_table *table, const struct ops_row *row,
                         size_t column) {
    const struct column *c = &table->shape.columns[column];
    return !c->primary_key && strncmp(c->name, "_fivetran_", 10) != 0 &&
           row->cells[column].kind == CELL_TEXT;
}

static void make_large(struct run *run, const struct model_table *table, struct ops_row *row) {
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        if (is_own_value(table, row, i) && table->shape.columns[i].type == COLUMN_STRING) {
            char *text = memory_take(run->arena, LARGE_BYTES);
            memset(text, 'x', LARGE_BYTES);
            row->cells[i].text = slice_make(text, LARGE_BYTES);
            return;
        }
    }
}

static void change_times(const struct model_table *table, struct ops_row *row, size_t *next) {
    static const char *const times[] = {
        "0001-01-01T00:00:00",           "1969-12-31T23:59:59.999",
        "9999-12-31T23:59:59.999999999", "1969-12-31T23:59:59.9",
        "2024-02-29T12:00:00.12",        "2024-02-29T12:00:00.1234",
        "9999-12-31T23:59:59.12345",     "2024-02-29T12:00:00.123456",
        "0001-01-01T00:00:00.1234567",   "1970-01-01T00:00:00.12345678",
        "1970-01-01T00:00:00",
    };
    static const char *const times_utc[] = {
        "0001-01-01T00:00:00Z",           "1969-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.9Z",
        "2024-02-29T12:00:00.12Z",        "2024-02-29T12:00:00.1234Z",
        "9999-12-31T23:59:59.12345Z",     "2024-02-29T12:00:00.123456Z",
        "0001-01-01T00:00:00.1234567Z",   "1970-01-01T00:00:00.12345678Z",
        "1970-01-01T00:00:00Z",
    };
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        enum column_type type = table->shape.columns[i].type;
        bool utc = type == COLUMN_UTC_DATETIME;
        if (is_own_value(table, row, i) && (utc || type == COLUMN_NAIVE_DATETIME)) {
            size_t at = (*next)++ % (sizeof times / sizeof times[0]);
            row->cells[i].text = slice_of(utc ? times_utc[at] : times[at]);
        }
    }
}

/* The row as it comes first: its key, and no values of its own. */
static struct ops_row *bare_copy(struct run *run, const struct model_table *table,
                                 const struct ops_row *row) {
    struct ops_row *copy = memory_take(run->arena, sizeof *copy);
    copy->cells = memory_take(run->arena, (table->shape.n_columns + 1) * sizeof *copy->cells);
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        copy->cells[i] = row->cells[i];
        if (is_own_value(table, row, i)) {
            copy->cells[i] = (struct cell){.kind = CELL_NULL};
        }
    }
    return copy;
}

static void repeat_keys(struct run *run, struct ops_table *ops) {
    struct ops_row *row = ops->rows[OPS_UPSERT].first;
    ops->rows[OPS_UPSERT] = (struct ops_list){0};
    while (row) {
        struct ops_row *next = row->next;
        ops_append(&ops->rows[OPS_UPSERT], bare_copy(run, ops->table, row));
        ops_append(&ops->rows[OPS_UPSERT], row);
        row = next;
    }
}

void distort_rows(struct run *run, struct ops_table *ops) {
    uint32_t modes = run->options->modes;
    size_t next_time = 0;
    struct ops_row *row = ops->rows[OPS_UPSERT].first;
    if (row && (modes & MODE_LARGE_RECORD)) {
        make_large(run, ops->table, row);
    }
    for (; row && (modes & MODE_TIMES); row = row->next) {
        change_times(ops->table, row, &next_time);
    }
    if ((modes & MODE_REPEATED_KEYS) && !ops->table->history) {
        repeat_keys(run, ops);
    }
}
