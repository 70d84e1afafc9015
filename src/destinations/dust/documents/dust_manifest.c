#include "destinations/dust/documents/dust_manifest.h"

#include "destinations/dust/documents/dust_document_calls.h"
#include "json/json_writer.h"

enum {
    MAX_NAME_BYTES = 64 * 1024,
    MAX_BODY_BYTES = 64 * 1024 * 1024,
};

/* The id of the manifest of a table; the caller cleans it up. */
static struct buf manifest_id(const char *id) {
    struct buf document;
    buf_init(&document, MAX_NAME_BYTES);
    buf_printf(&document, DUST_MANIFEST_PREFIX "%s", id);
    return document;
}

static void manifest_call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                               const char *what, const char *id) {
    struct buf document = manifest_id(id);
    dust_document_call_init(api, call, method, what, buf_slice(&document));
    api->url.failed = api->url.failed || document.failed;
    buf_clean_up(&document);
}

/* --- reading --- */

bool dust_manifest_get(struct dust_api *api, struct slice schema, struct slice name,
                       struct arena *arena, struct dust_table *found, bool *there,
                       struct status *status) {
    struct api_call call;
    struct status failure = STATUS_INIT;
    *there = false;
    if (!dust_table_name(api->d->settings->table_id_prefix, schema, name, arena, found)) {
        return status_no_memory(status, "naming a table of Dust's");
    }
    manifest_call_init(api, &call, HTTP_GET, "get-table-document", found->id);
    struct json_value *answer = dust_perform_json(api, &call, &failure);
    if (!answer && dust_document_is_missing(api)) {
        return true;
    }
    if (!answer) {
        *status = failure;
        return false;
    }
    const struct json_value *tags = json_get(json_get(answer, "document"), "tags");
    *there = dust_tags_read(tags, api->d->settings->front_end, arena, found, status);
    json_destroy(answer);
    return *there;
}

/* --- writing --- */

/* Columns keep their own names in documents: Dust's are not needed. */
static bool write_tags(const struct dust_api *api, const struct table *table, const char *id,
                       struct buf *body, struct status *status) {
    if (table->n_columns > DUST_MAX_COLUMNS) {
        return status_fail(status, STATUS_TASK,
                           "Table %s.%s has %zu columns, and %d can be kept in Dust. Leave columns "
                           "out of the sync.",
                           table->schema, table->name, table->n_columns, DUST_MAX_COLUMNS);
    }
    const char *names[DUST_MAX_COLUMNS];
    for (size_t i = 0; i < table->n_columns; i++) {
        names[i] = "-";
    }
    const struct dust_table as_dust = {.table = *table, .names = names, .id = id};
    return dust_tags_write(&as_dust, api->d->settings->front_end, body, status);
}

static bool write_manifest(const struct dust_api *api, const struct table *table, const char *id,
                           struct buf *body, struct status *status) {
    buf_append_text(body, "{\"title\":");
    json_write_string(body, slice_of(id)); /* short, whatever the table is called */
    buf_append_text(body, ",\"text\":\"\",\"light_document_output\":true,\"tags\":");
    if (!write_tags(api, table, id, body, status)) {
        return false;
    }
    buf_append_char(body, '}');
    return !body->failed || status_no_memory(status, "describing a table to Dust");
}

bool dust_manifest_post(struct dust_api *api, const struct table *table, const char *id,
                        struct status *status) {
    struct buf body;
    struct api_call call;
    buf_init(&body, MAX_BODY_BYTES);
    bool ok = write_manifest(api, table, id, &body, status);
    if (ok) {
        manifest_call_init(api, &call, HTTP_POST, "post-table-document", id);
        call.request.body = buf_slice(&body);
        dust_document_pace(api, &call, 0);
        ok = dust_perform(api, &call, NULL, status);
    }
    buf_clean_up(&body);
    return ok;
}

/* known's columns, described as table does where it has them (others only if keep), and table's
 * newcomers behind them. False: no memory. */
static bool join_columns(const struct table *table, const struct table *known, bool keep,
                         struct arena *arena, struct table *joined) {
    struct column *columns =
        arena_alloc(arena, (known->n_columns + table->n_columns + 1) * sizeof *columns);
    size_t n = 0;
    for (size_t i = 0; columns && i < known->n_columns; i++) {
        int at = table_find(table, slice_of(known->columns[i].name));
        if (at >= 0 || keep) {
            columns[n++] = at >= 0 ? table->columns[at] : known->columns[i];
        }
    }
    for (size_t i = 0; columns && i < table->n_columns; i++) {
        if (table_find(known, slice_of(table->columns[i].name)) < 0) {
            columns[n++] = table->columns[i];
        }
    }
    for (size_t i = 0; columns && i < n; i++) {
        columns[i].name = arena_copy_text(arena, slice_of(columns[i].name));
        if (!columns[i].name) {
            return false;
        }
    }
    *joined = (struct table){known->schema, known->name, columns, n};
    return columns != NULL;
}

bool dust_manifest_ensure(struct dust_api *api, const struct table *table, struct arena *arena,
                          struct dust_table *result, struct status *status) {
    struct dust_table known;
    bool there = false;
    if (!dust_manifest_get(api, slice_of(table->schema), slice_of(table->name), arena, &known,
                           &there, status)) {
        return false;
    }
    *result = known;
    if (!join_columns(table, &known.table, true, arena, &result->table)) {
        return status_no_memory(status, "comparing a table's columns");
    }
    bool complete = there && result->table.n_columns == known.table.n_columns;
    return complete || dust_manifest_post(api, &result->table, known.id, status);
}

bool dust_manifest_change(struct dust_api *api, const struct dust_table *known,
                          const struct table *wanted, struct arena *arena,
                          struct dust_table *result, struct status *status) {
    *result = *known;
    if (!join_columns(wanted, &known->table, false, arena, &result->table)) {
        return status_no_memory(status, "changing a table's columns");
    }
    return dust_manifest_post(api, &result->table, known->id, status);
}

/* --- removing --- */

bool dust_manifest_delete(struct dust_api *api, const char *id, struct status *status) {
    struct buf document = manifest_id(id);
    bool ok = document.failed ? status_no_memory(status, "naming a table of Dust's")
                              : dust_document_delete(api, buf_slice(&document), status);
    buf_clean_up(&document);
    return ok;
}
