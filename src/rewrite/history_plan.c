#include "rewrite/history_plan.h"

#include "rewrite/packed_cells.h"
#include "table/instant_text.h"

#include <stdlib.h>

bool history_plan_init(struct history_plan *plan, const struct history_index *index,
                       struct status *status) {
    size_t n_columns = index->joined.table.n_columns;
    *plan = (struct history_plan){
        .index = index,
        .cells = calloc(n_columns, sizeof *plan->cells),
        .change = calloc(n_columns, sizeof *plan->change),
    };
    rows_init(&plan->rows, n_columns, ROWS_MAX_BYTES);
    return (plan->cells && plan->change) || status_no_memory(status, "planning versions");
}

void history_plan_clean_up(struct history_plan *plan) {
    rows_clean_up(&plan->rows);
    free(plan->gone);
    free(plan->stored);
    free(plan->given);
    free(plan->starts);
    free(plan->cells);
    free(plan->change);
}

/* --- the versions of the key, in order --- */

static bool reserve(struct history_plan *plan, size_t n, struct status *status) {
    if (n <= plan->capacity) {
        return true;
    }
    free(plan->gone);
    free(plan->stored);
    free(plan->given);
    free(plan->starts);
    plan->gone = calloc(n, sizeof *plan->gone);
    plan->stored = calloc(n, sizeof(struct version *));
    plan->given = calloc(n, sizeof(struct version *));
    plan->starts = calloc(n, sizeof *plan->starts);
    plan->capacity = n;
    if (!plan->gone || !plan->stored || !plan->given || !plan->starts) {
        plan->capacity = 0;
        status_no_memory(status, "planning versions");
        return false;
    }
    return true;
}

static int compare_versions(const void *a, const void *b) {
    const struct version *x = *(struct version *const *)a;
    const struct version *y = *(struct version *const *)b;
    int order = instant_compare(x->start, y->start);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static size_t sort_versions(struct version *list, struct version **sorted) {
    size_t n = 0;
    for (struct version *version = list; version; version = version->next) {
        sorted[n++] = version;
    }
    if (n > 0) {
        qsort(sorted, n, sizeof(struct version *), compare_versions);
    }
    return n;
}

/* How many of the sorted versions start before then, or at it too. */
static size_t count_before(struct version *const *sorted, size_t n, struct instant then,
                           bool or_at) {
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        int order = instant_compare(sorted[middle]->start, then);
        if (order < 0 || (order == 0 && or_at)) {
            low = middle + 1;
        } else {
            n = middle;
        }
    }
    return low;
}

/* --- cells --- */

static bool is_true(const struct cell *cell) {
    bool value;
    return cell->kind == CELL_TEXT && cell_boolean(cell->text, &value) && value;
}

static void unpack(const struct history_plan *plan, const struct version *version,
                   struct cell *cells) {
    packed_cells_read(version->cells, cells, plan->index->joined.table.n_columns);
}

static bool keep(struct history_plan *plan, struct status *status) {
    const struct row row = {{"", 0}, plan->cells};
    const struct table *table = plan->index->request;
    return rows_add(&plan->rows, &row, status) ||
           status_context(status, "table %s.%s", table->schema, table->name);
}

/* The version ends. */
static void end_version(struct history_plan *plan, struct slice end) {
    plan->cells[plan->index->at.active] = (struct cell){CELL_TEXT, SLICE_LITERAL("false")};
    plan->cells[plan->index->at.end] = (struct cell){CELL_TEXT, end};
}

static void delete_version(struct history_plan *plan, const struct history_key *key) {
    end_version(plan, key->end);
    if (key->synced.kind == CELL_TEXT) {
        plan->cells[plan->index->at.synced] = key->synced;
    }
}

/* --- given versions --- */

/* The stored version that an update continues when no given one starts later; NULL: none. */
static const struct version *stored_base(const struct history_plan *plan,
                                         const struct history_key *key, struct instant start) {
    bool cut = key->has_earliest && instant_compare(key->earliest, start) < 0;
    size_t n = count_before(plan->stored, plan->n_stored, cut ? key->earliest : start, false);
    return n > 0 ? plan->stored[n - 1] : NULL;
}

/* Fills plan->cells with the version that an update at start continues (lessons 24 and 25). */
static bool begin_with_base(struct history_plan *plan, const struct history_key *key,
                            struct instant start) {
    size_t n_made = plan->rows.n_rows;
    const struct version *stored = stored_base(plan, key, start);
    if (n_made > 0 && (!stored || instant_compare(plan->starts[n_made - 1], stored->start) >= 0)) {
        memcpy(plan->cells, plan->rows.rows[n_made - 1].cells,
               plan->rows.n_columns * sizeof *plan->cells);
    } else {
        size_t n = count_before(plan->stored, plan->n_stored, start, true);
        if (!stored && n == 0) {
            return false;
        }
        unpack(plan, stored ? stored : plan->stored[n - 1], plan->cells);
    }
    /* These two are a version's own. */
    plan->cells[plan->index->at.active] = (struct cell){CELL_TEXT, SLICE_LITERAL("true")};
    plan->cells[plan->index->at.end] = (struct cell){CELL_TEXT, SLICE_LITERAL(INSTANT_TEXT_ALWAYS)};
    return true;
}

/* Puts a given row over plan->cells, which hold a row of the same start when begun. Returns
 * whether they hold one now. */
static bool put_over(struct history_plan *plan, const struct history_key *key,
                     const struct version *version, bool begun) {
    bool update = version->kind == VERSION_UPDATE;
    if (update && !begun && !begin_with_base(plan, key, version->start)) {
        return false;
    }
    unpack(plan, version, plan->change);
    for (size_t i = 0; i < plan->rows.n_columns; i++) {
        enum cell_kind kind = plan->change[i].kind;
        if (kind == CELL_TEXT || kind == CELL_NULL || !update) {
            plan->cells[i] = kind == CELL_TEXT ? plan->change[i] : (struct cell){.kind = CELL_NULL};
        }
    }
    return true;
}

static bool make_given_versions(struct history_plan *plan, const struct history_key *key,
                                struct status *status) {
    for (size_t i = 0; i < plan->n_given;) {
        struct instant start = plan->given[i]->start;
        bool begun = false;
        for (; i < plan->n_given && instant_compare(plan->given[i]->start, start) == 0; i++) {
            begun = put_over(plan, key, plan->given[i], begun) || begun;
        }
        if (!begun) {
            continue;
        }
        if (key->has_delete && is_true(&plan->cells[plan->index->at.active])) {
            delete_version(plan, key);
        }
        plan->starts[plan->rows.n_rows] = start;
        if (!keep(plan, status)) {
            return false;
        }
    }
    return true;
}

/* --- stored versions --- */

/* A stored version that no given one replaces. Returns whether its row changes or goes. */
static bool change_stored(struct history_plan *plan, const struct history_key *key,
                          const struct version *version, bool *ok, struct status *status) {
    char text[INSTANT_TEXT_BYTES];
    if (key->has_earliest && instant_compare(version->start, key->earliest) >= 0) {
        return true;
    }
    unpack(plan, version, plan->cells);
    if (!is_true(&plan->cells[plan->index->at.active]) || !(key->has_earliest || key->has_delete)) {
        return false;
    }
    if (key->has_earliest) { /* lesson 26: exactly 1 ms before */
        end_version(plan, instant_text(instant_add_ms(key->earliest, -1), text));
    } else {
        delete_version(plan, key);
    }
    *ok = keep(plan, status);
    return true;
}

static bool change_stored_versions(struct history_plan *plan, const struct history_key *key,
                                   struct status *status) {
    size_t n_made = plan->rows.n_rows;
    bool ok = true;
    for (size_t i = 0, made = 0; ok && i < plan->n_stored; i++) {
        const struct version *version = plan->stored[i];
        while (made < n_made && instant_compare(plan->starts[made], version->start) < 0) {
            made++;
        }
        bool replaced = made < n_made && instant_compare(plan->starts[made], version->start) == 0;
        if (replaced || change_stored(plan, key, version, &ok, status)) {
            plan->gone[plan->n_gone++] = version->id;
        }
    }
    return ok;
}

bool history_plan_key(struct history_plan *plan, const struct history_key *key,
                      struct status *status) {
    size_t most = key->n_stored > key->n_given ? key->n_stored : key->n_given;
    rows_reset(&plan->rows);
    plan->n_gone = 0;
    if (!reserve(plan, most, status)) {
        return false;
    }
    plan->n_stored = sort_versions(key->stored, plan->stored);
    plan->n_given = sort_versions(key->given, plan->given);
    return make_given_versions(plan, key, status) && change_stored_versions(plan, key, status);
}
