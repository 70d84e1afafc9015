#include "rewrite/update.h"

#include "base/key_index.h"
#include "rewrite/joined_table.h"
#include "rewrite/record_check.h"
#include "rewrite/rows.h"

#include <stdlib.h>

enum {
    PASS_BYTES = 64 * 1024 * 1024,        /* of changes and ids; the last record may pass it */
    PASS_MAX_BYTES = 4 * PASS_BYTES,      /* what the last record may need */
    PASS_CELL_BYTES = ROWS_MAX_BYTES / 2, /* of the cells of the rows that a pass finds */
    ID_BYTES = 64 * 1024 * 1024,
};

/* What one record changes. */
struct change {
    struct change *next; /* of the same row, in the order of the records */
    size_t n_cells;
    struct {
        size_t column;
        struct cell cell;
    } cells[];
};

struct changes {
    struct change *first;
    struct change *last;
};

struct pass {
    struct table_work *work;
    const struct table *request;
    struct joined_table joined;
    struct key_index ids;
    struct changes *changes; /* one per id */
    size_t capacity;         /* of changes */
    struct arena arena;      /* of the changes */
    struct buf id;
    struct cell *cells; /* of the row being merged */
    struct rows merged;
};

static bool pass_init(struct pass *pass, struct table_work *work, const struct table *request,
                      struct status *status) {
    *pass = (struct pass){.work = work, .request = request};
    key_index_init(&pass->ids, PASS_MAX_BYTES);
    arena_init(&pass->arena, PASS_MAX_BYTES);
    buf_init(&pass->id, ID_BYTES);
    if (!joined_table_init(&pass->joined, request, work->store->table, status)) {
        return false;
    }
    rows_init(&pass->merged, pass->joined.table.n_columns, ROWS_MAX_BYTES);
    pass->cells = calloc(pass->joined.table.n_columns + 1, sizeof *pass->cells);
    return pass->cells || status_no_memory(status, "merging updates");
}

static void pass_clean_up(struct pass *pass) {
    rows_clean_up(&pass->merged);
    free(pass->cells);
    buf_clean_up(&pass->id);
    arena_clean_up(&pass->arena);
    free(pass->changes);
    key_index_clean_up(&pass->ids);
    joined_table_clean_up(&pass->joined);
}

static bool is_full(const struct pass *pass) {
    size_t row_bytes = (pass->joined.table.n_columns + 1) * sizeof(struct cell);
    return pass->arena.used + pass->ids.arena.used >= PASS_BYTES ||
           pass->ids.n_keys >= PASS_CELL_BYTES / row_bytes;
}

static bool is_modified(const struct cell *cell) {
    return cell->kind == CELL_NULL || cell->kind == CELL_TEXT;
}

/* A copy of what the record changes; NULL: no memory. */
static struct change *copy_change(struct pass *pass, const struct record *record) {
    size_t n = 0;
    for (size_t i = 0; i < pass->request->n_columns; i++) {
        n += is_modified(&record->cells[i]);
    }
    struct change *change = arena_alloc(&pass->arena, sizeof *change + n * sizeof change->cells[0]);
    if (!change) {
        return NULL;
    }
    change->next = NULL;
    change->n_cells = 0;
    for (size_t i = 0; i < pass->request->n_columns; i++) {
        struct cell cell = record->cells[i];
        if (!is_modified(&cell)) {
            continue;
        }
        if (cell.kind == CELL_TEXT) {
            cell.text.data = arena_copy_text(&pass->arena, cell.text);
            if (!cell.text.data) {
                return NULL;
            }
        }
        change->cells[change->n_cells].column = i;
        change->cells[change->n_cells++].cell = cell;
    }
    return change;
}

/* A new id gets an empty list of changes. */
static bool reserve_changes(struct pass *pass) {
    if (pass->ids.capacity > pass->capacity) {
        struct changes *more = realloc(pass->changes, pass->ids.capacity * sizeof *more);
        if (!more) {
            return false;
        }
        pass->changes = more;
        pass->capacity = pass->ids.capacity;
    }
    return true;
}

static bool add_record(struct pass *pass, const struct record *record, struct status *status) {
    struct row_store *store = pass->work->store;
    size_t n_before = pass->ids.n_keys;
    size_t at;
    buf_reset(&pass->id);
    if (!record_check(pass->request, record, status) ||
        !store->ops->row_id(store, pass->request, record->cells, &pass->id, status) ||
        !key_index_add(&pass->ids, buf_slice(&pass->id), &at, status)) {
        return false;
    }
    struct change *change = reserve_changes(pass) ? copy_change(pass, record) : NULL;
    if (!change) {
        return status_no_memory(status, "keeping updates");
    }
    struct changes *changes = &pass->changes[at];
    if (at == n_before) {
        *changes = (struct changes){change, change};
    } else {
        changes->last->next = change;
        changes->last = change;
    }
    return true;
}

/* Reads records until the pass is full or the source ends. */
static enum next fill(struct pass *pass, struct record_source *source, struct status *status) {
    struct record record;
    enum next next = NEXT_RECORD;
    while (!is_full(pass) && (next = record_source_next(source, &record, status)) == NEXT_RECORD) {
        if (!add_record(pass, &record, status)) {
            return NEXT_FAILED;
        }
    }
    return next;
}

static bool merge_row(void *context, const struct row *row, struct status *status) {
    struct pass *pass = context;
    size_t at = key_index_find(&pass->ids, row->id);
    if (at == KEY_INDEX_NONE) {
        return true;
    }
    joined_table_place(&pass->joined, row->cells, pass->cells);
    for (const struct change *change = pass->changes[at].first; change; change = change->next) {
        for (size_t i = 0; i < change->n_cells; i++) {
            pass->cells[change->cells[i].column] = change->cells[i].cell;
        }
    }
    const struct row merged = {row->id, pass->cells};
    return rows_add(&pass->merged, &merged, status) != NULL ||
           status_context(status, "table %s.%s", pass->request->schema, pass->request->name);
}

static void merge_again(void *context) {
    rows_reset(&((struct pass *)context)->merged);
}

static bool apply(struct pass *pass, struct status *status) {
    struct row_store *store = pass->work->store;
    const struct row_visitor visitor = {merge_row, merge_again, pass};
    struct rows_source source;
    rows_source_init(&source, &pass->merged);
    return table_work_settle(pass->work, status) &&
           store->ops->find(store, pass->ids.keys, pass->ids.n_keys, &visitor, status) &&
           table_work_write(pass->work, &pass->joined.table, &source.source, status);
}

bool update_rows(struct table_work *work, const struct table *table, struct record_source *source,
                 struct status *status) {
    enum next next = NEXT_RECORD;
    bool ok = true;
    while (ok && next == NEXT_RECORD) {
        struct pass pass;
        if (!table_work_see(work, table, status)) { /* the pass before may have added columns */
            return false;
        }
        next = pass_init(&pass, work, table, status) ? fill(&pass, source, status) : NEXT_FAILED;
        ok = next != NEXT_FAILED && (pass.ids.n_keys == 0 || apply(&pass, status));
        pass_clean_up(&pass);
    }
    return ok;
}
