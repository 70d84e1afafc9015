#include "sandbox/dust_documents.h"

#include "base/clock.h"
#include "sandbox/scan.h"

#include <sqlite3.h>

#define DOCUMENTS_CONDITION                                                                        \
    " FROM documents WHERE (?1 IS NULL OR source=?1) AND (?2='' OR id IN (SELECT value FROM"       \
    " json_each(?2)))"

enum documents_statement { PUT, REMOVE, BYTES, LIST, COUNT, DOCUMENTS_STATEMENTS };

static const char *const documents_sql[DOCUMENTS_STATEMENTS] = {
    [PUT] = "INSERT OR REPLACE INTO documents VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
    [REMOVE] = "DELETE FROM documents WHERE source=?1 AND id=?2",
    [BYTES] = "SELECT coalesce(sum(length(CAST(text AS BLOB))),0) FROM documents",
    /* The last digits of a product tell ties apart, in another way for every seed. */
    [LIST] = "SELECT id, title, mime_type, tags, source_url, text, timestamp, created, hash,"
             " source" DOCUMENTS_CONDITION
             " ORDER BY timestamp DESC, (rowid*?5)%1000003, rowid LIMIT ?3 OFFSET ?4",
    [COUNT] = "SELECT count(*)" DOCUMENTS_CONDITION,
};

struct dust_documents {
    struct sandbox *sandbox;
    pthread_mutex_t mutex; /* guards all below */
    sqlite3 *db;
    sqlite3_stmt *statements[DOCUMENTS_STATEMENTS];
    uint64_t seed;
    uint64_t total;  /* as it was when it was asked for last */
    int64_t *window; /* when the latest posts were admitted: a ring */
    size_t window_cap;
    uint64_t admitted;
};

struct dust_documents *dust_documents_new(struct sandbox *sandbox) {
    static const char schema[] =
        "CREATE TABLE documents(source TEXT, id TEXT, title TEXT, mime_type TEXT, tags TEXT,"
        " source_url TEXT, text TEXT, timestamp INTEGER, created INTEGER, hash TEXT,"
        " PRIMARY KEY(source, id));";
    struct dust_documents *documents = calloc(1, sizeof(*documents));
    if (!documents) {
        return NULL;
    }
    documents->sandbox = sandbox;
    documents->seed = sandbox->initial.dust.seed;
    pthread_mutex_init(&documents->mutex, NULL);
    bool good = sqlite3_open_v2(":memory:", &documents->db,
                                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                NULL) == SQLITE_OK &&
                sqlite3_exec(documents->db, schema, NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; good && i < DOCUMENTS_STATEMENTS; i++) {
        good = sqlite3_prepare_v3(documents->db, documents_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &documents->statements[i], NULL) == SQLITE_OK;
    }
    if (!good) {
        fprintf(stderr, "sandbox: documents: %s\n", sqlite3_errmsg(documents->db));
        dust_documents_destroy(documents);
        return NULL;
    }
    return documents;
}

void dust_documents_destroy(struct dust_documents *documents) {
    if (!documents) {
        return;
    }
    for (size_t i = 0; i < DOCUMENTS_STATEMENTS; i++) {
        sqlite3_finalize(documents->statements[i]);
    }
    sqlite3_close(documents->db);
    pthread_mutex_destroy(&documents->mutex);
    free(documents->window);
    free(documents);
}

void dust_documents_reset(struct dust_documents *documents) {
    pthread_mutex_lock(&documents->mutex);
    sqlite3_exec(documents->db, "DELETE FROM documents", NULL, NULL, NULL);
    documents->seed = documents->sandbox->initial.dust.seed;
    documents->total = 0;
    documents->admitted = 0;
    pthread_mutex_unlock(&documents->mutex);
}

/* The ring holds as many times as the window allows posts; a new size starts it afresh. */
static bool documents_resize(struct dust_documents *documents, size_t cap) {
    if (cap == documents->window_cap) {
        return true;
    }
    int64_t *window = calloc(cap, sizeof(*window));
    if (!window) {
        return false;
    }
    uint64_t keep = documents->admitted < cap ? documents->admitted : cap;
    keep = keep < documents->window_cap ? keep : documents->window_cap;
    for (uint64_t i = 0; i < keep; i++) {
        uint64_t number = documents->admitted - keep + i;
        window[i] = documents->window[number % documents->window_cap];
    }
    free(documents->window);
    documents->window = window;
    documents->window_cap = cap;
    documents->admitted = keep;
    return true;
}

bool dust_documents_admit(struct dust_documents *documents) {
    struct dust_config config = sandbox_config(documents->sandbox).dust;
    int64_t now = clock_monotonic_ms(clock_system());
    if (config.documents_per_minute == 0) {
        return false;
    }
    pthread_mutex_lock(&documents->mutex);
    bool good = documents_resize(documents, config.documents_per_minute);
    int64_t *place = good ? &documents->window[documents->admitted % documents->window_cap] : NULL;
    good = good && (documents->admitted < documents->window_cap ||
                    now - *place >= (int64_t)config.window_ms);
    if (good) {
        *place = now;
        documents->admitted++;
    }
    pthread_mutex_unlock(&documents->mutex);
    return good;
}

static sqlite3_stmt *documents_use(struct dust_documents *documents,
                                   enum documents_statement which) {
    sqlite3_reset(documents->statements[which]);
    sqlite3_clear_bindings(documents->statements[which]);
    return documents->statements[which];
}

static void documents_bind(sqlite3_stmt *stmt, int at, struct slice text) {
    sqlite3_bind_text64(stmt, at, text.data ? text.data : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

bool dust_documents_put(struct dust_documents *documents, const char *source,
                        const struct dust_document *document) {
    const struct slice texts[] = {slice_of(source),    document->id,   document->title,
                                  document->mime_type, document->tags, document->source_url,
                                  document->text};
    pthread_mutex_lock(&documents->mutex);
    sqlite3_stmt *stmt = documents_use(documents, PUT);
    for (int i = 0; i < 7; i++) {
        documents_bind(stmt, i + 1, texts[i]);
    }
    sqlite3_bind_int64(stmt, 8, document->timestamp);
    sqlite3_bind_int64(stmt, 9, document->created);
    documents_bind(stmt, 10, slice_of(document->hash));
    bool good = sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_reset(stmt);
    pthread_mutex_unlock(&documents->mutex);
    return good;
}

void dust_documents_remove(struct dust_documents *documents, const char *source, struct slice id) {
    pthread_mutex_lock(&documents->mutex);
    sqlite3_stmt *stmt = documents_use(documents, REMOVE);
    documents_bind(stmt, 1, slice_of(source));
    documents_bind(stmt, 2, id);
    sqlite3_step(stmt);
    sqlite3_reset(stmt);
    pthread_mutex_unlock(&documents->mutex);
}

/* The one number that a statement answers. */
static uint64_t documents_number(sqlite3_stmt *stmt) {
    uint64_t number =
        sqlite3_step(stmt) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_reset(stmt);
    return number;
}

uint64_t dust_documents_bytes(struct dust_documents *documents) {
    pthread_mutex_lock(&documents->mutex);
    uint64_t bytes = documents_number(documents_use(documents, BYTES));
    pthread_mutex_unlock(&documents->mutex);
    return bytes;
}

static void documents_ask(sqlite3_stmt *stmt, const struct dust_document_query *query) {
    if (query->source) {
        documents_bind(stmt, 1, slice_of(query->source));
    }
    documents_bind(stmt, 2, query->ids);
}

static struct slice documents_column(sqlite3_stmt *stmt, int column) {
    const void *text = sqlite3_column_text(stmt, column);
    return slice_make(text ? text : "", (size_t)sqlite3_column_bytes(stmt, column));
}

/* UTF-16 units, as JavaScript counts a text's length. */
static size_t documents_length(struct slice text) {
    size_t units = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        units += (c & 0xc0) != 0x80;
        units += c >= 0xf0;
    }
    return units;
}

static void documents_show(sqlite3_stmt *stmt, bool text, struct buf *json) {
    struct slice id = documents_column(stmt, 0);
    struct slice url = documents_column(stmt, 4);
    struct slice whole = documents_column(stmt, 5);
    size_t size = documents_length(whole);
    buf_append_text(json, "{\"document_id\":");
    scan_quote(json, id);
    buf_append_text(json, ",\"data_source_id\":");
    scan_quote(json, documents_column(stmt, 9));
    buf_append_text(json, ",\"title\":");
    scan_quote(json, documents_column(stmt, 1));
    buf_append_text(json, ",\"mime_type\":");
    scan_quote(json, documents_column(stmt, 2));
    buf_append_text(json, ",\"tags\":");
    buf_append_slice(json, documents_column(stmt, 3));
    buf_append_text(json, ",\"source_url\":");
    if (url.len > 0) {
        scan_quote(json, url);
    } else {
        buf_append_text(json, "null");
    }
    buf_append_text(json, ",\"parent_id\":null,\"parents\":[");
    scan_quote(json, id);
    buf_printf(json, "],\"timestamp\":%lld,\"created\":%lld,\"hash\":\"%s\",\"text_size\":%zu",
               (long long)sqlite3_column_int64(stmt, 6), (long long)sqlite3_column_int64(stmt, 7),
               (const char *)sqlite3_column_text(stmt, 8), size);
    buf_printf(json, ",\"chunk_count\":%zu,\"chunks\":[", (size + 2047) / 2048);
    if (text && size > 0) {
        buf_append_text(json, "{\"text\":");
        scan_quote(json, whole);
        buf_printf(json, ",\"hash\":\"%s\",\"offset\":0,\"score\":null}",
                   (const char *)sqlite3_column_text(stmt, 8));
    }
    buf_append_text(json, "],\"text\":");
    if (text) {
        scan_quote(json, whole);
        buf_printf(json, ",\"token_count\":%zu}", (size + 3) / 4);
    } else {
        buf_append_text(json, "null,\"token_count\":null}");
    }
}

size_t dust_documents_list(struct dust_documents *documents,
                           const struct dust_document_query *query, struct buf *json) {
    size_t count = 0;
    pthread_mutex_lock(&documents->mutex);
    sqlite3_stmt *stmt = documents_use(documents, LIST);
    documents_ask(stmt, query);
    sqlite3_bind_int64(stmt, 3, (int64_t)query->limit);
    sqlite3_bind_int64(stmt, 4, (int64_t)query->offset);
    documents->seed = documents->seed * 6364136223846793005U + 1442695040888963407U;
    sqlite3_bind_int64(stmt, 5, (int64_t)(documents->seed >> 40) + 1);
    for (; sqlite3_step(stmt) == SQLITE_ROW; count++) {
        buf_append_text(json, count ? "," : "");
        documents_show(stmt, query->text, json);
    }
    sqlite3_reset(stmt);
    pthread_mutex_unlock(&documents->mutex);
    return count;
}

uint64_t dust_documents_total(struct dust_documents *documents,
                              const struct dust_document_query *query, bool lagging) {
    pthread_mutex_lock(&documents->mutex);
    sqlite3_stmt *stmt = documents_use(documents, COUNT);
    documents_ask(stmt, query);
    uint64_t old = documents->total;
    documents->total = documents_number(stmt);
    uint64_t total = lagging ? old : documents->total;
    pthread_mutex_unlock(&documents->mutex);
    return total;
}
