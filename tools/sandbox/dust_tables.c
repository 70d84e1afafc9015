/* Dust's calls on tables (contract 2). */
#include "base/clock.h"
#include "base/random.h"
#include "sandbox/dust_api.h"
#include "sandbox/dust_fields.h"
#include "sandbox/scan.h"

enum table_field {
    TABLE_NAME,
    TABLE_TITLE,
    TABLE_DESCRIPTION,
    TABLE_ID,
    TABLE_TIMESTAMP,
    TABLE_TAGS,
    TABLE_PARENT_ID,
    TABLE_PARENTS,
    TABLE_MIME_TYPE,
    TABLE_SOURCE_URL,
    TABLE_FIELDS
};

static const struct dust_field table_fields[TABLE_FIELDS] = {
    [TABLE_NAME] = {"name", FIELD_TEXT, true, false},
    [TABLE_TITLE] = {"title", FIELD_TEXT, true, false},
    [TABLE_DESCRIPTION] = {"description", FIELD_TEXT, true, false},
    [TABLE_ID] = {"table_id", FIELD_TEXT, false, true},
    [TABLE_TIMESTAMP] = {"timestamp", FIELD_NUMBER, false, true},
    [TABLE_TAGS] = {"tags", FIELD_TEXTS, false, true},
    [TABLE_PARENT_ID] = {"parent_id", FIELD_TEXT, false, true},
    [TABLE_PARENTS] = {"parents", FIELD_TEXTS, false, true},
    [TABLE_MIME_TYPE] = {"mime_type", FIELD_TEXT, false, true},
    [TABLE_SOURCE_URL] = {"source_url", FIELD_TEXT, false, true},
};

void dust_tags(struct slice value, struct buf *json) {
    buf_append_slice(json, value.data ? value : SLICE_LITERAL("[]"));
}

void dust_title(struct slice title, struct slice tags, const char *fallback, struct buf *out) {
    struct buf text;
    size_t at = 0;
    buf_init(&text, SANDBOX_MAX_BODY);
    dust_field_text(title, &text);
    buf_append_slice(out, dust_trim(buf_slice(&text)));
    while (out->len == 0 && dust_field_next(tags, &at, &text)) {
        if (text.len > 6 && memcmp(text.data, "title:", 6) == 0) {
            buf_append_slice(out, dust_trim(slice_make(text.data + 6, text.len - 6)));
        }
    }
    if (out->len == 0) {
        buf_append_text(out, fallback);
    }
    buf_clean_up(&text);
}

void dust_show_table(const struct dust_table *table, struct buf *json) {
    const struct {
        const char *key;
        struct slice text;
    } texts[] = {{"{\"name\":", buf_slice(&table->name)},
                 {",\"table_id\":", slice_of(table->id)},
                 {",\"description\":", buf_slice(&table->description)},
                 {",\"title\":", buf_slice(&table->title)}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        buf_append_text(json, texts[i].key);
        scan_quote(json, texts[i].text);
    }
    buf_append_text(json, ",\"schema\":");
    dust_schema_show(table->has_schema ? &table->schema : NULL, json);
    buf_printf(json, ",\"timestamp\":%lld,\"tags\":", (long long)table->timestamp);
    buf_append_slice(json, buf_slice(&table->tags));
    buf_append_text(json, ",\"parent_id\":null,\"parents\":[");
    scan_quote(json, slice_of(table->id));
    buf_append_text(json, "],\"mime_type\":\"application/vnd.dust.table\"}");
}

void dust_list_tables(struct dust_request *request) {
    struct dust_store *store = request->sandbox->dust;
    struct buf *json = &request->ex->answer.body;
    size_t count = 0;
    if (!dust_enter(request, false)) {
        return;
    }
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"tables\":[");
    dust_store_lock(store);
    for (struct dust_table *table = store->tables; table; table = table->next) {
        if (table->exists && strcmp(table->source, request->source) == 0) {
            buf_append_text(json, count++ ? "," : "");
            dust_show_table(table, json);
        }
    }
    dust_store_unlock(store);
    buf_append_text(json, "]}");
    request->ex->call.records = count;
}

/* The answer of a call on one table that is there. With the lock held. */
static void table_answer(struct dust_request *request, const struct dust_table *table) {
    answer_start(&request->ex->answer, 200);
    buf_append_text(&request->ex->answer.body, "{\"table\":");
    dust_show_table(table, &request->ex->answer.body);
    buf_append_char(&request->ex->answer.body, '}');
}

static bool table_name_is_taken(struct dust_store *store, const char *source, const char *id,
                                struct slice name) {
    for (struct dust_table *table = store->tables; table; table = table->next) {
        if (table->exists && strcmp(table->source, source) == 0 && strcmp(table->id, id) != 0 &&
            slice_equal(buf_slice(&table->name), name)) {
            return true;
        }
    }
    return false;
}

/* Everything but rows, schema and the time of creation is replaced. */
static void table_replace(struct dust_table *table, const struct slice *values) {
    struct buf *const texts[] = {&table->name, &table->title, &table->description, &table->tags,
                                 &table->source_url};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        texts[i]->max = SANDBOX_MAX_BODY;
        buf_reset(texts[i]);
    }
    dust_field_text(values[TABLE_NAME], &table->name);
    dust_field_text(values[TABLE_DESCRIPTION], &table->description);
    dust_tags(values[TABLE_TAGS], &table->tags);
    buf_append_slice(&table->source_url, values[TABLE_SOURCE_URL].data ? values[TABLE_SOURCE_URL]
                                                                       : SLICE_LITERAL("null"));
    dust_title(values[TABLE_TITLE], values[TABLE_TAGS],
               table->name.len ? buf_cstr(&table->name) : "Untitled", &table->title);
    table->timestamp = dust_timestamp(values[TABLE_TIMESTAMP]);
    if (!table->exists) {
        table->exists = true;
        table->created = clock_realtime_us(clock_system()) / 1000;
    }
}

static void table_upsert(struct dust_request *request, const char *id, const struct slice *values) {
    struct dust_store *store = request->sandbox->dust;
    struct buf name;
    buf_init(&name, SANDBOX_MAX_BODY);
    dust_field_text(values[TABLE_NAME], &name);
    dust_store_lock(store);
    if (table_name_is_taken(store, request->source, id, buf_slice(&name))) {
        dust_source_error(request, 500, "internal_server_error",
                          "Failed to upsert table (table names must be unique).",
                          "internal_server_error", "Table names must be unique.");
    } else {
        struct dust_table *table = dust_store_make(store, request->source, id);
        if (table) {
            table_replace(table, values);
            table_answer(request, table);
        }
    }
    dust_store_unlock(store);
    buf_clean_up(&name);
}

void dust_upsert_table(struct dust_request *request) {
    struct slice values[TABLE_FIELDS];
    struct buf *id = &request->ex->call.table; /* told when the call was recognised */
    struct buf *error = &request->error;
    bool good = dust_fields_read(request->body, table_fields, TABLE_FIELDS, values, error);
    if (id->len == 0) {
        char made[UUID_TEXT_BYTES];
        random_uuid(random_system(), made);
        buf_printf(id, "tbl_%.8s", made);
    }
    if (!good) {
        dust_error(request, 400, "invalid_request_error", buf_cstr(error));
    } else if (dust_enter(request, true)) {
        if (values[TABLE_MIME_TYPE].len > 2) {
            dust_error(request, 400, "invalid_request_error",
                       "Invalid request body: mimeType must not be provided.");
        } else if (values[TABLE_PARENTS].data) {
            dust_error(request, 400, "invalid_request_error",
                       "Setting a custom hierarchy is not supported yet. Please omit the parents "
                       "field.");
        } else if (values[TABLE_PARENT_ID].data) {
            dust_error(request, 400, "invalid_request_error",
                       "Setting a custom hierarchy is not supported yet. Please omit the parent_id "
                       "field.");
        } else {
            table_upsert(request, buf_cstr(id), values);
        }
    }
}

void dust_get_table(struct dust_request *request) {
    struct dust_store *store = request->sandbox->dust;
    if (strcmp(request->id, "csv") == 0) {
        dust_not_found(request);
        return;
    }
    if (!dust_enter(request, false)) {
        return;
    }
    dust_store_lock(store);
    struct dust_table *table = dust_store_find(store, request->source, request->id);
    if (table && table->exists) {
        table_answer(request, table);
    } else {
        dust_error(request, 404, "table_not_found", "Failed to get table.");
    }
    dust_store_unlock(store);
}

void dust_delete_table(struct dust_request *request) {
    struct dust_store *store = request->sandbox->dust;
    if (strcmp(request->id, "csv") == 0) {
        dust_not_found(request);
        return;
    }
    if (!dust_enter(request, false)) {
        return;
    }
    if (!request->may_write) { /* the builder's role is asked for, in these words */
        dust_error(request, 404, "data_source_not_found",
                   "The data source you requested was not found.");
        return;
    }
    dust_store_lock(store);
    struct dust_table *table = dust_store_find(store, request->source, request->id);
    if (table && table->exists) {
        table->exists = false;
        table->has_schema = false;
        dust_schema_clean_up(&table->schema);
        dust_image_release(table->image);
        table->image = NULL;
    }
    dust_store_unlock(store);
    answer_start(&request->ex->answer, 200);
}

void dust_table_csv(struct dust_request *request) {
    dust_error(request, 403, "data_source_auth_error",
               "System API key only endpoint. Undocumented.");
}
