/* What tests order of Dust's side and look at (README.md). */
#include "base/clock.h"
#include "sandbox/dust_api.h"
#include "sandbox/scan.h"

static const char *control_source(struct exchange *ex, const struct dust_config *config) {
    const char *asked = exchange_query(ex, "data_source");
    return asked ? asked : config->data_source;
}

/* The rows of a file as lines, made while they are sent. */
struct row_lines {
    struct dust_image *image; /* NULL: no rows */
    bool texts;
    size_t next;
    struct dust_record record;
    struct buf lines;
    size_t sent; /* of lines */
};

static void row_lines_fill(struct row_lines *lines) {
    enum { PIECE = 64 * 1024 };
    buf_reset(&lines->lines);
    lines->sent = 0;
    while (lines->next < dust_image_rows(lines->image) && lines->lines.len < PIECE) {
        dust_show_row(lines->image, lines->next++, lines->texts, &lines->record, &lines->lines);
        buf_append_char(&lines->lines, '\n');
    }
}

static ssize_t row_lines_read(void *context, uint64_t offset, char *out, size_t room) {
    struct row_lines *lines = context;
    (void)offset;
    if (lines->sent == lines->lines.len) {
        row_lines_fill(lines);
    }
    size_t left = lines->lines.len - lines->sent;
    if (left == 0) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    size_t len = left < room ? left : room;
    memcpy(out, lines->lines.data + lines->sent, len);
    lines->sent += len;
    return (ssize_t)len;
}

static void row_lines_destroy(void *context) {
    struct row_lines *lines = context;
    dust_image_release(lines->image);
    dust_record_clean_up(&lines->record);
    buf_clean_up(&lines->lines);
    free(lines);
}

static void control_dust_rows(struct sandbox *sandbox, struct exchange *ex, const char *id) {
    struct dust_config config = sandbox_config(sandbox).dust;
    struct dust_limits limits = {config.max_table_rows, config.max_csv_bytes};
    struct row_lines *lines = calloc(1, sizeof(*lines));
    if (!lines) {
        answer_message(&ex->answer, 500, SLICE_LITERAL("out of memory"));
        return;
    }
    buf_init(&lines->lines, SANDBOX_MAX_BODY);
    lines->texts = exchange_query(ex, "raw") != NULL;
    dust_store_lock(sandbox->dust);
    struct dust_table *table = dust_store_find(sandbox->dust, control_source(ex, &config), id);
    bool exists = table && table->exists;
    lines->image = exists ? dust_image_acquire(table->image) : NULL;
    dust_store_unlock(sandbox->dust);
    const char *error = dust_image_error(lines->image, &limits);
    if (!exists || error) {
        answer_message(&ex->answer, exists ? 500 : 404, slice_of(error ? error : "no such table"));
        row_lines_destroy(lines);
        return;
    }
    answer_start(&ex->answer, 200);
    snprintf(ex->answer.content_type, sizeof(ex->answer.content_type), "application/x-ndjson");
    ex->answer.stream = row_lines_read;
    ex->answer.stream_free = row_lines_destroy;
    ex->answer.stream_context = lines;
}

/* When the worker may take the table, in ms; 0: it is due, or nothing is queued. */
static long long control_due_ms(const struct dust_table *table) {
    int64_t left = table->active_ms + table->wait_ms - clock_monotonic_ms(clock_system());
    return table->queued && left > 0 ? (long long)left : 0;
}

static void control_show_table(const struct dust_table *table, struct buf *json) {
    buf_append_text(json, "{\"data_source\":");
    scan_quote(json, slice_of(table->source));
    buf_append_text(json, ",\"table\":");
    if (table->exists) {
        dust_show_table(table, json);
    } else {
        buf_append_text(json, "null");
    }
    buf_append_text(json, ",\"table_id\":");
    scan_quote(json, slice_of(table->id));
    buf_append_text(json, ",\"source_url\":");
    buf_append_slice(json,
                     table->source_url.len ? buf_slice(&table->source_url) : SLICE_LITERAL("null"));
    buf_printf(json,
               ",\"rows\":%zu,\"csv_bytes\":%zu,\"pending\":%zu,\"queued\":%s,\"due_ms\":%lld,"
               "\"merging\":%s,\"schema_stale\":%s,\"created\":%lld,\"error\":",
               dust_image_rows(table->image), table->image ? table->image->csv.len : 0,
               table->file_count, table->queued ? "true" : "false", control_due_ms(table),
               table->busy ? "true" : "false", table->schema_stale ? "true" : "false",
               (long long)table->created);
    if (table->error) {
        scan_quote(json, slice_of(table->error));
    } else {
        buf_append_text(json, "null");
    }
    buf_append_char(json, '}');
}

static void control_dust_tables(struct sandbox *sandbox, struct exchange *ex) {
    struct buf *json = &ex->answer.body;
    size_t count = 0;
    answer_start(&ex->answer, 200);
    buf_append_char(json, '[');
    dust_store_lock(sandbox->dust);
    for (struct dust_table *table = sandbox->dust->tables; table; table = table->next) {
        buf_append_text(json, count++ ? "," : "");
        control_show_table(table, json);
    }
    dust_store_unlock(sandbox->dust);
    buf_append_char(json, ']');
}

static void control_dust_documents(struct sandbox *sandbox, struct exchange *ex) {
    struct dust_document_query query = {.limit = INT64_MAX, .text = true};
    answer_start(&ex->answer, 200);
    buf_append_char(&ex->answer.body, '[');
    dust_documents_list(sandbox->documents, &query, &ex->answer.body);
    buf_append_char(&ex->answer.body, ']');
}

/* Merges all that waits; answers what could not be. */
static void control_dust_merge(struct sandbox *sandbox, struct exchange *ex) {
    struct buf *json = &ex->answer.body;
    size_t count = 0;
    answer_start(&ex->answer, 200);
    dust_store_lock(sandbox->dust);
    dust_worker_flush(sandbox->dust);
    buf_append_text(json, "{\"failed\":[");
    for (struct dust_table *table = sandbox->dust->tables; table; table = table->next) {
        if (table->exists && table->error) {
            buf_append_text(json, count++ ? ",{\"table\":" : "{\"table\":");
            scan_quote(json, slice_of(table->id));
            buf_append_text(json, ",\"error\":");
            scan_quote(json, slice_of(table->error));
            buf_append_char(json, '}');
        }
    }
    buf_printf(json, "],\"merges\":%llu}", (unsigned long long)sandbox->dust->merges);
    dust_store_unlock(sandbox->dust);
}

bool dust_control(struct sandbox *sandbox, struct exchange *ex, const char *path) {
    bool get = strcmp(ex->method, "GET") == 0;
    if (get && strncmp(path, "rows/", 5) == 0) {
        control_dust_rows(sandbox, ex, path + 5);
    } else if (get && strcmp(path, "tables") == 0) {
        control_dust_tables(sandbox, ex);
    } else if (get && strcmp(path, "documents") == 0) {
        control_dust_documents(sandbox, ex);
    } else if (strcmp(ex->method, "POST") == 0 && strcmp(path, "merge") == 0) {
        control_dust_merge(sandbox, ex);
    } else {
        return false;
    }
    return true;
}
