#include "rewrite/migrate/history_table.h"
#include "rewrite/migrate/operations.h"
#include "rewrite/place.h"
#include "rewrite/reshape.h"
#include "table/cell_canonical.h"

#include <stdlib.h>

enum { KEY_BYTES = 64 * 1024 * 1024 };

struct version {
    size_t row;
    struct slice key; /* without the start */
    struct instant start;
};

struct versions {
    const struct table *table;
    struct history_columns columns;
    size_t deleted; /* the column that will say so */
    bool drop_deleted_rows;
    struct rows rows;
    struct arena keys;
    struct version *sorted;
    enum row_fate *fates; /* per row */
};

/* By key; then a row without a start, which an attempt that was cut has converted, and which is
 * what the key's versions came to; then the latest first. */
static int compare_versions(const void *a, const void *b) {
    const struct version *left = a;
    const struct version *right = b;
    int order = slice_compare(left->key, right->key);
    return order ? order : instant_compare(right->start, left->start);
}

static bool sort_versions(struct versions *versions, struct status *status) {
    struct buf key;
    bool ok = true;
    buf_init(&key, KEY_BYTES);
    for (size_t i = 0; ok && i < versions->rows.n_rows; i++) {
        const struct cell *cells = versions->rows.rows[i].cells;
        const struct cell *start = &cells[versions->columns.start];
        buf_reset(&key);
        row_key_append(&key, versions->table, cells, HISTORY_START);
        const char *copy = key.failed ? NULL : arena_copy_text(&versions->keys, buf_slice(&key));
        ok = copy || status_no_memory(status, "taking a table out of history mode");
        versions->sorted[i] =
            (struct version){i, slice_make(copy, key.len),
                             start->kind == CELL_TEXT ? history_cell_instant(start)
                                                      : (struct instant){.seconds = INT64_MAX}};
    }
    if (ok) {
        qsort(versions->sorted, versions->rows.n_rows, sizeof *versions->sorted, compare_versions);
    }
    buf_clean_up(&key);
    return ok;
}

/* What becomes of a key's latest version. */
static enum row_fate keep_latest(const struct versions *versions, struct cell *cells) {
    const struct history_columns *columns = &versions->columns;
    const struct cell null = {.kind = CELL_NULL};
    bool converted = cells[columns->start].kind != CELL_TEXT;
    bool active = history_cell_is_true(&cells[columns->active]);
    if (converted) {
        return ROW_STAYS;
    }
    cells[versions->deleted] = (struct cell){CELL_TEXT, slice_of(active ? "false" : "true")};
    cells[columns->active] = cells[columns->start] = cells[columns->end] = null;
    return active || !versions->drop_deleted_rows ? ROW_CHANGED : ROW_GOES;
}

static void decide(struct versions *versions) {
    for (size_t i = 0; i < versions->rows.n_rows; i++) {
        const struct version *version = &versions->sorted[i];
        bool latest = i == 0 || !slice_equal(version->key, version[-1].key);
        versions->fates[version->row] =
            latest ? keep_latest(versions, versions->rows.rows[version->row].cells) : ROW_GOES;
    }
}

static bool versions_init(struct versions *versions, struct table_work *work,
                          const struct table *table, const char *deleted, struct status *status) {
    versions->table = table;
    versions->deleted = (size_t)table_find(table, slice_of(deleted));
    rows_init(&versions->rows, 0, ROWS_MAX_BYTES);
    arena_init(&versions->keys, ROWS_MAX_BYTES);
    if (!history_columns_demand(table, &versions->columns, status) ||
        !reshape_load_all(work, &versions->rows, table, status)) {
        return false;
    }
    size_t n = versions->rows.n_rows + 1;
    versions->sorted = malloc(n * sizeof *versions->sorted);
    versions->fates = calloc(n, sizeof *versions->fates);
    return (versions->sorted && versions->fates) ||
           status_no_memory(status, "taking a table out of history mode");
}

static void versions_clean_up(struct versions *versions) {
    rows_clean_up(&versions->rows);
    arena_clean_up(&versions->keys);
    free(versions->sorted);
    free(versions->fates);
}

/* Each key's latest version gets an id without a start; the others go. */
static bool place(struct table_work *work, const struct migration *migration,
                  const struct table *before, const struct table *after, const char *deleted,
                  struct status *status) {
    struct versions versions = {.drop_deleted_rows = migration->drop_deleted_rows};
    bool ok =
        versions_init(&versions, work, before, deleted, status) && sort_versions(&versions, status);
    if (ok) {
        decide(&versions);
        ok = place_rows(work, &(struct placing){before, after, &versions.rows, versions.fates},
                        status);
    }
    versions_clean_up(&versions);
    return ok;
}

static bool convert(struct table_work *work, const struct migration *migration, const char *deleted,
                    struct status *status) {
    const struct column column = {.name = deleted, .type = COLUMN_BOOLEAN};
    struct table_draft before = {0};
    struct table_draft after = {0};
    bool ok = table_draft_init(&before, work->store->table, 1, status) &&
              (table_draft_find(&before, deleted) || table_draft_add(&before, &column, status)) &&
              table_draft_init(&after, &before.table, 0, status);
    if (ok) {
        table_draft_find(&after, HISTORY_START)->primary_key = false;
        ok = place(work, migration, &before.table, &after.table, deleted, status);
        table_draft_remove(&after, HISTORY_START);
        table_draft_remove(&after, HISTORY_END);
        table_draft_remove(&after, HISTORY_ACTIVE);
    }
    ok = ok && reshape_columns(work, &after.table, status);
    table_draft_clean_up(&before);
    table_draft_clean_up(&after);
    return ok;
}

/* Without another key column there is no telling which versions are of one row. */
static bool check_key(const struct table *table, struct status *status) {
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].primary_key && strcmp(table->columns[i].name, HISTORY_START) != 0) {
            return true;
        }
    }
    return status_fail(status, STATUS_TASK,
                       "Table %s.%s cannot leave history mode: its primary key is " HISTORY_START
                       " alone. Nothing was changed. Re-sync the table from the start (drop it at "
                       "the destination first).",
                       table->schema, table->name);
}

static bool to_soft_delete(struct table_work *work, const struct migration *migration,
                           struct status *status) {
    const struct table *table = work->store->table;
    const char *named = migration->soft_deleted_column;
    const char *deleted = named && named[0] ? named : HISTORY_DELETED;
    if (!history_columns_find(table, NULL) && table_find(table, slice_of(deleted)) >= 0) {
        return true; /* delivered again after it was done */
    }
    return history_columns_demand(table, NULL, status) && check_key(table, status) &&
           convert(work, migration, deleted, status);
}

bool migrate_history_to_soft_delete(struct rewrite *rw, const struct migration *migration,
                                    struct status *status) {
    return migrate_on_table(rw, migration, to_soft_delete, status);
}
