#include "tester/history.h"

#include "tester/memory.h"
#include "tester/modes.h"
#include "tester/value.h"

static const char LAST_MOMENT[] = "9999-12-31T23:59:59.999Z";

/* Everything that the file says of the table's keys, sorted by key and then by start. */
struct version {
    struct ops_row *row;
    enum ops_kind kind;
    size_t number; /* its place in the file, so that the order is the same on every machine */
};

struct key_order {
    const struct model_table *table;
};

static int compare_cells(const struct cell *a, const struct cell *b) {
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    size_t common = a->text.len < b->text.len ? a->text.len : b->text.len;
    int order = common ? memcmp(a->text.data, b->text.data, common) : 0;
    return order ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

static bool is_key(const struct column *column) {
    return column->primary_key && strcmp(column->name, COLUMN_NAME_START) != 0;
}

static int compare_keys(const struct model_table *table, const struct ops_row *a,
                        const struct ops_row *b) {
    int order = 0;
    for (size_t i = 0; i < table->shape.n_columns && order == 0; i++) {
        if (is_key(&table->shape.columns[i])) {
            order = compare_cells(&a->cells[i], &b->cells[i]);
        }
    }
    return order;
}

static int compare_versions(const void *a, const void *b, void *context) {
    const struct version *one = a;
    const struct version *other = b;
    const struct key_order *key = context;
    int order = compare_keys(key->table, one->row, other->row);
    order = order ? order : value_compare_instants(one->row->start, other->row->start);
    return order ? order : (one->number > other->number) - (one->number < other->number);
}

static struct cell end_cell(struct run *run, struct instant end) {
    char text[VALUE_TIME_BYTES];
    value_instant_text(end, text);
    return (struct cell){CELL_TEXT, slice_of(memory_copy(run->arena, slice_of(text)))};
}

static void set_end(const struct model_table *table, struct ops_row *row, struct cell end,
                    const char *active) {
    int end_at = model_column(table, COLUMN_NAME_END);
    int active_at = model_column(table, COLUMN_NAME_ACTIVE);
    if (end_at >= 0 && active_at >= 0) {
        row->cells[end_at] = end;
        row->cells[active_at] = (struct cell){CELL_TEXT, slice_of(active)};
    }
}

/* A version's end, given what follows it under the same key (NULL: nothing), and whether more
 * follows that. A delete that comes last ends it at the destination, as a row of the delete file.
 */
static void finish_version(struct run *run, const struct model_table *table,
                           const struct version *version, const struct version *next, bool more) {
    bool is_deleted = next && next->kind == OPS_DELETE;
    if (!next || (is_deleted && !more)) {
        set_end(table, version->row, (struct cell){CELL_TEXT, slice_of(LAST_MOMENT)}, "true");
    } else if (is_deleted) {
        set_end(table, version->row, end_cell(run, next->row->start), "false");
    } else {
        struct instant end = value_millisecond_before(next->row->start);
        set_end(table, version->row, end_cell(run, end), "false");
    }
}

static void finish_delete(struct run *run, struct ops_table *ops, struct ops_row *row) {
    set_end(ops->table, row, end_cell(run, row->start), "false");
    row->cells[model_column(ops->table, COLUMN_NAME_START)] = (struct cell){.kind = CELL_NULL};
    if (run->options->modes & MODE_NULL_ACTIVE) {
        row->cells[model_column(ops->table, COLUMN_NAME_ACTIVE)] = (struct cell){.kind = CELL_NULL};
    }
    ops_append(&ops->rows[OPS_DELETE], row);
}

static void add_earliest(struct run *run, struct ops_table *ops, const struct ops_row *first) {
    const struct model_table *table = ops->table;
    struct ops_row *row = memory_take(run->arena, sizeof *row);
    row->cells = memory_take(run->arena, (table->shape.n_columns + 1) * sizeof *row->cells);
    for (size_t i = 0; i < table->shape.n_columns; i++) {
        if (table->shape.columns[i].primary_key) {
            row->cells[i] = first->cells[i];
        }
    }
    ops_append(&ops->rows[OPS_EARLIEST], row);
}

static size_t collect(struct ops_table *ops, struct version *versions) {
    size_t count = 0;
    for (enum ops_kind kind = OPS_UPSERT; kind <= OPS_DELETE; kind++) {
        for (struct ops_row *row = ops->rows[kind].first; row; row = row->next) {
            versions[count] = (struct version){row, kind, count};
            count++;
        }
    }
    return count;
}

/* What ends version i: the next one with a later start (the same start is the same version, said
 * again), or a delete. NULL when nothing does. */
static const struct version *next_of(const struct version *versions, size_t count, size_t i) {
    for (size_t j = i + 1; j < count; j++) {
        if (versions[j].kind == OPS_DELETE ||
            value_compare_instants(versions[j].row->start, versions[i].row->start) > 0) {
            return &versions[j];
        }
    }
    return NULL;
}

/* The versions and deletes of one key, by their start. */
static void finish_key(struct run *run, struct ops_table *ops, const struct version *versions,
                       size_t count) {
    bool has_earliest = false;
    for (size_t i = 0; i < count; i++) {
        const struct version *next = next_of(versions, count, i);
        if (versions[i].kind != OPS_DELETE) {
            finish_version(run, ops->table, &versions[i], next, next < &versions[count - 1]);
            if (!has_earliest) {
                add_earliest(run, ops, versions[i].row);
                has_earliest = true;
            }
        } else if (!next) {
            finish_delete(run, ops, versions[i].row);
        }
    }
}

void history_finish(struct run *run, struct ops_table *ops) {
    size_t total = 0;
    for (enum ops_kind kind = OPS_UPSERT; kind <= OPS_DELETE; kind++) {
        total += ops->rows[kind].count;
    }
    struct version *versions = memory_take(run->arena, (total + 1) * sizeof *versions);
    struct key_order order = {ops->table};
    collect(ops, versions);
    ops->rows[OPS_DELETE] = (struct ops_list){0};
    qsort_r(versions, total, sizeof *versions, compare_versions, &order);
    for (size_t first = 0; first < total;) {
        size_t count = 1;
        while (first + count < total &&
               compare_keys(ops->table, versions[first].row, versions[first + count].row) == 0) {
            count++;
        }
        finish_key(run, ops, &versions[first], count);
        first += count;
    }
}
