#include "rewrite/place.h"

#include "rewrite/reshape.h"
#include "rewrite/table_draft.h"
#include "table/cell_canonical.h"

#include <stdlib.h>

enum { ID_BYTES = 4096, CELL_BYTES = 64 * 1024 * 1024 };

/* A row and the id that it shall have. */
struct placed {
    struct slice id;
    const struct kept_row *row;
    bool in_place; /* it has that id already */
    bool changed;
};

struct plan {
    struct table_work *work;
    const struct placing *placing;
    struct arena arena;
    struct placed *placed; /* sorted by id, whoever is in place first */
    size_t n_placed;
    struct slice *present; /* ids that rows have now, sorted */
    struct rows parked;    /* to be written under an id of both keys first */
    struct table_draft both_keys;
    struct rows written;
    struct slice *gone; /* ids */
    size_t n_gone;
};

bool place_is_needed(const struct table *from, const struct table *to) {
    for (size_t i = 0; i < from->n_columns; i++) {
        const struct column *a = &from->columns[i];
        const struct column *b = &to->columns[i];
        if (a->primary_key != b->primary_key || (a->primary_key && a->type != b->type)) {
            return true;
        }
    }
    return false;
}

static int compare_id_slices(const void *a, const void *b) {
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static int compare_placed(const void *a, const void *b) {
    const struct placed *left = a;
    const struct placed *right = b;
    int order = slice_compare(left->id, right->id);
    return order ? order : right->in_place - left->in_place;
}

static int compare_id_with_placed(const void *id, const void *placed) {
    return slice_compare(*(const struct slice *)id, ((const struct placed *)placed)->id);
}

/* Whether a row shall have this id. */
static bool is_wanted(const struct plan *plan, struct slice id) {
    return bsearch(&id, plan->placed, plan->n_placed, sizeof *plan->placed,
                   compare_id_with_placed) != NULL;
}

/* The id that a row has in a table, in the plan's arena. */
static bool id_in(struct plan *plan, const struct table *table, const struct kept_row *row,
                  struct slice *id, struct status *status) {
    struct row_store *store = plan->work->store;
    struct buf text;
    buf_init(&text, ID_BYTES);
    bool ok = store->ops->row_id(store, table, row->cells, &text, status);
    if (ok) {
        char *copy = arena_copy_text(&plan->arena, buf_slice(&text));
        *id = slice_make(copy, text.len);
        ok = copy || status_no_memory(status, "giving rows new ids");
    }
    buf_clean_up(&text);
    return ok;
}

static bool plan_init(struct plan *plan, struct table_work *work, const struct placing *placing,
                      struct status *status) {
    size_t n = placing->rows->n_rows + 1;
    *plan = (struct plan){.work = work, .placing = placing};
    arena_init(&plan->arena, ROWS_MAX_BYTES);
    plan->placed = malloc(n * sizeof *plan->placed);
    plan->present = malloc(n * sizeof *plan->present);
    plan->parked = (struct rows){.n_columns = placing->rows->n_columns};
    plan->parked.rows = malloc(n * sizeof *plan->parked.rows);
    plan->written = (struct rows){.n_columns = placing->rows->n_columns};
    plan->written.rows = malloc(n * sizeof *plan->written.rows);
    plan->gone = malloc(2 * n * sizeof *plan->gone);
    if (!plan->placed || !plan->present || !plan->parked.rows || !plan->written.rows ||
        !plan->gone) {
        return status_no_memory(status, "giving rows new ids");
    }
    return true;
}

static void plan_clean_up(struct plan *plan) {
    table_draft_clean_up(&plan->both_keys);
    arena_clean_up(&plan->arena);
    free(plan->placed);
    free(plan->present);
    free(plan->parked.rows);
    free(plan->written.rows);
    free(plan->gone);
}

static bool find_ids(struct plan *plan, struct status *status) {
    const struct placing *placing = plan->placing;
    for (size_t i = 0; i < placing->rows->n_rows; i++) {
        const struct kept_row *row = &placing->rows->rows[i];
        plan->present[i] = row->id;
        if (placing->fates[i] == ROW_GOES) {
            continue;
        }
        struct placed *placed = &plan->placed[plan->n_placed++];
        *placed = (struct placed){.row = row, .changed = placing->fates[i] == ROW_CHANGED};
        if (!id_in(plan, placing->after, row, &placed->id, status)) {
            return false;
        }
        placed->in_place = slice_equal(placed->id, row->id);
    }
    qsort(plan->placed, plan->n_placed, sizeof *plan->placed, compare_placed);
    qsort(plan->present, placing->rows->n_rows, sizeof *plan->present, compare_id_slices);
    return true;
}

/* The same under the old types or the new: a copy that a cut left was written under the new, and is
 * read under the old. */
static bool rows_equal(const struct plan *plan, const struct kept_row *a, const struct kept_row *b,
                       struct buf *scratch) {
    const struct table *before = plan->placing->before;
    const struct table *after = plan->placing->after;
    for (size_t i = 0; i < after->n_columns; i++) {
        if (!cell_canonical_equal(scratch, before->columns[i].type, &a->cells[i], &b->cells[i]) &&
            !cell_canonical_equal(scratch, after->columns[i].type, &a->cells[i], &b->cells[i])) {
            return false;
        }
    }
    return true;
}

/* Which of the rows that share an id is written: one whose own id nobody wants, if there is. */
static const struct placed *holder_of(const struct plan *plan, const struct placed *group,
                                      size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (group[i].in_place || !is_wanted(plan, group[i].row->id)) {
            return &group[i];
        }
    }
    return group;
}

static void plan_group(struct plan *plan, const struct placed *group, size_t n) {
    const struct placed *holder = holder_of(plan, group, n);
    if (!holder->in_place && is_wanted(plan, holder->row->id)) {
        plan->parked.rows[plan->parked.n_rows++] = *holder->row;
    }
    if (!holder->in_place || holder->changed) {
        plan->written.rows[plan->written.n_rows++] = *holder->row;
    }
}

static bool plan_writes(struct plan *plan, struct status *status) {
    const struct table *table = plan->placing->after;
    struct buf scratch;
    size_t n = 0;
    bool ok = true;
    buf_init(&scratch, CELL_BYTES);
    for (size_t at = 0; ok && at < plan->n_placed; at += n) {
        const struct placed *group = &plan->placed[at];
        for (n = 1; ok && at + n < plan->n_placed && slice_equal(group->id, group[n].id); n++) {
            ok = rows_equal(plan, group->row, group[n].row, &scratch);
        }
        if (!ok) {
            status_fail(status, STATUS_TASK,
                        "Table %s.%s: several rows would have the same primary key. Nothing was "
                        "changed. Choose a primary key that is unique, or re-sync the table from "
                        "the start (drop it at the destination first).",
                        table->schema, table->name);
        } else {
            plan_group(plan, group, n);
        }
    }
    buf_clean_up(&scratch);
    return ok;
}

static bool plan_removals(struct plan *plan) {
    const struct rows *rows = plan->placing->rows;
    for (size_t i = 0; i < rows->n_rows; i++) {
        if (!is_wanted(plan, rows->rows[i].id)) {
            plan->gone[plan->n_gone++] = rows->rows[i].id;
        }
    }
    return true;
}

/* Nobody's id, neither now nor later? */
static bool is_free(const struct plan *plan, struct slice id) {
    size_t n = plan->placing->rows->n_rows;
    return !is_wanted(plan, id) &&
           !bsearch(&id, plan->present, n, sizeof *plan->present, compare_id_slices);
}

/* The rows that stand in another's way get an id made of both keys meanwhile, which goes at the
 * end. */
static bool plan_parking(struct plan *plan, struct status *status) {
    const struct table *before = plan->placing->before;
    const struct table *after = plan->placing->after;
    bool ok = table_draft_init(&plan->both_keys, after, 0, status);
    for (size_t i = 0; ok && i < after->n_columns; i++) {
        plan->both_keys.columns[i].primary_key |= before->columns[i].primary_key;
    }
    for (size_t i = 0; ok && i < plan->parked.n_rows; i++) {
        struct slice id;
        ok = id_in(plan, &plan->both_keys.table, &plan->parked.rows[i], &id, status);
        if (ok && !is_free(plan, id)) {
            ok = status_fail(status, STATUS_TASK,
                             "Table %s.%s: the new primary key gives rows the ids of other rows. "
                             "Nothing was changed. Re-sync the table from the start (drop it at "
                             "the destination first).",
                             after->schema, after->name);
        }
        plan->gone[plan->n_gone++] = id;
    }
    return ok;
}

static bool write_rows(struct plan *plan, const struct table *table, const struct rows *rows,
                       struct status *status) {
    struct rows_source source;
    rows_source_init(&source, rows);
    return table_work_write(plan->work, table, &source.source, status);
}

bool place_rows(struct table_work *work, const struct placing *placing, struct status *status) {
    struct plan plan;
    bool ok = plan_init(&plan, work, placing, status) && find_ids(&plan, status) &&
              plan_writes(&plan, status) && plan_removals(&plan) && plan_parking(&plan, status) &&
              table_work_can_remove(work, plan.n_gone, status) &&
              reshape_columns(work, placing->before, status) &&
              write_rows(&plan, &plan.both_keys.table, &plan.parked, status) &&
              write_rows(&plan, placing->after, &plan.written, status) &&
              table_work_remove(work, plan.gone, plan.n_gone, status) &&
              table_work_confirm(work, status);
    plan_clean_up(&plan);
    return ok;
}
