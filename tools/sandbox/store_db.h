/* The inside of the store, for its own files. Callers hold the store's mutex. */
#ifndef SANDBOX_STORE_DB_H
#define SANDBOX_STORE_DB_H

#include "sandbox/store.h"

#include <pthread.h>
#include <sqlite3.h>

enum statement {
    FIND_SESSION,
    ADD_SESSION,
    COUNT_POST,
    ADD_POST,
    EXPORT,
    REPLACE_OLDER,
    NEXT_VISIBLE,
    NEXT_EXPORTED,
    READ_POST,
    LAG_ONE,
    SHOW,
    HIDE_OLDER,
    IS_VISIBLE,
    LIST_SESSIONS,
    LIST_TABLES,
    STATEMENTS
};

struct store {
    pthread_mutex_t mutex; /* guards all below */
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

/* Runs SQL without parameters. False with a line on stderr, as all below. */
bool store_run(struct store *store, const char *sql);

/* A statement, ready for its parameters. */
sqlite3_stmt *store_use(struct store *store, enum statement which);

/* The text must outlive the statement's run. */
void store_bind_text(sqlite3_stmt *stmt, int at, struct slice text);

/* Runs a statement that answers no rows. */
bool store_do(struct store *store, sqlite3_stmt *stmt);

#endif
