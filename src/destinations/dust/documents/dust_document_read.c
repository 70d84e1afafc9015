#include "destinations/dust/documents/dust_document_read.h"

#include "destinations/dust/documents/dust_document.h"
#include "destinations/dust/documents/dust_document_calls.h"
#include "json/json_scan.h"
#include "json/json_walk.h"

#include <stdlib.h>

/* The values that JSON columns hold are JSON, and so are numbers and booleans; a string is the text
 * that it says. */
static struct cell read_cell(const struct column *column, struct slice value, struct buf *values) {
    if (slice_equal_text(value, "null")) {
        return (struct cell){.kind = CELL_NULL};
    }
    if (column->type == COLUMN_JSON || value.data[0] != '"') {
        return (struct cell){CELL_TEXT, value};
    }
    size_t start = values->len;
    json_string_append(values, value);
    return (struct cell){CELL_TEXT,
                         slice_make(buf_slice(values).data + start, values->len - start)};
}

static int column_of(const struct table *table, struct slice key, size_t expected,
                     struct buf *name) {
    if (expected < table->n_columns &&
        json_string_equal(key, slice_of(table->columns[expected].name))) {
        return (int)expected; /* members stand in the order of the columns, mostly */
    }
    buf_reset(name);
    json_string_append(name, key);
    return name->failed ? -1 : table_find(table, buf_slice(name));
}

bool dust_document_cells(const struct table *table, struct slice text, struct buf *values,
                         struct cell *cells) {
    struct json_walk members;
    struct slice key;
    struct slice value;
    struct buf name;
    size_t expected = 0;
    buf_reset(values);
    /* What strings say is not longer than they are: the buffer never moves below a cell. */
    if (!json_scan(text, NULL) || !json_walk_start(&members, text) ||
        text.data[strspn(text.data, " \t\r\n")] != '{' || !buf_reserve(values, text.len)) {
        return false;
    }
    for (size_t i = 0; i < table->n_columns; i++) {
        cells[i] = (struct cell){.kind = CELL_NULL};
    }
    buf_init(&name, DUST_DOCUMENT_MAX_BYTES);
    while (json_walk_member(&members, &key, &value)) {
        int at = column_of(table, key, expected, &name);
        if (at >= 0) {
            cells[at] = read_cell(&table->columns[at], value, values);
            expected = (size_t)at + 1;
        }
    }
    buf_clean_up(&name);
    return !values->failed;
}

bool dust_document_reader_init(struct dust_document_reader *r, struct dust_api *api,
                               const struct table *table) {
    *r = (struct dust_document_reader){.api = api, .table = table};
    http_response_init(&r->response);
    buf_init(&r->text, DUST_MAX_ANSWER_BYTES);
    buf_init(&r->values, DUST_MAX_ANSWER_BYTES);
    r->cells = calloc(table->n_columns + 1, sizeof *r->cells);
    return r->cells != NULL;
}

void dust_document_reader_clean_up(struct dust_document_reader *r) {
    http_response_clean_up(&r->response);
    buf_clean_up(&r->text);
    buf_clean_up(&r->values);
    free(r->cells);
    r->cells = NULL;
}

/* The text of the document that an answer holds; false when it holds none. */
static bool find_text(struct dust_document_reader *r) {
    struct slice answer = buf_slice(&r->response.body);
    struct slice document;
    struct slice text;
    buf_reset(&r->text);
    if (!json_scan(answer, NULL) || !json_walk_find(answer, SLICE_LITERAL("document"), &document) ||
        !json_walk_find(document, SLICE_LITERAL("text"), &text) || text.data[0] != '"') {
        return false;
    }
    json_string_append(&r->text, text);
    return !r->text.failed;
}

bool dust_document_read(struct dust_document_reader *r, struct slice id, bool *there,
                        struct status *status) {
    struct api_call call;
    struct status failure = STATUS_INIT;
    dust_document_call_init(r->api, &call, HTTP_GET, "get-document", id);
    *there = dust_perform(r->api, &call, &r->response, &failure);
    if (!*there) {
        if (dust_document_is_missing(r->api)) {
            return true;
        }
        *status = failure;
        return false;
    }
    if (find_text(r) && dust_document_cells(r->table, buf_slice(&r->text), &r->values, r->cells)) {
        return true;
    }
    if (r->text.no_memory || r->values.no_memory) {
        return status_no_memory(status, "reading a document");
    }
    return status_fail(status, STATUS_TASK,
                       "Table %s.%s has a document at Dust that does not hold a record of it any "
                       "more (document ID %.*s): somebody has changed its text. Remove the "
                       "document at Dust, and sync the table again from the start.",
                       r->table->schema, r->table->name, SLICE_ARG(id));
}
