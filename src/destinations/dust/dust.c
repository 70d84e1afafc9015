#include "destinations/dust/dust.h"

#include "destinations/dust/documents/dust_document_rows.h"
#include "destinations/dust/documents/dust_document_session.h"
#include "destinations/dust/documents/dust_manifest.h"
#include "destinations/dust/dust_test.h"
#include "destinations/dust/tables/dust_rows.h"
#include "destinations/dust/tables/dust_session.h"
#include "destinations/dust/tables/dust_stream_session.h"
#include "destinations/dust/tables/dust_table.h"
#include "destinations/row_store.h"
#include "table/table_copy.h"

enum { ARENA_BYTES = 64 * 1024 * 1024 };

/* What one operation on a table needs. */
struct work {
    struct dust_api api;
    struct arena arena;
    struct dust_table table; /* as it is remembered at Dust: by its own tags, or a manifest's */
    bool there;
};

/* Reads the table. work_end either way. */
static bool work_begin(struct work *work, struct destination *d, struct slice schema,
                       struct slice name, struct status *status) {
    bool documents = d->settings->data_format == DATA_FORMAT_DOCUMENTS;
    *work = (struct work){.there = false};
    dust_api_init(&work->api, d);
    arena_init(&work->arena, ARENA_BYTES);
    return (documents ? dust_manifest_get : dust_table_get)(&work->api, schema, name, &work->arena,
                                                            &work->table, &work->there, status);
}

static void work_end(struct work *work) {
    dust_api_clean_up(&work->api);
    arena_clean_up(&work->arena);
}

static bool dust_describe(struct destination *d, struct slice schema, struct slice name,
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

static bool dust_exists(struct destination *d, struct slice schema, struct slice name,
                        enum table_presence *presence, struct status *status) {
    struct work work;
    bool ok = work_begin(&work, d, schema, name, status);
    *presence = work.there ? TABLE_PRESENT : TABLE_ABSENT;
    work_end(&work);
    return ok;
}

static bool make_table(struct work *work, const struct table *table, struct status *status) {
    struct dust_table made;
    return dust_table_name_columns(table, NULL, work->api.d->settings->table_id_prefix,
                                   &work->arena, &made, status) &&
           dust_table_make(&work->api, &made, status);
}

static bool make_documents(struct work *work, const struct table *table, struct status *status) {
    return dust_manifest_post(&work->api, table, work->table.id, status);
}

static bool dust_create(struct destination *d, const struct table *table, struct status *status) {
    bool documents = d->settings->data_format == DATA_FORMAT_DOCUMENTS;
    struct work work;
    bool ok = work_begin(&work, d, slice_of(table->schema), slice_of(table->name), status);
    if (ok && work.there) {
        ok = status_fail(status, STATUS_TASK, "table %s.%s exists already: Dust has its %s %s%s",
                         table->schema, table->name, documents ? "document" : "table ID",
                         documents ? DUST_MANIFEST_PREFIX : "", work.table.id);
    }
    ok = ok && (documents ? make_documents : make_table)(&work, table, status);
    work_end(&work);
    return ok;
}

/* A table that is another's is not removed: dust_table_get says so. */
static bool drop_table(struct destination *d, struct slice schema, struct slice name,
                       struct notice *notice, struct status *status) {
    struct work work;
    (void)notice;
    bool ok = work_begin(&work, d, schema, name, status) &&
              (!work.there || dust_table_delete(&work.api, work.table.id, status));
    work_end(&work);
    return ok;
}

/* The manifest goes last: until then the table is there, and dropping it can be repeated. */
static bool drop_documents(struct destination *d, struct slice schema, struct slice name,
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

static struct write_session *dust_open_session(struct destination *d, const struct table *table,
                                               struct notice *notice, struct status *status) {
    return d->stream ? dust_stream_session_open(d, table, notice, status)
                     : dust_session_open(d, table, notice, status);
}

const struct destination_ops DUST_TABLES_DESTINATION = {
    .name = "dust",
    .test = dust_test,
    .open_session = dust_open_session,
    .describe = dust_describe,
    .create = dust_create,
    .exists = dust_exists,
    .drop = drop_table,
    .open_rows = dust_rows_open,
    .migrates = true,
};

const struct destination_ops DUST_DOCUMENTS_DESTINATION = {
    .name = "dust",
    .history_refusal =
        "Documents hold the present state of each record only, so history mode is not "
        "available for them. Choose tables in the setting \"Data format\", or turn "
        "history mode off for this table.",
    .test = dust_test,
    .open_session = dust_document_session_open,
    .describe = dust_describe,
    .create = dust_create,
    .exists = dust_exists,
    .drop = drop_documents,
    .open_rows = dust_document_rows_open,
};
