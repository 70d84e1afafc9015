/* The database behind the store: its tables, its statements. */
#include "sandbox/store_db.h"

/* exported: 0 for an open session, else its place in the order of exports. replaced: a later export
 * replaced it; hidden: and that one can be seen. */
static const char store_schema[] =
    "CREATE TABLE IF NOT EXISTS sessions(id INTEGER PRIMARY KEY, sync_id TEXT NOT NULL,"
    " table_name TEXT NOT NULL, posts INTEGER NOT NULL DEFAULT 0,"
    " records INTEGER NOT NULL DEFAULT 0, states INTEGER NOT NULL DEFAULT 0,"
    " exported INTEGER NOT NULL DEFAULT 0, replaces INTEGER NOT NULL DEFAULT 0,"
    " replaced INTEGER NOT NULL DEFAULT 0, visible INTEGER NOT NULL DEFAULT 0,"
    " hidden INTEGER NOT NULL DEFAULT 0, lag_requests INTEGER NOT NULL DEFAULT 0,"
    " visible_at_ms INTEGER NOT NULL DEFAULT 0, UNIQUE(sync_id, table_name));"
    "CREATE INDEX IF NOT EXISTS sessions_of_table ON sessions(table_name, exported);"
    "CREATE TABLE IF NOT EXISTS posts(id INTEGER PRIMARY KEY, session INTEGER NOT NULL,"
    " records INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS posts_of_session ON posts(session, id);";

#define NEXT_POST(condition)                                                                       \
    "SELECT s.exported, p.id, p.records, s.sync_id FROM sessions s JOIN posts p ON p.session=s.id" \
    " WHERE s.table_name=?1 AND " condition " AND (s.exported, p.id) > (?2, ?3)"                   \
    " ORDER BY s.exported, p.id"

static const char *const store_sql[STATEMENTS] = {
    [FIND_SESSION] =
        "SELECT id, exported, records FROM sessions WHERE sync_id=?1 AND table_name=?2",
    [ADD_SESSION] = "INSERT INTO sessions(sync_id, table_name) VALUES(?1, ?2)",
    [COUNT_POST] = "UPDATE sessions SET posts=posts+1, records=records+?2, states=states+?3"
                   " WHERE id=?1",
    [ADD_POST] = "INSERT INTO posts(session, records, data) VALUES(?1, ?2, ?3)",
    [EXPORT] = "UPDATE sessions SET exported=(SELECT max(exported)+1 FROM sessions), replaces=?2,"
               " lag_requests=?3, visible_at_ms=?4 WHERE id=?1",
    [REPLACE_OLDER] =
        "UPDATE sessions SET replaced=1 WHERE table_name=?2 AND exported>0 AND id<>?1",
    [NEXT_VISIBLE] = NEXT_POST("s.visible=1 AND s.hidden=0"),
    [NEXT_EXPORTED] = NEXT_POST("s.exported>0 AND s.replaced=0"),
    [READ_POST] = "SELECT data FROM posts WHERE id=?1",
    [LAG_ONE] = "UPDATE sessions SET lag_requests=lag_requests-1 WHERE table_name=?1 AND exported>0"
                " AND visible=0 AND lag_requests>0",
    [SHOW] = "UPDATE sessions SET visible=1 WHERE table_name=?1 AND exported>0 AND visible=0"
             " AND lag_requests=0 AND visible_at_ms<=?2",
    [HIDE_OLDER] = "UPDATE sessions SET hidden=1 WHERE table_name=?1 AND exported < (SELECT"
                   " max(exported) FROM sessions WHERE table_name=?1 AND visible=1 AND replaces=1)",
    [IS_VISIBLE] = "SELECT 1 FROM sessions WHERE table_name=?1 AND visible=1",
    [LIST_SESSIONS] = "SELECT sync_id, table_name, posts, records, states, exported, visible,"
                      " replaced FROM sessions ORDER BY id",
    [LIST_TABLES] = "SELECT table_name, count(*), sum(exported>0), sum(CASE WHEN exported>0 AND"
                    " replaced=0 THEN records ELSE 0 END), sum(CASE WHEN exported=0 THEN records"
                    " ELSE 0 END) FROM sessions GROUP BY table_name ORDER BY min(id)",
};

static bool store_complain(struct store *store) {
    fprintf(stderr, "sandbox: database: %s\n", sqlite3_errmsg(store->db));
    return false;
}

bool store_run(struct store *store, const char *sql) {
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_complain(store);
}

struct store *store_new(const char *file) {
    struct store *store = calloc(1, sizeof(*store));
    if (!store) {
        return NULL;
    }
    pthread_mutex_init(&store->mutex, NULL);
    const char *name = file && *file ? file : ":memory:";
    if (sqlite3_open_v2(name, &store->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK ||
        !store_run(store, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;") ||
        !store_run(store, store_schema)) {
        store_complain(store);
        store_destroy(store);
        return NULL;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(store->db, store_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK) {
            store_complain(store);
            store_destroy(store);
            return NULL;
        }
    }
    return store;
}

void store_destroy(struct store *store) {
    if (!store) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
    }
    sqlite3_close(store->db);
    pthread_mutex_destroy(&store->mutex);
    free(store);
}

static bool store_run_locked(struct store *store, const char *sql) {
    pthread_mutex_lock(&store->mutex);
    bool good = store_run(store, sql);
    pthread_mutex_unlock(&store->mutex);
    return good;
}

bool store_reset(struct store *store) {
    return store_run_locked(store, "DELETE FROM posts; DELETE FROM sessions;");
}

bool store_expire(struct store *store) {
    return store_run_locked(
        store, "DELETE FROM posts WHERE session IN (SELECT id FROM sessions WHERE exported=0);"
               "DELETE FROM sessions WHERE exported=0;");
}

sqlite3_stmt *store_use(struct store *store, enum statement which) {
    sqlite3_reset(store->statements[which]);
    sqlite3_clear_bindings(store->statements[which]);
    return store->statements[which];
}

void store_bind_text(sqlite3_stmt *stmt, int at, struct slice text) {
    sqlite3_bind_text64(stmt, at, text.data, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

bool store_do(struct store *store, sqlite3_stmt *stmt) {
    int rc = sqlite3_step(stmt);
    while (rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
    }
    sqlite3_reset(stmt);
    return rc == SQLITE_DONE || store_complain(store);
}
