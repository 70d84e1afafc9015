#include "rewrite/rows.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void rows_init(struct rows *rows, size_t n_columns, size_t max_bytes) {
    *rows = (struct rows){.n_columns = n_columns};
    arena_init(&rows->arena, max_bytes);
}

void rows_clean_up(struct rows *rows) {
    arena_clean_up(&rows->arena);
    free(rows->rows);
    rows_init(rows, rows->n_columns, rows->arena.max);
}

void rows_reset(struct rows *rows) {
    arena_reset(&rows->arena);
    rows->n_rows = 0;
}

static bool too_much(const struct rows *rows, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "The rows that this call has to read and write again do not fit into the "
                       "%zu MB of memory set aside for them. Leave large columns out of the sync, "
                       "or sync fewer rows.",
                       rows->arena.max >> 20);
}

static bool reserve(struct rows *rows, struct status *status) {
    if (rows->n_rows < rows->capacity) {
        return true;
    }
    size_t capacity = rows->capacity ? 2 * rows->capacity : FIRST_CAPACITY;
    struct kept_row *more = realloc(rows->rows, capacity * sizeof *more);
    if (!more) {
        return status_no_memory(status, "keeping rows");
    }
    rows->rows = more;
    rows->capacity = capacity;
    return true;
}

static struct slice copy_text(char **end, struct slice text) {
    struct slice copy = {*end, text.len};
    if (text.len) {
        memcpy(*end, text.data, text.len);
        *end += text.len;
    }
    return copy;
}

/* A row is one piece of the arena: cells, then the texts. */
struct kept_row *rows_add(struct rows *rows, const struct row *row, struct status *status) {
    size_t cells_size = rows->n_columns * sizeof(struct cell);
    size_t size = cells_size + row->id.len;
    for (size_t i = 0; i < rows->n_columns; i++) {
        size += row->cells[i].kind == CELL_TEXT ? row->cells[i].text.len : 0;
    }
    if (size > rows->arena.max - rows->arena.used) {
        too_much(rows, status);
        return NULL;
    }
    if (!reserve(rows, status)) {
        return NULL;
    }
    struct cell *cells = arena_alloc(&rows->arena, size);
    if (!cells) {
        status_no_memory(status, "keeping rows");
        return NULL;
    }
    char *end = (char *)cells + cells_size;
    for (size_t i = 0; i < rows->n_columns; i++) {
        cells[i] = row->cells[i];
        if (cells[i].kind == CELL_TEXT) {
            cells[i].text = copy_text(&end, row->cells[i].text);
        }
    }
    struct kept_row *kept = &rows->rows[rows->n_rows++];
    *kept = (struct kept_row){copy_text(&end, row->id), cells};
    return kept;
}

struct loading {
    struct rows *rows;
    bool (*keep)(void *context, const struct row *row);
    void *context;
};

static bool load_row(void *context, const struct row *row, struct status *status) {
    struct loading *loading = context;
    return (loading->keep && !loading->keep(loading->context, row)) ||
           rows_add(loading->rows, row, status) != NULL;
}

static void load_again(void *context) {
    rows_reset(((struct loading *)context)->rows);
}

bool rows_load(struct rows *rows, struct row_store *store,
               bool (*keep)(void *context, const struct row *row), void *context,
               struct status *status) {
    struct loading loading = {rows, keep, context};
    const struct row_visitor visitor = {load_row, load_again, &loading};
    rows_reset(rows);
    return store->ops->read(store, READ_WHOLE, &visitor, status);
}

bool rows_widen(struct rows *rows, size_t n_columns, struct status *status) {
    bool wider = n_columns > rows->n_columns;
    for (size_t i = 0; wider && i < rows->n_rows; i++) {
        size_t size = n_columns * sizeof(struct cell);
        if (size > rows->arena.max - rows->arena.used) {
            return too_much(rows, status);
        }
        struct cell *cells = arena_alloc(&rows->arena, size);
        if (!cells) {
            return status_no_memory(status, "keeping rows");
        }
        memcpy(cells, rows->rows[i].cells, rows->n_columns * sizeof *cells);
        for (size_t c = rows->n_columns; c < n_columns; c++) {
            cells[c] = (struct cell){.kind = CELL_NULL};
        }
        rows->rows[i].cells = cells;
    }
    rows->n_columns = n_columns;
    return true;
}

static enum next rows_source_next(struct record_source *base, struct record *record,
                                  struct status *status) {
    struct rows_source *source = (struct rows_source *)base;
    (void)status;
    if (source->next == source->rows->n_rows) {
        return NEXT_END;
    }
    *record = (struct record){.operation = RECORD_UPSERT,
                              .cells = source->rows->rows[source->next++].cells};
    return NEXT_RECORD;
}

static bool rows_source_rewind(struct record_source *base, struct status *status) {
    (void)status;
    ((struct rows_source *)base)->next = 0;
    return true;
}

void rows_source_init(struct rows_source *source, const struct rows *rows) {
    *source = (struct rows_source){{rows_source_next, rows_source_rewind}, rows, 0};
}
