#include "destinations/dust/documents/dust_document_list.h"

#include "base/key_index.h"
#include "destinations/dust/documents/dust_document.h"

enum {
    PAGE_DOCUMENTS = 1000,
    PAGE_GROWS = 137, /* from pass to pass, so that the pages end elsewhere */
    MAX_PASSES = 8,
    MAX_IDS_BYTES = 512 * 1024 * 1024,
    MAX_NAME_BYTES = 64 * 1024,
};

struct listing {
    struct dust_api *api;
    struct buf table_tag;
    struct key_index seen;
    dust_list_visit visit;
    void *context;
};

static bool has_tag(const struct json_value *tags, struct slice wanted) {
    for (size_t i = 0; i < json_array_count(tags); i++) {
        struct slice tag;
        if (json_text(json_array_at(tags, i), &tag) && slice_equal(tag, wanted)) {
            return true;
        }
    }
    return false;
}

/* What stands behind the prefix in the tag that begins with it. */
static struct slice tag_value(const struct json_value *tags, struct slice prefix) {
    for (size_t i = 0; i < json_array_count(tags); i++) {
        struct slice tag;
        if (json_text(json_array_at(tags, i), &tag) && tag.len > prefix.len &&
            memcmp(tag.data, prefix.data, prefix.len) == 0) {
            return slice_make(tag.data + prefix.len, tag.len - prefix.len);
        }
    }
    return slice_of(NULL);
}

static bool visit_document(struct listing *l, const struct json_value *document,
                           struct status *status) {
    const struct json_value *tags = json_get(document, "tags");
    struct dust_listed listed = {.id = slice_of(NULL)};
    size_t before = l->seen.n_keys;
    size_t at;
    if (!json_text(json_get(document, "document_id"), &listed.id) ||
        !json_int(json_get(document, "timestamp"), &listed.timestamp) ||
        !has_tag(tags, buf_slice(&l->table_tag))) {
        return true;
    }
    listed.deleted = has_tag(tags, SLICE_LITERAL(DUST_DELETED_TAG));
    listed.generation = tag_value(tags, SLICE_LITERAL(DUST_GENERATION_TAG));
    return key_index_add(&l->seen, listed.id, &at, status) &&
           (at < before || l->visit(l->context, &listed, status));
}

/* *n_documents: how many the page holds, whosoever's. */
static bool list_page(struct listing *l, size_t limit, size_t offset, size_t *n_documents,
                      struct status *status) {
    char path[96];
    snprintf(path, sizeof path, "/documents?limit=%zu&offset=%zu", limit, offset);
    struct json_value *answer = dust_get_json(l->api, "get-documents", NULL, path, status);
    const struct json_value *documents = json_get(answer, "documents");
    bool ok = answer != NULL;
    *n_documents = json_array_count(documents);
    for (size_t i = 0; ok && i < *n_documents; i++) {
        ok = visit_document(l, json_array_at(documents, i), status);
    }
    json_destroy(answer);
    return ok;
}

/* All pages once. *whole: there was only one, which skips nothing. */
static bool list_pages(struct listing *l, size_t limit, bool *whole, struct status *status) {
    size_t offset = 0;
    size_t n_documents = limit;
    while (n_documents == limit) {
        if (!list_page(l, limit, offset, &n_documents, status)) {
            return false;
        }
        offset += n_documents;
    }
    *whole = offset < limit;
    return true;
}

static bool list_until_nothing_new(struct listing *l, struct status *status) {
    for (size_t pass = 0; pass < MAX_PASSES; pass++) {
        size_t before = l->seen.n_keys;
        bool whole = false;
        if (!list_pages(l, PAGE_DOCUMENTS + PAGE_GROWS * pass, &whole, status)) {
            return false;
        }
        if (whole || (pass > 0 && l->seen.n_keys == before)) {
            return true;
        }
    }
    return status_fail(status, STATUS_UNAVAILABLE,
                       "Dust listed the documents of the data source %d times, and each time there "
                       "were new ones",
                       MAX_PASSES);
}

bool dust_document_list(struct dust_api *api, const char *table_id, dust_list_visit visit,
                        void *context, struct status *status) {
    struct listing listing = {.api = api, .visit = visit, .context = context};
    buf_init(&listing.table_tag, MAX_NAME_BYTES);
    key_index_init(&listing.seen, MAX_IDS_BYTES);
    dust_document_table_tag(&listing.table_tag, table_id);
    bool ok = listing.table_tag.failed ? status_no_memory(status, "listing documents")
                                       : list_until_nothing_new(&listing, status);
    key_index_clean_up(&listing.seen);
    buf_clean_up(&listing.table_tag);
    return ok;
}
