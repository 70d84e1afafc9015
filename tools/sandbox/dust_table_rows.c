/* Dust's calls on the rows of a table (contract 1). */
#include "sandbox/dust_api.h"
#include "sandbox/dust_column.h"
#include "sandbox/scan.h"

static const char rows_upsert_failed[] = "Failed to upsert database rows.";
static const char rows_list_failed[] = "Failed to list database rows.";

static void rows_fail(struct dust_request *request, const char *message) {
    dust_error(request, 500, "internal_server_error", message);
}

static void rows_too_many_pending(struct dust_request *request) {
    dust_error(request, 429, "rate_limit_error",
               "Too many pending table updates are queued for this table. Please retry later.");
}

/* The table with its lock held, NULL when it does not exist. Unlocked by the caller either way. */
static struct dust_table *rows_table(struct dust_request *request) {
    struct dust_store *store = request->sandbox->dust;
    dust_store_lock(store);
    struct dust_table *table = dust_store_find(store, request->source, request->id);
    return table && table->exists ? table : NULL;
}

void dust_show_row(const struct dust_image *image, size_t row, bool texts,
                   struct dust_record *record, struct buf *json) {
    dust_image_read(image, row, record);
    buf_append_text(json, "{\"row_id\":");
    scan_quote(json, image->rows[row].id);
    buf_append_text(json, ",\"value\":{");
    for (size_t i = 0; i < image->column_count; i++) {
        struct dust_cell cell = {.kind = DUST_NULL};
        buf_append_text(json, i ? "," : "");
        scan_quote(json, image->headers[i]);
        buf_append_char(json, ':');
        if (texts && i < record->count) {
            scan_quote(json, record->fields[i]);
            continue;
        }
        if (i < record->count) {
            dust_cell_read(record->fields[i], &cell);
        }
        dust_cell_show(&cell, json);
    }
    buf_append_text(json, "}}");
}

/* The file of a table, to be released, and what reading it says. False: no such table. */
static bool rows_image(struct dust_request *request, struct dust_image **image,
                       const char **error) {
    struct dust_store *store = request->sandbox->dust;
    struct dust_limits limits = dust_store_limits(store);
    struct dust_table *table = rows_table(request);
    *image = table ? dust_image_acquire(table->image) : NULL;
    dust_store_unlock(store);
    *error = dust_image_error(*image, &limits);
    return table != NULL;
}

void dust_list_rows(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    struct dust_record record = {0};
    struct dust_image *image;
    const char *error;
    uint64_t limit;
    uint64_t offset;
    if (!dust_paging(request, &limit, &offset) || !dust_enter(request, false)) {
        return;
    }
    if (!rows_image(request, &image, &error) || error) {
        rows_fail(request, rows_list_failed);
        dust_image_release(image);
        return;
    }
    size_t total = dust_image_rows(image);
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"rows\":[");
    for (uint64_t i = offset; i < total && i - offset < limit; i++) {
        buf_append_text(json, i > offset ? "," : "");
        dust_show_row(image, i, false, &record, json);
        request->ex->call.records++;
    }
    buf_printf(json, "],\"offset\":%llu,\"limit\":%llu,\"total\":%zu}", (unsigned long long)offset,
               (unsigned long long)limit, total);
    dust_record_clean_up(&record);
    dust_image_release(image);
}

void dust_get_row(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    struct dust_record record = {0};
    struct dust_image *image;
    const char *error;
    if (!dust_enter(request, false)) {
        return;
    }
    bool found = rows_image(request, &image, &error) && !error;
    size_t row = found ? dust_image_find(image, slice_of(request->row)) : DUST_NOWHERE;
    if (row == DUST_NOWHERE) {
        rows_fail(request, "Failed to get row.");
    } else {
        answer_start(&request->ex->answer, 200);
        buf_append_text(json, "{\"row\":");
        dust_show_row(image, row, false, &record, json);
        buf_append_char(json, '}');
        request->ex->call.records = 1;
    }
    dust_record_clean_up(&record);
    dust_image_release(image);
}

/* With the lock held. */
static void rows_answer(struct dust_request *request, const struct dust_table *table) {
    struct buf *json = &request->ex->answer.body;
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"table\":{\"name\":");
    scan_quote(json, buf_slice(&table->name));
    buf_append_text(json, ",\"table_id\":");
    scan_quote(json, slice_of(table->id));
    buf_append_text(json, ",\"description\":");
    scan_quote(json, buf_slice(&table->description));
    buf_append_text(json, ",\"schema\":");
    dust_schema_show(table->has_schema ? &table->schema : NULL, json);
    buf_append_text(json, "}}");
}

/* The rows become the table's file at once, and what waited is gone. Takes image and schema. */
static void rows_truncate(struct dust_store *store, struct dust_table *table,
                          struct dust_image *image, struct dust_schema *schema) {
    dust_table_enter(store, table);
    dust_table_drop_files(table, table->file_count);
    dust_image_release(table->image);
    table->image = image;
    dust_schema_clean_up(&table->schema);
    table->schema = *schema;
    *schema = (struct dust_schema){0};
    table->has_schema = true;
    table->schema_stale = false;
    dust_table_leave(store, table);
}

static void rows_store(struct dust_request *request, struct dust_image *image,
                       struct dust_schema *schema) {
    struct dust_store *store = request->sandbox->dust;
    struct dust_table *table = rows_table(request);
    if (!table) {
        rows_fail(request, rows_upsert_failed);
        dust_image_release(image);
    } else if (request->rows.truncate) {
        rows_truncate(store, table, image, schema);
        rows_answer(request, table);
    } else if (table->file_count >= request->config.max_pending) {
        rows_too_many_pending(request);
        dust_image_release(image);
    } else if (dust_table_queue(store, table, image, false)) {
        rows_answer(request, table);
    } else {
        rows_fail(request, rows_upsert_failed);
    }
    dust_store_unlock(store);
}

void dust_upsert_rows(struct dust_request *request) {
    struct dust_schema schema = {0};
    struct buf csv;
    if (request->error.len > 0) {
        dust_error(request, 400, "invalid_request_error", buf_cstr(&request->error));
        return;
    }
    if (!dust_enter(request, true)) {
        return;
    }
    if (!dust_rows_keys_are_slugs(&request->rows)) {
        dust_error(request, 400, "invalid_request_error",
                   "Invalid request body: keys must be lowercase alphanumeric.");
        return;
    }
    buf_init(&csv, (size_t)4 * SANDBOX_MAX_BODY);
    struct dust_image *image =
        dust_rows_write(&request->rows, &schema, &csv) ? dust_image_new(&csv) : NULL;
    if (image) {
        rows_store(request, image, &schema);
    } else {
        rows_fail(request, rows_upsert_failed);
    }
    buf_clean_up(&csv);
    dust_schema_clean_up(&schema);
}

/* A row that goes is a file of one id. */
static struct dust_image *rows_delete_file(const char *row) {
    struct buf csv;
    buf_init(&csv, SANDBOX_MAX_BODY);
    buf_append_text(&csv, DUST_ID "\n");
    size_t start = csv.len;
    dust_csv_field(slice_of(row), true, &csv);
    dust_csv_end(start, &csv);
    struct dust_image *image = dust_image_new(&csv);
    buf_clean_up(&csv);
    return image;
}

void dust_delete_row(struct dust_request *request) {
    struct dust_store *store = request->sandbox->dust;
    if (!dust_enter(request, true)) {
        return;
    }
    struct dust_table *table = rows_table(request);
    if (!table) {
        dust_error(request, 404, "table_not_found", "The table you requested was not found.");
    } else if (table->file_count >= request->config.max_pending) {
        rows_too_many_pending(request);
    } else {
        struct dust_image *image = rows_delete_file(request->row);
        if (image && dust_table_queue(store, table, image, true)) {
            answer_start(&request->ex->answer, 200);
            buf_append_text(&request->ex->answer.body, "{\"success\":true}");
            request->ex->call.records = 1;
        } else {
            rows_fail(request, "Failed to delete row.");
        }
    }
    dust_store_unlock(store);
}
