/* Dust's other calls on documents (contract 4.2 to 4.4). */
#include "sandbox/dust_api.h"
#include "sandbox/scan.h"

void dust_get_document(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    struct buf ids;
    if (!dust_enter(request, false)) {
        return;
    }
    buf_init(&ids, SANDBOX_MAX_BODY);
    buf_append_char(&ids, '[');
    scan_quote(&ids, slice_of(request->id));
    buf_append_char(&ids, ']');
    struct dust_document_query query = {request->source, buf_slice(&ids), 1, 0, true};
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"document\":");
    if (dust_documents_list(request->sandbox->documents, &query, json) > 0) {
        buf_append_char(json, '}');
        request->ex->call.records = 1;
    } else {
        dust_source_error(request, 400, "data_source_error",
                          "There was an error retrieving the document.",
                          "data_source_document_not_found", "The document was not found.");
    }
    buf_clean_up(&ids);
}

void dust_delete_document(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    if (!dust_enter(request, true)) {
        return;
    }
    dust_documents_remove(request->sandbox->documents, request->source, slice_of(request->id));
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"document\":{\"document_id\":");
    scan_quote(json, slice_of(request->id));
    buf_append_text(json, "}}");
    request->ex->call.records = 1;
}

/* Gathers the `document_ids` of the query as a JSON array. */
static enum MHD_Result document_gather_id(void *context, enum MHD_ValueKind kind, const char *key,
                                          const char *value) {
    struct buf *ids = context;
    (void)kind;
    if (strcmp(key, "document_ids") == 0 && value) {
        buf_append_char(ids, ids->len ? ',' : '[');
        scan_quote(ids, slice_of(value));
    }
    return MHD_YES;
}

void dust_list_documents(struct dust_request *request) {
    struct buf *json = &request->ex->answer.body;
    const char *how = request->config.documents_total;
    struct dust_documents *documents = request->sandbox->documents;
    struct dust_document_query query = {0};
    struct buf ids;
    if (!dust_paging(request, &query.limit, &query.offset) || !dust_enter(request, false)) {
        return;
    }
    buf_init(&ids, SANDBOX_MAX_BODY);
    MHD_get_connection_values(request->ex->connection, MHD_GET_ARGUMENT_KIND, document_gather_id,
                              &ids);
    if (ids.len > 0) {
        buf_append_char(&ids, ']');
    }
    query.source = request->source;
    query.ids = buf_slice(&ids);
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"documents\":[");
    request->ex->call.records = dust_documents_list(documents, &query, json);
    uint64_t total = dust_documents_total(documents, &query, strcmp(how, "lagging") == 0);
    buf_printf(json, "],\"total\":%llu}",
               (unsigned long long)(strcmp(how, "zero") == 0 ? 0 : total));
    buf_clean_up(&ids);
}
