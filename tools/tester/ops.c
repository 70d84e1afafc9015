#include "tester/ops.h"

#include "base/clock.h"
#include "tester/describe.h"
#include "tester/memory.h"
#include "tester/value.h"

#include <openssl/evp.h>

enum { DELAY_MS = 200, ID_BYTES = 16, DIGEST_BYTES = 32 };

static const char OP_TIME[] = "op_time";

const char *ops_kind_name(enum ops_kind kind) {
    static const char *const names[] = {"earliest", "upsert", "update", "delete"};
    return names[kind];
}

void ops_append(struct ops_list *list, struct ops_row *row) {
    row->next = NULL;
    *(list->end ? list->end : &list->first) = row;
    list->end = &row->next;
    list->count++;
}

static struct ops_table *table_of(struct run *run, struct ops *ops, const char *name) {
    for (struct ops_table *table = ops->tables; table; table = table->next) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    struct ops_table *table = memory_take(run->arena, sizeof *table);
    table->name = name;
    table->table = model_find(&run->model, name);
    *(ops->end ? ops->end : &ops->tables) = table;
    ops->end = &table->next;
    return table;
}

static struct cell literal(const char *text) {
    return (struct cell){CELL_TEXT, slice_of(text)};
}

static void put(const struct model_table *table, struct cell *cells, const char *name,
                struct cell cell) {
    int at = model_column(table, name);
    if (at >= 0) {
        cells[at] = cell;
    }
}

static struct cell time_cell(struct run *run, int64_t ms) {
    char text[VALUE_TIME_BYTES];
    struct instant at = {ms / 1000, (int32_t)(ms % 1000) * 1000000};
    value_instant_text(at, text);
    return literal(memory_copy(run->arena, slice_of(text)));
}

/* A stand-in key for a row that names none: 16 hex digits of SHA-256 over its values. */
static struct cell id_of(struct run *run, const struct ops_row *row, size_t n_columns) {
    struct buf all;
    buf_init(&all, PTRDIFF_MAX);
    for (size_t i = 0; i < n_columns; i++) {
        buf_printf(&all, "%d:%zu:", (int)row->cells[i].kind, row->cells[i].text.len);
        buf_append_slice(&all, row->cells[i].text);
    }
    memory_check(&all);
    unsigned char digest[DIGEST_BYTES];
    char text[ID_BYTES + 1];
    EVP_Digest(all.data, all.len, digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < ID_BYTES / 2; i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    buf_clean_up(&all);
    return literal(memory_copy(run->arena, slice_of(text)));
}

static bool read_cells(struct run *run, const struct model_table *table, json_t *values,
                       struct ops_row *row, struct status *status) {
    const char *name = NULL;
    json_t *value = NULL;
    if (!value_is_object(values, "a row", status)) {
        return status_context(status, "table \"%s\"", table->shape.name);
    }
    json_object_foreach(values, name, value) {
        int at = model_column(table, name);
        if (at < 0 && strcmp(name, OP_TIME) == 0) {
            continue;
        }
        if (at < 0) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "a row of table \"%s\" has the column \"%s\", which the table does "
                               "not have",
                               table->shape.name, name);
        }
        row->cells[at] = value_cell(value, table->shape.columns[at].type, run->arena);
    }
    return true;
}

static bool key_is_given(const struct model_table *table, const struct ops_row *row,
                         struct status *status) {
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        const struct column *column = &table->shape.columns[i];
        if (column->primary_key && strcmp(column->name, COLUMN_NAME_START) != 0 &&
            row->cells[i].kind == CELL_ABSENT) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "a row of table \"%s\" lacks \"%s\" of its key", table->shape.name,
                               column->name);
        }
    }
    return true;
}

/* History mode: op_time, else the time now. Its end and its being active follow (history.h). */
static bool read_start(struct run *run, const struct model_table *table, json_t *values,
                       int64_t now_ms, struct ops_row *row, struct status *status) {
    const json_t *time = json_object_get(values, OP_TIME);
    struct cell cell =
        time ? value_cell(time, COLUMN_UTC_DATETIME, run->arena) : time_cell(run, now_ms);
    if (cell.kind != CELL_TEXT || !cell_instant(cell.text, &row->start)) {
        return status_fail(status, STATUS_INVALID_ARGUMENT,
                           "a row of table \"%s\" has an op_time that is no timestamp",
                           table->shape.name);
    }
    put(table, row->cells, COLUMN_NAME_START, cell);
    return true;
}

struct ops_word {
    const char *name;
    enum ops_kind kind;
    const char *deleted; /* _fivetran_deleted of its rows; NULL: the column is NULL */
};

static const struct ops_word WORDS[] = {
    {"upsert", OPS_UPSERT, "false"},
    {"update", OPS_UPDATE, "false"},
    {"soft_delete", OPS_UPDATE, "true"},
    {"delete", OPS_DELETE, NULL},
};

static bool read_row(struct run *run, struct ops_table *ops, const struct ops_word *word,
                     json_t *values, struct status *status) {
    const struct model_table *table = ops->table;
    size_t n_columns = table->shape.n_columns;
    struct ops_row *row = memory_take(run->arena, sizeof *row);
    int64_t now_ms = run_now_ms(run);
    row->cells = memory_take(run->arena, (n_columns + 1) * sizeof *row->cells);
    if (!read_cells(run, table, values, row, status)) {
        return false;
    }
    int id = model_column(table, COLUMN_NAME_ID);
    if (id >= 0 && row->cells[id].kind == CELL_ABSENT && word->kind == OPS_UPSERT) {
        row->cells[id] = id_of(run, row, n_columns);
    }
    put(table, row->cells, COLUMN_NAME_SYNCED, time_cell(run, now_ms));
    bool soft = word->kind == OPS_UPDATE && strcmp(word->deleted, "true") == 0;
    if (table->history) {
        if (!read_start(run, table, values, now_ms, row, status)) {
            return false;
        }
    } else if (word->deleted) {
        put(table, row->cells, COLUMN_NAME_DELETED, literal(word->deleted));
    }
    /* History mode has no _fivetran_deleted: what is softly deleted ends, as by a delete. */
    ops_append(&ops->rows[table->history && soft ? OPS_DELETE : word->kind], row);
    return key_is_given(table, row, status);
}

/* The rows of one kind: {table: [row, …]}. */
static bool read_rows(struct run *run, struct ops *ops, const struct ops_word *word,
                      json_t *by_table, struct status *status) {
    const char *name = NULL;
    json_t *rows = NULL;
    if (!value_is_object(by_table, word->name, status)) {
        return false;
    }
    json_object_foreach(by_table, name, rows) {
        if (!value_is_list(rows, name, status)) {
            return status_context(status, "%s", word->name);
        }
        struct ops_table *table = table_of(run, ops, name);
        if (!table->table) {
            table->table = describe_unknown(run, name, status);
        }
        if (!table->table) {
            return false;
        }
        size_t index = 0;
        json_t *row = NULL;
        json_array_foreach(rows, index, row) {
            if (!read_row(run, table, word, row, status)) {
                return false;
            }
        }
    }
    return true;
}

/* The tables of one kind of truncate: [table, …]. */
static bool read_truncates(struct run *run, struct ops *ops, bool soft, const json_t *names,
                           struct status *status) {
    size_t index = 0;
    json_t *name = NULL;
    if (!value_is_list(names, soft ? "soft_truncate_before" : "truncate_before", status)) {
        return false;
    }
    json_array_foreach(names, index, name) {
        if (!json_is_string(name)) {
            return status_fail(status, STATUS_INVALID_ARGUMENT, "a truncate names no table");
        }
        struct ops_table *table = table_of(run, ops, json_string_value(name));
        if (soft && table->table && table->table->history) {
            return status_fail(status, STATUS_INVALID_ARGUMENT,
                               "table \"%s\" is in history mode, which has no soft truncate",
                               table->name);
        }
        *(soft ? &table->soft_truncate_ms : &table->truncate_ms) = run_now_ms(run);
    }
    return true;
}

static bool read_operation(struct run *run, struct ops *ops, const char *name, json_t *value,
                           struct status *status) {
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcmp(name, WORDS[i].name) == 0) {
            return read_rows(run, ops, &WORDS[i], value, status);
        }
    }
    bool soft = strcmp(name, "soft_truncate_before") == 0;
    if (soft || strcmp(name, "truncate_before") == 0) {
        return read_truncates(run, ops, soft, value, status);
    }
    return status_fail(status, STATUS_INVALID_ARGUMENT, "there is no operation \"%s\"", name);
}

bool ops_read(struct run *run, const json_t *list, struct ops *ops, struct status *status) {
    *ops = (struct ops){NULL, NULL};
    size_t index = 0;
    json_t *step = NULL;
    if (!value_is_list(list, "ops", status)) {
        return false;
    }
    json_array_foreach(list, index, step) {
        const char *name = NULL;
        json_t *value = NULL;
        if (!value_is_object(step, "each of ops", status)) {
            return false;
        }
        json_object_foreach(step, name, value) {
            if (!run->options->no_delay && ops->tables) {
                clock_sleep_ms(clock_system(), DELAY_MS, NULL);
            }
            if (!read_operation(run, ops, name, value, status)) {
                return false;
            }
        }
    }
    return true;
}
