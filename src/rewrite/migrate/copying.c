#include "rewrite/migrate/copying.h"

#include "rewrite/table_draft.h"

#include <stdlib.h>

bool copying_begin(struct copying *copying, struct rewrite *rw, const struct migration *migration,
                   struct status *status) {
    struct slice schema = slice_of(migration->schema);
    struct slice from = slice_of(migration->table);
    struct slice to = slice_of(migration->to_table);
    bool from_first = strcmp(migration->table, migration->to_table) < 0;
    *copying = (struct copying){{.rw = rw}, {.rw = rw}, migration->to_table};
    return from_first ? table_work_begin(&copying->from, rw, schema, from, status) &&
                            table_work_begin(&copying->to, rw, schema, to, status)
                      : table_work_begin(&copying->to, rw, schema, to, status) &&
                            table_work_begin(&copying->from, rw, schema, from, status);
}

void copying_end(struct copying *copying) {
    table_work_end(&copying->from);
    table_work_end(&copying->to);
}

bool copying_read(struct copying *copying, struct rows *rows, struct status *status) {
    return table_work_settle(&copying->from, status) &&
           rows_load(rows, copying->from.store, NULL, NULL, status);
}

static int compare_ids(const void *a, const void *b) {
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* The ids that rows have in a table, sorted. */
struct id_set {
    struct arena arena;
    struct slice *ids;
    size_t n_ids;
};

enum { ID_BYTES = 4096 };

static bool id_set_init(struct id_set *set, struct row_store *store, const struct table *table,
                        const struct rows *rows, struct status *status) {
    struct buf id;
    bool ok = true;
    *set = (struct id_set){.ids = malloc((rows->n_rows + 1) * sizeof *set->ids)};
    arena_init(&set->arena, ROWS_MAX_BYTES);
    buf_init(&id, ID_BYTES);
    if (!set->ids) {
        return status_no_memory(status, "copying rows");
    }
    for (size_t i = 0; ok && i < rows->n_rows; i++) {
        buf_reset(&id);
        ok = store->ops->row_id(store, table, rows->rows[i].cells, &id, status);
        const char *copy = ok ? arena_copy_text(&set->arena, buf_slice(&id)) : NULL;
        if (ok && !copy) {
            ok = status_no_memory(status, "copying rows");
        }
        set->ids[set->n_ids++] = slice_make(copy, id.len);
    }
    if (ok) {
        qsort(set->ids, set->n_ids, sizeof *set->ids, compare_ids);
    }
    buf_clean_up(&id);
    return ok;
}

static void id_set_clean_up(struct id_set *set) {
    arena_clean_up(&set->arena);
    free(set->ids);
}

struct strangers {
    const struct id_set *known;
    size_t count;
};

static bool count_stranger(void *context, const struct row *row, struct status *status) {
    struct strangers *strangers = context;
    const struct id_set *known = strangers->known;
    (void)status;
    strangers->count +=
        !bsearch(&row->id, known->ids, known->n_ids, sizeof *known->ids, compare_ids);
    return true;
}

static void count_again(void *context) {
    ((struct strangers *)context)->count = 0;
}

/* An attempt that was cut leaves some of the rows, and nothing else. */
static bool check_rest_of_attempt(struct table_work *to, const struct table *target,
                                  const struct rows *rows, struct status *status) {
    struct id_set known;
    struct strangers strangers = {.known = &known};
    const struct row_visitor visitor = {count_stranger, count_again, &strangers};
    bool ok = id_set_init(&known, to->store, target, rows, status) &&
              table_work_settle(to, status) &&
              to->store->ops->read(to->store, READ_SYNCED, &visitor, status);
    bool fits = strangers.count == 0 && table_columns_equal(to->store->table, target);
    if (ok && !fits) {
        ok = status_fail(status, STATUS_TASK,
                         "Table %s.%s is there already, with other columns or rows than those that "
                         "a migration is to put there. Nothing was changed. Drop or rename that "
                         "table at the destination, and sync again.",
                         target->schema, target->name);
    }
    id_set_clean_up(&known);
    return ok;
}

bool copying_write(struct copying *copying, const struct table *target, const struct rows *rows,
                   struct status *status) {
    struct table_work *to = &copying->to;
    struct destination *d = to->rw->d;
    struct rows_source source;
    rows_source_init(&source, rows);
    bool ok = to->store ? check_rest_of_attempt(to, target, rows, status)
                        : d->ops->create(d, target, status);
    return ok && table_work_write(to, target, &source.source, status);
}

bool copying_copy(struct copying *copying, const struct rows *rows, struct status *status) {
    struct table target = *copying->from.store->table;
    target.name = copying->to_name;
    return copying_write(copying, &target, rows, status);
}
