/* Reading what was exported, and overviews. */
#include "base/clock.h"
#include "sandbox/scan.h"
#include "sandbox/store_db.h"

static struct slice store_column_text(sqlite3_stmt *stmt, int column) {
    const void *text = sqlite3_column_text(stmt, column);
    return slice_make(text ? text : "", (size_t)sqlite3_column_bytes(stmt, column));
}

static bool store_read_post(struct store *store, int64_t post, struct buf *rows) {
    sqlite3_stmt *stmt = store_use(store, READ_POST);
    sqlite3_bind_int64(stmt, 1, post);
    buf_reset(rows);
    bool good =
        sqlite3_step(stmt) == SQLITE_ROW &&
        buf_append(rows, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
    sqlite3_reset(stmt);
    return good;
}

static bool store_next_locked(struct store *store, sqlite3_stmt *stmt, struct slice table,
                              struct store_cursor *cursor, uint64_t *skip,
                              struct store_piece *piece) {
    store_bind_text(stmt, 1, table);
    sqlite3_bind_int64(stmt, 2, cursor->exported);
    sqlite3_bind_int64(stmt, 3, cursor->post);
    bool found = false;
    while (!found && sqlite3_step(stmt) == SQLITE_ROW) {
        cursor->exported = sqlite3_column_int64(stmt, 0);
        cursor->post = sqlite3_column_int64(stmt, 1);
        piece->records = (uint64_t)sqlite3_column_int64(stmt, 2);
        snprintf(piece->sync_id, sizeof(piece->sync_id), "%.*s",
                 SLICE_ARG(store_column_text(stmt, 3)));
        found = *skip < piece->records;
        *skip -= found ? 0 : piece->records;
    }
    sqlite3_reset(stmt);
    return found && store_read_post(store, cursor->post, &piece->rows);
}

bool store_next(struct store *store, struct slice table, enum store_view view,
                struct store_cursor *cursor, uint64_t *skip, struct store_piece *piece) {
    pthread_mutex_lock(&store->mutex);
    sqlite3_stmt *stmt = store_use(store, view == STORE_VISIBLE ? NEXT_VISIBLE : NEXT_EXPORTED);
    bool found = store_next_locked(store, stmt, table, cursor, skip, piece);
    pthread_mutex_unlock(&store->mutex);
    return found;
}

/* Runs a statement of one table and, where it takes one, a time. */
static void store_do_table(struct store *store, enum statement which, struct slice table,
                           int64_t now) {
    sqlite3_stmt *stmt = store_use(store, which);
    store_bind_text(stmt, 1, table);
    if (sqlite3_bind_parameter_count(stmt) > 1) {
        sqlite3_bind_int64(stmt, 2, now);
    }
    store_do(store, stmt);
}

bool store_look(struct store *store, struct slice table) {
    pthread_mutex_lock(&store->mutex);
    int64_t now = clock_monotonic_ms(clock_system());
    store_do_table(store, SHOW, table, now);
    store_do_table(store, HIDE_OLDER, table, now);
    store_do_table(store, LAG_ONE, table, now);
    sqlite3_stmt *stmt = store_use(store, IS_VISIBLE);
    store_bind_text(stmt, 1, table);
    bool visible = sqlite3_step(stmt) == SQLITE_ROW;
    sqlite3_reset(stmt);
    pthread_mutex_unlock(&store->mutex);
    return visible;
}

/* A JSON array of objects, one a row: the keys name the columns. Text stays text. */
static void store_list(struct store *store, enum statement which, const char *const *keys,
                       struct buf *json) {
    pthread_mutex_lock(&store->mutex);
    sqlite3_stmt *stmt = store_use(store, which);
    buf_append_char(json, '[');
    for (size_t row = 0; sqlite3_step(stmt) == SQLITE_ROW; row++) {
        buf_append_text(json, row ? ",{" : "{");
        for (int i = 0; keys[i]; i++) {
            buf_printf(json, "%s\"%s\":", i ? "," : "", keys[i]);
            if (sqlite3_column_type(stmt, i) == SQLITE_TEXT) {
                scan_quote(json, store_column_text(stmt, i));
            } else {
                buf_printf(json, "%lld", (long long)sqlite3_column_int64(stmt, i));
            }
        }
        buf_append_char(json, '}');
    }
    buf_append_char(json, ']');
    sqlite3_reset(stmt);
    pthread_mutex_unlock(&store->mutex);
}

void store_list_sessions(struct store *store, struct buf *json) {
    static const char *const keys[] = {"sync_id",  "table",   "posts",    "records", "states",
                                       "exported", "visible", "replaced", NULL};
    store_list(store, LIST_SESSIONS, keys, json);
}

void store_list_tables(struct store *store, struct buf *json) {
    static const char *const keys[] = {"table",   "sessions",        "exports",
                                       "records", "pending_records", NULL};
    store_list(store, LIST_TABLES, keys, json);
}
