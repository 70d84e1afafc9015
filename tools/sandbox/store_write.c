/* Posts, and the final one that exports. */
#include "base/clock.h"
#include "sandbox/store_db.h"

struct found_session {
    int64_t id; /* 0: none */
    int64_t exported;
    int64_t records;
};

static struct found_session store_find(struct store *store, const struct store_post *post) {
    struct found_session found = {0};
    sqlite3_stmt *stmt = store_use(store, FIND_SESSION);
    store_bind_text(stmt, 1, post->sync_id);
    store_bind_text(stmt, 2, post->table);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        found.id = sqlite3_column_int64(stmt, 0);
        found.exported = sqlite3_column_int64(stmt, 1);
        found.records = sqlite3_column_int64(stmt, 2);
    }
    sqlite3_reset(stmt);
    return found;
}

static bool store_make_session(struct store *store, const struct store_post *post,
                               struct found_session *found) {
    sqlite3_stmt *stmt = store_use(store, ADD_SESSION);
    store_bind_text(stmt, 1, post->sync_id);
    store_bind_text(stmt, 2, post->table);
    bool good = store_do(store, stmt);
    found->id = sqlite3_last_insert_rowid(store->db);
    return good;
}

static bool store_export(struct store *store, int64_t session, struct slice table,
                         const struct store_rules *rules) {
    sqlite3_stmt *stmt = store_use(store, EXPORT);
    sqlite3_bind_int64(stmt, 1, session);
    sqlite3_bind_int(stmt, 2, rules->replace);
    sqlite3_bind_int64(stmt, 3, rules->lag_requests);
    sqlite3_bind_int64(stmt, 4, clock_monotonic_ms(clock_system()) + rules->lag_ms);
    if (!store_do(store, stmt)) {
        return false;
    }
    if (!rules->replace) {
        return true;
    }
    stmt = store_use(store, REPLACE_OLDER);
    sqlite3_bind_int64(stmt, 1, session);
    store_bind_text(stmt, 2, table);
    return store_do(store, stmt);
}

static bool store_add_rows(struct store *store, int64_t session, const struct store_post *post) {
    sqlite3_stmt *stmt = store_use(store, COUNT_POST);
    sqlite3_bind_int64(stmt, 1, session);
    sqlite3_bind_int64(stmt, 2, (int64_t)post->records);
    sqlite3_bind_int64(stmt, 3, (int64_t)post->states);
    if (!store_do(store, stmt)) {
        return false;
    }
    if (post->rows.len == 0) {
        return true;
    }
    stmt = store_use(store, ADD_POST);
    sqlite3_bind_int64(stmt, 1, session);
    sqlite3_bind_int64(stmt, 2, (int64_t)post->records);
    sqlite3_bind_blob64(stmt, 3, post->rows.data, post->rows.len, SQLITE_STATIC);
    return store_do(store, stmt);
}

static enum store_outcome store_add_locked(struct store *store, const struct store_post *post,
                                           const struct store_rules *rules, uint64_t *total) {
    struct found_session found = store_find(store, post);
    if (found.exported) {
        return STORE_WAS_EXPORTED;
    }
    if (!found.id && post->is_final && post->records + post->states == 0) {
        return STORE_NO_SESSION;
    }
    *total = (uint64_t)found.records + post->records;
    bool good = store_run(store, "BEGIN") &&
                (found.id || store_make_session(store, post, &found)) &&
                store_add_rows(store, found.id, post) &&
                (!post->is_final || store_export(store, found.id, post->table, rules));
    good = store_run(store, good ? "COMMIT" : "ROLLBACK") && good;
    return good ? STORE_TAKEN : STORE_FAILED;
}

enum store_outcome store_add(struct store *store, const struct store_post *post,
                             const struct store_rules *rules, uint64_t *total) {
    pthread_mutex_lock(&store->mutex);
    enum store_outcome outcome = store_add_locked(store, post, rules, total);
    pthread_mutex_unlock(&store->mutex);
    return outcome;
}
