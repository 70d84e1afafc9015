#include "destinations/dust/documents/dust_document_rows.h"

#include "base/key_index.h"
#include "destinations/dust/documents/dust_document_calls.h"
#include "destinations/dust/documents/dust_document_list.h"
#include "destinations/dust/documents/dust_document_read.h"
#include "destinations/dust/documents/dust_manifest.h"
#include "destinations/dust/dust_ids.h"
#include "destinations/dust/dust_row_store.h"
#include "table/cell_canonical.h"

#include <stdlib.h>

enum {
    MAX_IDS_BYTES = 512 * 1024 * 1024,
    PROGRESS_EVERY_MS = 10 * 1000,
    INSTANT_BYTES = 256,
};

static bool rows_settle(struct row_store *store, struct status *status) {
    (void)store;
    (void)status;
    return true;
}

/* --- reading --- */

/* Rows made of a listing alone. */
struct synced_rows {
    const struct row_visitor *visitor;
    struct cell *cells;
    int synced;
    int deleted;
    struct buf instant;
};

static struct instant instant_of_ms(int64_t ms) {
    int64_t of_second = (ms % 1000 + 1000) % 1000;
    return (struct instant){(ms - of_second) / 1000, (int32_t)of_second * 1000000};
}

static bool visit_listed(void *context, const struct dust_listed *document, struct status *status) {
    struct synced_rows *synced = context;
    if (synced->synced >= 0) {
        buf_reset(&synced->instant);
        instant_append(&synced->instant, COLUMN_UTC_DATETIME, instant_of_ms(document->timestamp));
        if (synced->instant.no_memory) {
            return status_no_memory(status, "listing documents");
        }
        synced->cells[synced->synced] = (struct cell){CELL_TEXT, buf_slice(&synced->instant)};
    }
    if (synced->deleted >= 0) {
        synced->cells[synced->deleted] =
            (struct cell){CELL_TEXT, slice_of(document->deleted ? "true" : "false")};
    }
    const struct row row = {document->id, synced->cells};
    return synced->visitor->visit(synced->visitor->context, &row, status);
}

/* A listing shows the timestamps, which are _fivetran_synced in milliseconds, and the tags. */
static bool read_synced(struct dust_row_store *rows, const struct row_visitor *visitor,
                        struct status *status) {
    const struct table *table = &rows->table.table;
    struct synced_rows synced = {
        .visitor = visitor,
        .cells = calloc(table->n_columns + 1, sizeof(struct cell)),
        .synced = table_find(table, SLICE_LITERAL("_fivetran_synced")),
        .deleted = table_find(table, SLICE_LITERAL("_fivetran_deleted")),
    };
    buf_init(&synced.instant, INSTANT_BYTES);
    bool ok = synced.cells
                  ? dust_document_list(&rows->api, rows->table.id, visit_listed, &synced, status)
                  : status_no_memory(status, "listing documents");
    buf_clean_up(&synced.instant);
    free(synced.cells);
    return ok;
}

static bool rows_find(struct row_store *store, const struct slice *ids, size_t n_ids,
                      const struct row_visitor *visitor, struct status *status) {
    struct dust_row_store *rows = dust_row_store_of(store);
    struct dust_document_reader reader;
    bool ok = dust_document_reader_init(&reader, &rows->api, &rows->table.table) ||
              status_no_memory(status, "reading documents");
    for (size_t i = 0; ok && i < n_ids; i++) {
        bool there = false;
        ok = dust_document_read(&reader, ids[i], &there, status);
        if (ok && there) {
            const struct row row = {ids[i], reader.cells};
            ok = visitor->visit(visitor->context, &row, status);
        }
    }
    dust_document_reader_clean_up(&reader);
    return ok;
}

static bool keep_id(void *context, const struct dust_listed *document, struct status *status) {
    size_t at;
    return key_index_add(context, document->id, &at, status);
}

/* The ids of all documents of the table; the caller cleans up *ids either way. */
static bool list_ids(struct dust_row_store *rows, struct key_index *ids, struct status *status) {
    key_index_init(ids, MAX_IDS_BYTES);
    return dust_document_list(&rows->api, rows->table.id, keep_id, ids, status);
}

static bool rows_read(struct row_store *store, enum row_read what,
                      const struct row_visitor *visitor, struct status *status) {
    struct key_index ids;
    if (what == READ_SYNCED) {
        return read_synced(dust_row_store_of(store), visitor, status);
    }
    bool ok = list_ids(dust_row_store_of(store), &ids, status) &&
              rows_find(store, ids.keys, ids.n_keys, visitor, status);
    key_index_clean_up(&ids);
    return ok;
}

/* --- ids --- */

static bool rows_row_id(struct row_store *store, const struct table *table,
                        const struct cell *cells, struct buf *id, struct status *status) {
    return dust_document_id_append(id, table, cells, store->table) ||
           status_fail(status, STATUS_INVALID_ARGUMENT, "table %s.%s has no primary key",
                       table->schema, table->name);
}

/* --- removing --- */

static bool rows_remove(struct row_store *store, const struct slice *ids, size_t n_ids,
                        struct status *status) {
    bool ok = true;
    for (size_t i = 0; ok && i < n_ids; i++) {
        ok = dust_document_delete(&dust_row_store_of(store)->api, ids[i], status);
    }
    return ok;
}

static bool rows_clear(struct row_store *store, struct status *status) {
    struct dust_row_store *rows = dust_row_store_of(store);
    const struct clock *clock = rows->d.shared->clock;
    int64_t spoken_ms = clock_monotonic_ms(clock);
    struct key_index ids;
    bool ok = list_ids(rows, &ids, status);
    for (size_t i = 0; ok && i < ids.n_keys; i++) {
        ok = dust_document_delete(&rows->api, ids.keys[i], status);
        if (clock_monotonic_ms(clock) - spoken_ms >= PROGRESS_EVERY_MS) {
            spoken_ms = clock_monotonic_ms(clock);
            log_event(rows->d.log, LOG_INFO, "removing_documents", "removed=%zu left=%zu", i + 1,
                      ids.n_keys - i - 1);
        }
    }
    key_index_clean_up(&ids);
    return ok;
}

/* --- the table --- */

static bool has_key(const struct table *table, const struct column *column) {
    int at = table_find(table, slice_of(column->name));
    return at >= 0 && table->columns[at].primary_key;
}

/* Whether every key column of one is a key column of the other. */
static bool keys_are_among(const struct table *table, const struct table *other) {
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].primary_key && !has_key(other, &table->columns[i])) {
            return false;
        }
    }
    return true;
}

/* Documents are named by the key, and are not renamed: at the pace of documents that would take
 * longer than writing them from the start. */
static bool key_may_change(struct dust_row_store *rows, const struct table *wanted,
                           struct status *status) {
    const struct table *known = &rows->table.table;
    if (keys_are_among(known, wanted) && keys_are_among(wanted, known)) {
        return true;
    }
    struct key_index ids;
    bool ok = list_ids(rows, &ids, status);
    if (ok && ids.n_keys > 0) {
        ok = status_fail(status, STATUS_TASK,
                         "Table %s.%s gets another primary key, and its %zu documents at Dust are "
                         "named by the present one. Re-sync the table from the start (drop it at "
                         "the destination first).",
                         known->schema, known->name, ids.n_keys);
    }
    key_index_clean_up(&ids);
    return ok;
}

static bool rows_set_columns(struct row_store *store, const struct table *table,
                             struct status *status) {
    struct dust_row_store *rows = dust_row_store_of(store);
    struct dust_table changed;
    if (!key_may_change(rows, table, status) ||
        !dust_manifest_change(&rows->api, &rows->table, table, &rows->arena, &changed, status)) {
        return false;
    }
    rows->table = changed;
    return true;
}

static const struct row_store_ops rows_ops = {
    .settle = rows_settle,
    .read = rows_read,
    .find = rows_find,
    .row_id = rows_row_id,
    .remove = rows_remove,
    .clear = rows_clear,
    .set_columns = rows_set_columns,
    .close = dust_row_store_close,
};

bool dust_document_rows_open(struct destination *d, struct slice schema, struct slice name,
                             struct row_store **store, struct status *status) {
    const struct row_store rows = {.ops = &rows_ops};
    return dust_row_store_open(rows, dust_manifest_get, d, schema, name, store, status);
}
