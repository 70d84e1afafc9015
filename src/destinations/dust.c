#include "destinations/dust.h"

#include "destinations/dust_rows.h"
#include "destinations/dust_session.h"
#include "destinations/dust_table.h"
#include "destinations/dust_test.h"
#include "table/table_copy.h"

/* A table with DUST_MAX_COLUMNS columns, whose names fill their tags, several times over. */
enum { ARENA_BYTES = 8 * 1024 * 1024 };

/* What one operation on a table needs. */
struct work {
    struct dust_api api;
    struct arena arena;
    struct dust_table table; /* as it is at Dust */
    bool there;
};

/* Reads the table. work_end either way. */
static bool work_begin(struct work *work, struct destination *d, struct slice schema,
                       struct slice name, struct status *status) {
    dust_api_init(&work->api, d);
    arena_init(&work->arena, ARENA_BYTES);
    return dust_table_get(&work->api, schema, name, &work->arena, &work->table, &work->there,
                          status);
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

static bool make_table(struct work *work, const struct table *table, struct status *status) {
    if (work->there) {
        return status_fail(status, STATUS_TASK,
                           "table %s.%s exists already: its table ID at Dust is %s", table->schema,
                           table->name, work->table.id);
    }
    struct dust_table made;
    return dust_table_name_columns(table, NULL, work->api.d->settings->table_id_prefix,
                                   &work->arena, &made, status) &&
           dust_table_make(&work->api, &made, status);
}

static bool dust_create(struct destination *d, const struct table *table, struct status *status) {
    struct work work;
    bool ok = work_begin(&work, d, slice_of(table->schema), slice_of(table->name), status) &&
              make_table(&work, table, status);
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

/* A table that is another's is not removed: dust_table_get says so. */
static bool dust_drop(struct destination *d, struct slice schema, struct slice name,
                      struct notice *notice, struct status *status) {
    struct work work;
    (void)notice;
    bool ok = work_begin(&work, d, schema, name, status) &&
              (!work.there || dust_table_delete(&work.api, work.table.id, status));
    work_end(&work);
    return ok;
}

const struct destination_ops DUST_TABLES_DESTINATION = {
    .name = "dust",
    .test = dust_test,
    .open_session = dust_session_open,
    .describe = dust_describe,
    .create = dust_create,
    .exists = dust_exists,
    .drop = dust_drop,
    .open_rows = dust_rows_open,
    .migrates = true,
};
