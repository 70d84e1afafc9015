/* POST of a document (contract 4.1). */
#include "base/clock.h"
#include "sandbox/dust_api.h"
#include "sandbox/dust_fields.h"
#include "sandbox/scan.h"

#include <strings.h>

enum { DOCUMENT_MAX_TITLE = 512 }; /* UTF-16 units */

enum document_field {
    DOCUMENT_TEXT,
    DOCUMENT_SECTION,
    DOCUMENT_TITLE,
    DOCUMENT_TAGS,
    DOCUMENT_TIMESTAMP,
    DOCUMENT_MIME_TYPE,
    DOCUMENT_SOURCE_URL,
    DOCUMENT_PARENT_ID,
    DOCUMENT_PARENTS,
    DOCUMENT_LIGHT,
    DOCUMENT_ASYNC,
    DOCUMENT_CONTEXT,
    DOCUMENT_FIELDS
};

static const struct dust_field document_fields[DOCUMENT_FIELDS] = {
    [DOCUMENT_TEXT] = {"text", FIELD_TEXT, false, true},
    [DOCUMENT_SECTION] = {"section", FIELD_ANY, false, true},
    [DOCUMENT_TITLE] = {"title", FIELD_TEXT, false, true},
    [DOCUMENT_TAGS] = {"tags", FIELD_TEXTS, false, true},
    [DOCUMENT_TIMESTAMP] = {"timestamp", FIELD_NUMBER, false, true},
    [DOCUMENT_MIME_TYPE] = {"mime_type", FIELD_TEXT, false, true},
    [DOCUMENT_SOURCE_URL] = {"source_url", FIELD_TEXT, false, true},
    [DOCUMENT_PARENT_ID] = {"parent_id", FIELD_TEXT, false, true},
    [DOCUMENT_PARENTS] = {"parents", FIELD_TEXTS, false, true},
    [DOCUMENT_LIGHT] = {"light_document_output", FIELD_FLAG, false, false},
    [DOCUMENT_ASYNC] = {"async", FIELD_FLAG, false, true},
    [DOCUMENT_CONTEXT] = {"upsert_context", FIELD_ANY, false, true},
};

/* A POST that is being judged: its members, and the texts that they stand for. */
struct document_post {
    struct slice values[DOCUMENT_FIELDS];
    struct buf text;
    struct buf title;
    struct buf tags;
    struct buf url;
    struct buf mime_type;
};

static size_t document_length(struct slice text) {
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        units += (c & 0xc0) != 0x80;
        units += c >= 0xf0;
    }
    return units;
}

/* Whether it is an http(s) URL with a host and no `//` in its path. A host alone gets its `/`, as
 * upstream's URL class gives it. */
static bool document_url(struct buf *url) {
    const char *text = buf_cstr(url);
    size_t scheme = strncasecmp(text, "http://", 7) == 0    ? 7
                    : strncasecmp(text, "https://", 8) == 0 ? 8
                                                            : 0;
    size_t host = scheme ? strcspn(text + scheme, "/?#") : 0;
    if (host == 0 || strpbrk(text, " \t\n") || strlen(text) != url->len) {
        return false;
    }
    const char *path = text + scheme + host;
    size_t path_len = strcspn(path, "?#");
    for (size_t i = 1; i < path_len; i++) {
        if (path[i] == '/' && path[i - 1] == '/') {
            return false;
        }
    }
    if (*path == '\0') {
        buf_append_char(url, '/');
    }
    return true;
}

static void document_invalid(struct dust_request *request, const char *message) {
    dust_error(request, 400, "invalid_request_error", message);
}

/* The tags; with `title:` appended when there is a list without one. */
static void document_tags(struct document_post *post) {
    struct slice tags = post->values[DOCUMENT_TAGS];
    struct buf tag;
    size_t at = 0;
    size_t count = 0;
    bool titled = false;
    buf_init(&tag, SANDBOX_MAX_BODY);
    buf_append_char(&post->tags, '[');
    while (dust_field_next(tags, &at, &tag)) {
        titled = titled || (tag.len >= 6 && memcmp(tag.data, "title:", 6) == 0);
        buf_append_text(&post->tags, count++ ? "," : "");
        scan_quote(&post->tags, buf_slice(&tag));
    }
    if (tags.data && !titled) {
        buf_reset(&tag);
        buf_append_text(&tag, "title:");
        buf_append_slice(&tag, buf_slice(&post->title));
        buf_append_text(&post->tags, count ? "," : "");
        scan_quote(&post->tags, buf_slice(&tag));
    }
    buf_append_char(&post->tags, ']');
    buf_clean_up(&tag);
}

/* The checks behind the rights, in upstream's order. False: answered. */
static bool document_judge(struct dust_request *request, struct document_post *post) {
    const struct dust_config *config = &request->config;
    struct dust_documents *documents = request->sandbox->documents;
    const struct slice *values = post->values;
    if (!dust_documents_admit(documents)) {
        char message[128];
        snprintf(message, sizeof(message),
                 "You have reached the maximum number of %llu upserts per minute.",
                 (unsigned long long)config->documents_per_minute);
        dust_error(request, 429, "rate_limit_error", message);
    } else if (post->url.len > 0 && !document_url(&post->url)) {
        document_invalid(request, "Invalid request body, `source_url` if provided must be a valid "
                                  "URL.");
    } else if (!values[DOCUMENT_TEXT].data && !values[DOCUMENT_SECTION].data) {
        document_invalid(request, "Invalid request body, `text` or `section` must be provided.");
    } else if (config->document_size_mb > 0 &&
               document_length(buf_slice(&post->text)) > config->document_size_mb * 1024 * 1024) {
        dust_error(request, 403, "data_source_quota_error",
                   "Data sources document upload size is limited on your current plan.");
    } else if (config->document_quota_bytes > 0 &&
               dust_documents_bytes(documents) > config->document_quota_bytes) {
        dust_error(request, 403, "workspace_quota_error",
                   "You've exceeded your plan limit on data sources.");
    } else if (values[DOCUMENT_PARENTS].data) {
        document_invalid(request, "Setting a custom hierarchy is not supported yet. Please omit "
                                  "the parents field.");
    } else if (values[DOCUMENT_PARENT_ID].data) {
        document_invalid(request, "Setting a custom hierarchy is not supported yet. Please omit "
                                  "the parent_id field.");
    } else if (document_length(buf_slice(&post->title)) > DOCUMENT_MAX_TITLE) {
        document_invalid(request, "Invalid title: title too long (max 512 characters).");
    } else {
        return true;
    }
    return false;
}

/* Not blake3, but as long, and another one for another document. */
static void document_hash(const struct document_post *post, struct dust_document *document) {
    const struct slice parts[] = {document->id, document->text, document->tags};
    uint64_t hash[4] = {1, 2, 3, (uint64_t)document->timestamp};
    for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
        for (size_t i = 0; i < parts[p].len; i++) {
            uint64_t *lane = &hash[i & 3];
            *lane = (*lane ^ (unsigned char)parts[p].data[i]) * 0x100000001b3U;
        }
        hash[p] ^= parts[p].len;
    }
    (void)post;
    for (int i = 0; i < 4; i++) {
        hash[i] = (hash[i] ^ hash[(i + 1) & 3] >> 7) * 0x9e3779b97f4a7c15U;
        snprintf(document->hash + (size_t)i * 16, 17, "%016llx", (unsigned long long)hash[i]);
    }
}

static void document_answer(struct dust_request *request, const struct document_post *post,
                            const struct dust_document *document) {
    struct buf *json = &request->ex->answer.body;
    struct buf id;
    answer_start(&request->ex->answer, 200);
    buf_append_text(json, "{\"document\":");
    if (dust_field_flag(post->values[DOCUMENT_ASYNC])) {
        buf_append_text(json, "{\"document_id\":");
        scan_quote(json, document->id);
        buf_append_text(json, "}}");
        return;
    }
    size_t size = document_length(document->text);
    if (dust_field_flag(post->values[DOCUMENT_LIGHT])) {
        buf_printf(json,
                   "{\"hash\":\"%s\",\"text_size\":%zu,\"chunk_count\":%zu,\"token_count\":%zu,"
                   "\"created\":%lld}",
                   document->hash, size, (size + 2047) / 2048, (size + 3) / 4,
                   (long long)document->created);
    } else {
        buf_init(&id, SANDBOX_MAX_NAME);
        buf_append_char(&id, '[');
        scan_quote(&id, document->id);
        buf_append_char(&id, ']');
        struct dust_document_query query = {request->source, buf_slice(&id), 1, 0, true};
        dust_documents_list(request->sandbox->documents, &query, json);
        buf_clean_up(&id);
    }
    buf_append_text(json, ",\"data_source\":{\"sId\":");
    scan_quote(json, slice_of(request->source));
    buf_append_text(json, ",\"name\":");
    scan_quote(json, slice_of(request->source));
    buf_append_text(json, ",\"connectorId\":null}}");
}

static void document_store(struct dust_request *request, struct document_post *post) {
    document_tags(post);
    struct dust_document document = {
        .id = slice_of(request->id),
        .title = buf_slice(&post->title),
        .mime_type = post->mime_type.len ? buf_slice(&post->mime_type)
                                         : SLICE_LITERAL("application/octet-stream"),
        .tags = buf_slice(&post->tags),
        .source_url = buf_slice(&post->url),
        .text = buf_slice(&post->text),
        .timestamp = dust_timestamp(post->values[DOCUMENT_TIMESTAMP]),
        .created = clock_realtime_us(clock_system()) / 1000,
    };
    document_hash(post, &document);
    if (dust_documents_put(request->sandbox->documents, request->source, &document)) {
        document_answer(request, post, &document);
    } else {
        dust_error(request, 500, "internal_server_error",
                   "There was an error upserting the document.");
    }
}

/* A section is a tree of {prefix, content, sections}: its text is all of them in order. */
static void document_section(struct slice section, struct buf *text) {
    static const struct dust_field fields[] = {{"prefix", FIELD_TEXT, false, true},
                                               {"content", FIELD_TEXT, false, true},
                                               {"sections", FIELD_ANY, false, true}};
    struct slice values[3];
    struct scan scan;
    struct slice child;
    struct buf error;
    size_t n = 0;
    buf_init(&error, SANDBOX_MAX_NAME);
    scan_init(&scan, section);
    scan_value(&scan, &section);
    scan.end = scan.at;
    if (dust_fields_read(section, fields, 3, values, &error)) {
        dust_field_text(values[0], text);
        dust_field_text(values[1], text);
        if (values[2].data && *values[2].data == '[') {
            scan_init(&scan, values[2]);
            scan_open(&scan, '[');
            while (scan_element(&scan, &n) && scan_value(&scan, &child)) {
                document_section(child, text);
            }
        }
    }
    buf_clean_up(&error);
}

void dust_upsert_document(struct dust_request *request) {
    struct document_post post;
    struct buf *const texts[] = {&post.text, &post.title, &post.tags, &post.url, &post.mime_type};
    if (!dust_fields_read(request->body, document_fields, DOCUMENT_FIELDS, post.values,
                          &request->error)) {
        document_invalid(request, buf_cstr(&request->error));
        return;
    }
    if (!dust_enter(request, true)) {
        return;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        buf_init(texts[i], SANDBOX_MAX_BODY);
    }
    dust_field_text(post.values[DOCUMENT_TEXT], &post.text);
    if (!post.values[DOCUMENT_TEXT].data && post.values[DOCUMENT_SECTION].data) {
        document_section(post.values[DOCUMENT_SECTION], &post.text);
    }
    dust_field_text(post.values[DOCUMENT_SOURCE_URL], &post.url);
    dust_field_text(post.values[DOCUMENT_MIME_TYPE], &post.mime_type);
    dust_title(post.values[DOCUMENT_TITLE], post.values[DOCUMENT_TAGS], request->id, &post.title);
    if (document_judge(request, &post)) {
        document_store(request, &post);
        request->ex->call.records = 1;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        buf_clean_up(texts[i]);
    }
}
