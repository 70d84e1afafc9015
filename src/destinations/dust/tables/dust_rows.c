#include "destinations/dust/tables/dust_rows.h"

#include "destinations/dust/dust_ids.h"
#include "destinations/dust/dust_row_store.h"
#include "destinations/dust/tables/dust_fence.h"
#include "destinations/dust/tables/dust_list.h"
#include "destinations/dust/tables/dust_row.h"
#include "destinations/dust/tables/dust_table.h"
#include "destinations/table_name.h"
#include "json/json_walk.h"

#include <stdlib.h>

enum {
    MAX_PATH_BYTES = 64 * 1024,
    /* 200 pending files, then 12 s of silence (contracts/dust.md, 1.2 and 5). */
    REMOVALS_PER_MINUTE = 1000,
};

static bool rows_settle(struct row_store *store, struct status *status) {
    struct dust_row_store *s = dust_row_store_of(store);
    return dust_fence(&s->api, s->table.id, NULL, status);
}

/* A listing on its way to a visitor. */
struct visit {
    const struct row_visitor *visitor;
    struct dust_row_decoder decoder;
    struct buf id;
    const struct slice *wanted; /* sorted; NULL: every row */
    size_t n_wanted;
};

static int compare_slices(const void *a, const void *b) {
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static bool is_wanted(const struct visit *v, struct slice id) {
    return !v->wanted || bsearch(&id, v->wanted, v->n_wanted, sizeof id, compare_slices) != NULL;
}

static bool visit_row(void *context, struct slice id, struct slice value, struct status *status) {
    struct visit *v = context;
    buf_reset(&v->id);
    json_string_append(&v->id, id);
    if (v->id.failed) {
        return status_no_memory(status, "reading a row");
    }
    if (slice_equal_text(buf_slice(&v->id), DUST_FENCE_ROW_ID) ||
        !is_wanted(v, buf_slice(&v->id))) {
        return true;
    }
    const struct row row = {buf_slice(&v->id), v->decoder.cells};
    return dust_row_read(&v->decoder, value, status) &&
           v->visitor->visit(v->visitor->context, &row, status);
}

static void visit_restart(void *context) {
    const struct row_visitor *visitor = ((struct visit *)context)->visitor;
    visitor->restart(visitor->context);
}

/* wanted is sorted, or NULL for all rows. */
static bool list_rows(struct dust_row_store *s, const struct slice *wanted, size_t n_wanted,
                      const struct row_visitor *visitor, struct status *status) {
    struct visit v = {.visitor = visitor, .wanted = wanted, .n_wanted = n_wanted};
    const struct dust_listing listing = {visit_row, visit_restart, &v};
    buf_init(&v.id, MAX_PATH_BYTES);
    bool ok = dust_row_decoder_init(&v.decoder, &s->table, status) &&
              dust_list(&s->api, s->table.id, &listing, status);
    dust_row_decoder_clean_up(&v.decoder);
    buf_clean_up(&v.id);
    return ok;
}

static bool rows_read(struct row_store *store, enum row_read what,
                      const struct row_visitor *visitor, struct status *status) {
    (void)what; /* a listing brings the whole rows anyway */
    return list_rows(dust_row_store_of(store), NULL, 0, visitor, status);
}

static bool rows_find(struct row_store *store, const struct slice *ids, size_t n_ids,
                      const struct row_visitor *visitor, struct status *status) {
    struct slice *wanted = malloc((n_ids + 1) * sizeof *wanted);
    if (!wanted) {
        return status_no_memory(status, "looking for rows");
    }
    if (n_ids > 0) {
        memcpy(wanted, ids, n_ids * sizeof *wanted);
        qsort(wanted, n_ids, sizeof *wanted, compare_slices);
    }
    bool ok = list_rows(dust_row_store_of(store), wanted, n_ids, visitor, status);
    free(wanted);
    return ok;
}

static bool rows_row_id(struct row_store *store, const struct table *table,
                        const struct cell *cells, struct buf *id, struct status *status) {
    return dust_row_id_append(id, table, cells, store->table) ||
           status_fail(status, STATUS_INVALID_ARGUMENT,
                       "table %s.%s has no primary key: a row of it cannot be told from another",
                       table->schema, table->name);
}

/* path: room for the URL's end. */
static bool remove_row(struct dust_row_store *s, struct buf *path, struct slice id,
                       struct status *status) {
    struct api_call call;
    buf_reset(path);
    buf_printf(path, "/tables/%s/rows/", s->table.id);
    url_escape_append(path, id);
    dust_call_init(&s->api, &call, HTTP_DELETE, "dust-delete-row", s->table.id, buf_cstr(path));
    if (!dust_perform(&s->api, &call, NULL, status) && !dust_error_is(&s->api, "table_not_found")) {
        return false;
    }
    *status = STATUS_INIT;
    return true;
}

static bool rows_remove(struct row_store *store, const struct slice *ids, size_t n_ids,
                        struct status *status) {
    struct buf path;
    bool ok = true;
    buf_init(&path, MAX_PATH_BYTES);
    for (size_t i = 0; ok && i < n_ids; i++) {
        ok = remove_row(dust_row_store_of(store), &path, ids[i], status);
    }
    buf_clean_up(&path);
    return ok;
}

static bool rows_clear(struct row_store *store, struct status *status) {
    struct dust_row_store *s = dust_row_store_of(store);
    return dust_table_clear(&s->api, s->table.id, status);
}

static bool rows_set_columns(struct row_store *store, const struct table *table,
                             struct status *status) {
    struct dust_row_store *s = dust_row_store_of(store);
    struct dust_table changed;
    if (!dust_table_name_columns(table, &s->table, s->d.settings->table_id_prefix, &s->arena,
                                 &changed, status) ||
        !dust_table_post(&s->api, &changed, status)) {
        return false;
    }
    s->table = changed;
    return true;
}

static const struct row_store_ops DUST_ROWS_OPS = {
    .settle = rows_settle,
    .read = rows_read,
    .find = rows_find,
    .row_id = rows_row_id,
    .may_be_changed = dust_cell_may_be_changed,
    .remove = rows_remove,
    .clear = rows_clear,
    .set_columns = rows_set_columns,
    .close = dust_row_store_close,
};

bool dust_rows_open(struct destination *d, struct slice schema, struct slice name,
                    struct row_store **store, struct status *status) {
    const struct row_store rows = {.ops = &DUST_ROWS_OPS,
                                   .removals_per_minute = REMOVALS_PER_MINUTE};
    return dust_row_store_open(rows, dust_table_get, d, schema, name, store, status);
}
