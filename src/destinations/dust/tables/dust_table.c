#include "destinations/dust/tables/dust_table.h"

#include "json/json_writer.h"

enum {
    MAX_NAME_BYTES = 64 * 1024,
    MAX_PATH_BYTES = MAX_NAME_BYTES + 100,
    /* DUST_MAX_COLUMNS tags of DUST_MAX_TAG_BYTES, each byte escaped at worst, and the names. */
    MAX_BODY_BYTES = 8 * 1024 * 1024,
};

static const char *const front_end_names[FRONT_END_COUNT] = {
    [FRONT_END_FIVETRAN] = "Fivetran",
    [FRONT_END_AIRBYTE] = "Airbyte",
};

/* Fills *call for a table's path below the data source; ids need no escaping. */
static void call_init(struct dust_api *api, struct api_call *call, enum http_method method,
                      const char *what, const char *table_id, const char *rest) {
    struct buf path;
    buf_init(&path, MAX_PATH_BYTES);
    buf_printf(&path, "/tables/%s%s", table_id, rest);
    dust_call_init(api, call, method, what, table_id, buf_cstr(&path));
    api->url.failed = api->url.failed || path.failed; /* never a request to half a path */
    buf_clean_up(&path);
}

/* The answer of GET table; NULL with *status, or with *missing set. */
static struct json_value *get_table(struct dust_api *api, const char *table_id, bool *missing,
                                    struct status *status) {
    struct api_call call;
    struct status failure = STATUS_INIT;
    call_init(api, &call, HTTP_GET, "get-table", table_id, "");
    struct json_value *answer = dust_perform_json(api, &call, &failure);
    *missing = !answer && api->status == 404 && dust_error_is(api, "table_not_found");
    if (!answer && !*missing) {
        *status = failure;
    }
    return answer;
}

bool dust_table_get(struct dust_api *api, struct slice schema, struct slice name,
                    struct arena *arena, struct dust_table *found, bool *there,
                    struct status *status) {
    bool missing = false;
    *there = false;
    if (!dust_table_name(api->d->settings->table_id_prefix, schema, name, arena, found)) {
        return status_no_memory(status, "naming a table of Dust's");
    }
    struct json_value *answer = get_table(api, found->id, &missing, status);
    if (!answer) {
        return missing;
    }
    const struct json_value *tags = json_get(json_get(answer, "table"), "tags");
    *there = dust_tags_read(tags, api->d->settings->front_end, arena, found, status);
    json_destroy(answer);
    return *there;
}

/* --- making and changing --- */

/* The member `"key":"{schema}.{table}"` with text around it. */
static void write_naming(struct buf *body, const char *key, const char *before,
                         const struct table *table, const char *after) {
    struct buf text;
    buf_init(&text, MAX_NAME_BYTES);
    buf_printf(&text, "%s%s%s%s%s", before, table->schema, table->schema[0] ? "." : "", table->name,
               after);
    body->failed = body->failed || text.failed;
    json_write_key(body, slice_of(key));
    json_write_string(body, buf_slice(&text));
    buf_clean_up(&text);
}

/* A table without tags would be nobody's. */
bool dust_table_describe(enum front_end front_end, const struct dust_table *table, struct buf *body,
                         struct status *status) {
    char source[32];
    snprintf(source, sizeof source, ", loaded by %s", front_end_names[front_end]);
    buf_append_text(body, "{\"table_id\":");
    json_write_string(body, slice_of(table->id));
    buf_append_text(body, ",\"name\":");
    json_write_string(body, slice_of(table->id));
    buf_append_char(body, ',');
    write_naming(body, "title", "", &table->table, "");
    buf_append_char(body, ',');
    write_naming(body, "description", "Table ", &table->table, source);
    buf_append_text(body, ",\"tags\":");
    if (!dust_tags_write(table, front_end, body, status)) {
        return false;
    }
    buf_append_char(body, '}');
    return !body->failed || status_no_memory(status, "describing a table to Dust");
}

/* The same 500 says that another table has the name, and that Dust failed. */
static void explain_name(struct dust_api *api, const struct dust_table *table,
                         struct status *status) {
    struct status ignored = STATUS_INIT;
    struct json_value *answer = dust_get_json(api, "get-tables", NULL, "/tables", &ignored);
    const struct json_value *tables = json_get(answer, "tables");
    for (size_t i = 0; i < json_array_count(tables); i++) {
        const struct json_value *other = json_array_at(tables, i);
        struct slice name;
        struct slice id;
        if (json_text(json_get(other, "name"), &name) && slice_equal_text(name, table->id) &&
            json_text(json_get(other, "table_id"), &id) && !slice_equal_text(id, table->id)) {
            status_fail(status, STATUS_TASK,
                        "Table %s%s%s cannot be made: the data source has another table of the "
                        "name \"%s\" (table ID %.*s). Rename or remove that one at Dust, or choose "
                        "another \"Table ID prefix\".",
                        TABLE_ARGS(&table->table), table->id, SLICE_ARG(id));
            break;
        }
    }
    json_destroy(answer);
}

bool dust_table_post(struct dust_api *api, const struct dust_table *table, struct status *status) {
    struct buf body;
    struct api_call call;
    buf_init(&body, MAX_BODY_BYTES);
    bool ok = dust_table_describe(api->d->settings->front_end, table, &body, status);
    if (ok) {
        dust_call_init(api, &call, HTTP_POST, "post-table", table->id, "/tables");
        call.request.body = buf_slice(&body);
        ok = dust_perform(api, &call, NULL, status);
        if (!ok && api->status == 500) {
            explain_name(api, table, status);
        }
    }
    buf_clean_up(&body);
    return ok;
}

/* --- removing --- */

bool dust_table_clear(struct dust_api *api, const char *table_id, struct status *status) {
    struct api_call call;
    call_init(api, &call, HTTP_POST, "clear-table", table_id, "/rows");
    call.request.body = SLICE_LITERAL("{\"truncate\":true,\"rows\":[]}");
    return dust_perform(api, &call, NULL, status);
}

static bool delete_cleared(struct dust_api *api, const char *table_id, struct status *status) {
    struct api_call call;
    call_init(api, &call, HTTP_DELETE, "delete-table", table_id, "");
    if (dust_perform(api, &call, NULL, status)) {
        return true;
    }
    if (dust_error_is(api, "table_not_found")) {
        *status = STATUS_INIT;
        return true;
    }
    if (dust_error_is(api, "data_source_not_found")) { /* the table was found a moment ago */
        status_fail(status, STATUS_TASK,
                    "The API key may not remove tables at Dust: its role must be builder or "
                    "admin. The rows of table ID %s are gone, the empty table is still there.",
                    table_id);
    }
    return false;
}

/* Rows that wait to be merged outlive their table (contracts/dust.md, 1.2): they go first. */
bool dust_table_delete(struct dust_api *api, const char *table_id, struct status *status) {
    if (dust_table_clear(api, table_id, status)) {
        return delete_cleared(api, table_id, status);
    }
    struct status ignored = STATUS_INIT;
    bool missing = false;
    if (api->status == 500) {
        json_destroy(get_table(api, table_id, &missing, &ignored));
    }
    if (missing) {
        *status = STATUS_INIT;
    }
    return missing;
}

bool dust_table_make(struct dust_api *api, const struct dust_table *table, struct status *status) {
    if (!dust_table_post(api, table, status)) {
        return false;
    }
    bool ok = dust_table_clear(api, table->id, status);
    if (!ok) {
        struct status ignored = STATUS_INIT;
        delete_cleared(api, table->id, &ignored);
    }
    return ok;
}

/* --- explaining --- */

static bool has_name(const struct dust_table *table, struct slice name) {
    for (size_t i = 0; i < table->table.n_columns; i++) {
        if (slice_equal_text(name, table->names[i])) {
            return true;
        }
    }
    return slice_equal_text(name, DUST_EXACT_COLUMN);
}

/* The columns that table's rows and those at Dust have together. Rows keep columns that the source
 * has dropped. */
static size_t count_columns(const struct dust_table *table, const struct json_value *schema) {
    size_t n = table->table.n_columns + 1; /* DUST_EXACT_COLUMN */
    for (size_t i = 0; i < json_array_count(schema); i++) {
        struct slice name;
        if (json_text(json_get(json_array_at(schema, i), "name"), &name)) {
            n += !has_name(table, name);
        }
    }
    return n;
}

/* Past its limits of size a table takes rows, but can no longer be read (contracts/dust.md, 1.2).
 */
static void explain_unreadable(struct dust_api *api, const struct dust_table *table,
                               struct status *status) {
    struct status ignored = STATUS_INIT;
    struct api_call call;
    call_init(api, &call, HTTP_GET, "get-rows", table->id, "/rows?limit=0");
    if (!dust_perform(api, &call, NULL, &ignored) && api->status == 500) {
        status_context(status,
                       "Dust cannot read table %s%s%s, perhaps since it has passed 500000 rows or "
                       "100 MB; if this lasts, make the table smaller at the source and sync it "
                       "again from the start",
                       TABLE_ARGS(&table->table));
    }
}

void dust_table_explain(struct dust_api *api, const struct dust_table *table,
                        struct status *status) {
    struct status ignored = STATUS_INIT;
    bool missing = false;
    struct json_value *answer = get_table(api, table->id, &missing, &ignored);
    size_t n_columns = count_columns(table, json_get(json_get(answer, "table"), "schema"));
    if (missing) {
        status_fail(status, STATUS_TASK,
                    "Table %s%s%s (table ID %s) was removed at Dust while it was being written. "
                    "Sync the table again from the start.",
                    TABLE_ARGS(&table->table), table->id);
    } else if (answer && n_columns > DUST_MAX_COLUMNS) {
        status_fail(status, STATUS_TASK,
                    "Table %s%s%s would have %zu columns at Dust, which takes %d; columns that the "
                    "source dropped count as long as rows have them. Leave columns out of the "
                    "sync, then sync the table again from the start.",
                    TABLE_ARGS(&table->table), n_columns, DUST_MAX_COLUMNS);
    } else if (answer) {
        explain_unreadable(api, table, status);
    }
    json_destroy(answer);
}
