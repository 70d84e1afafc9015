#include "destinations/dust_documents.h"

#include "destinations/dust_document_rows.h"
#include "destinations/dust_document_session.h"
#include "destinations/dust_manifest.h"
#include "destinations/dust_test.h"
#include "destinations/row_store.h"
#include "table/table_copy.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

/* What one operation on a table needs. */
struct work {
    struct dust_api api;
    struct arena arena;
    struct dust_table table; /* as its manifest has it */
    bool there;
};

/* Reads the manifest. work_end either way. */
static bool work_begin(struct work *work, struct destination *d, struct slice schema,
                       struct slice name, struct status *status) {
    *work = (struct work){.there = false};
    dust_api_init(&work->api, d);
    arena_init(&work->arena, ARENA_BYTES);
    return dust_manifest_get(&work->api, schema, name, &work->arena, &work->table, &work->there,
                             status);
}

static void work_end(struct work *work) {
    dust_api_clean_up(&work->api);
    arena_clean_up(&work->arena);
}

static bool documents_describe(struct destination *d, struct slice schema, struct slice name,
                               struct table **found, struct status *status) {
    struct work work;
    *found = NULL;
    bool ok = work_begin(&work, d, schema, name, status);
    if (ok && work.there) {
        *found = table_copy(&work.table.table);
        ok = *found != NULL || status_no_memory(status, "describing a table");
    }
    work_end(&work);
    return ok;
}

static bool make_table(struct work *work, const struct table *table, struct status *status) {
    if (work->there) {
        return status_fail(status, STATUS_TASK,
                           "table %s.%s exists already: Dust has its document %s%s", table->schema,
                           table->name, DUST_MANIFEST_PREFIX, work->table.id);
    }
    return dust_manifest_post(&work->api, table, work->table.id, status);
}

static bool documents_create(struct destination *d, const struct table *table,
                             struct status *status) {
    struct work work;
    bool ok = work_begin(&work, d, slice_of(table->schema), slice_of(table->name), status) &&
              make_table(&work, table, status);
    work_end(&work);
    return ok;
}

static bool documents_exists(struct destination *d, struct slice schema, struct slice name,
                             enum table_presence *presence, struct status *status) {
    struct work work;
    bool ok = work_begin(&work, d, schema, name, status);
    *presence = work.there ? TABLE_PRESENT : TABLE_ABSENT;
    work_end(&work);
    return ok;
}

/* The manifest goes last: until then the table is there, and dropping it can be repeated. */
static bool documents_drop(struct destination *d, struct slice schema, struct slice name,
                           struct notice *notice, struct status *status) {
    struct row_store *store;
    struct work work;
    (void)notice;
    bool ok = dust_document_rows_open(d, schema, name, &store, status);
    if (!ok || !store) {
        return ok;
    }
    ok = store->ops->clear(store, status);
    store->ops->close(store);
    if (!ok) {
        return false;
    }
    ok = work_begin(&work, d, schema, name, status) &&
         (!work.there || dust_manifest_delete(&work.api, work.table.id, status));
    work_end(&work);
    return ok;
}

const struct destination_ops DUST_DOCUMENTS_DESTINATION = {
    .name = "dust",
    .takes_streams = true,
    .history_refusal =
        "Documents hold the present state of each record only, so history mode is not "
        "available for them. Choose tables in the setting \"Data format\", or turn "
        "history mode off for this table.",
    .test = dust_test,
    .open_session = dust_document_session_open,
    .describe = documents_describe,
    .create = documents_create,
    .exists = documents_exists,
    .drop = documents_drop,
    .open_rows = dust_document_rows_open,
};
