#include "rewrite/table_draft.h"

enum { DRAFT_BYTES = 64 * 1024 * 1024 };

static bool no_memory(struct status *status) {
    return status_no_memory(status, "changing a table's columns");
}

bool table_draft_init(struct table_draft *draft, const struct table *table, size_t n_more,
                      struct status *status) {
    *draft = (struct table_draft){.capacity = table->n_columns + n_more};
    arena_init(&draft->arena, DRAFT_BYTES);
    draft->columns = arena_alloc(&draft->arena, (draft->capacity + 1) * sizeof *draft->columns);
    draft->table = (struct table){
        .schema = arena_copy_text(&draft->arena, slice_of(table->schema)),
        .name = arena_copy_text(&draft->arena, slice_of(table->name)),
        .columns = draft->columns,
    };
    if (!draft->columns || !draft->table.schema || !draft->table.name) {
        return no_memory(status);
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!table_draft_add(draft, &table->columns[i], status)) {
            return false;
        }
    }
    return true;
}

void table_draft_clean_up(struct table_draft *draft) {
    arena_clean_up(&draft->arena);
}

bool table_draft_add(struct table_draft *draft, const struct column *column,
                     struct status *status) {
    const char *name = arena_copy_text(&draft->arena, slice_of(column->name));
    if (!name || draft->table.n_columns == draft->capacity) {
        return no_memory(status);
    }
    struct column *added = &draft->columns[draft->table.n_columns++];
    *added = *column;
    added->name = name;
    return true;
}

void table_draft_remove(struct table_draft *draft, const char *name) {
    int at = table_find(&draft->table, slice_of(name));
    if (at >= 0) {
        size_t behind = --draft->table.n_columns - (size_t)at;
        memmove(&draft->columns[at], &draft->columns[at + 1], behind * sizeof *draft->columns);
    }
}

struct column *table_draft_find(struct table_draft *draft, const char *name) {
    int at = table_find(&draft->table, slice_of(name));
    return at >= 0 ? &draft->columns[at] : NULL;
}

bool table_draft_rename(struct table_draft *draft, const char *name, struct status *status) {
    draft->table.name = arena_copy_text(&draft->arena, slice_of(name));
    return draft->table.name || no_memory(status);
}

static bool column_equal(const struct column *a, const struct column *b) {
    return a->type == b->type && a->primary_key == b->primary_key &&
           a->has_decimal == b->has_decimal &&
           (!a->has_decimal || (a->precision == b->precision && a->scale == b->scale));
}

bool table_columns_equal(const struct table *a, const struct table *b) {
    if (a->n_columns != b->n_columns) {
        return false;
    }
    for (size_t i = 0; i < a->n_columns; i++) {
        int at = table_find(b, slice_of(a->columns[i].name));
        if (at < 0 || !column_equal(&a->columns[i], &b->columns[at])) {
            return false;
        }
    }
    return true;
}
