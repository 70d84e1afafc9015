#include "destinations/biggeo/catalogue_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    VERSION = 1, /* of the tables below */
    BUSY_MS = 5000,
};

/* precision and scale are NULL when the column has none (lesson 7). */
static const char tables_sql[] =
    "CREATE TABLE tables (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, schema TEXT NOT NULL,"
    " name TEXT NOT NULL, UNIQUE (scope, schema, name));"
    "CREATE TABLE columns (table_id INTEGER NOT NULL, position INTEGER NOT NULL,"
    " name TEXT NOT NULL, type INTEGER NOT NULL, primary_key INTEGER NOT NULL, precision INTEGER,"
    " scale INTEGER, PRIMARY KEY (table_id, position)) WITHOUT ROWID;"
    "CREATE TABLE written (scope TEXT NOT NULL, schema TEXT NOT NULL, name TEXT NOT NULL,"
    " PRIMARY KEY (scope, schema, name)) WITHOUT ROWID;";

int catalogue_file_execute(sqlite3 *database, const char *sql) {
    return sqlite3_exec(database, sql, NULL, NULL, NULL);
}

int catalogue_file_begin(sqlite3 *database) {
    return catalogue_file_execute(database, "BEGIN IMMEDIATE");
}

int catalogue_file_end(sqlite3 *database, int code) {
    if (code == SQLITE_OK) {
        code = catalogue_file_execute(database, "COMMIT");
    }
    if (code != SQLITE_OK) {
        catalogue_file_execute(database, "ROLLBACK");
    }
    return code;
}

/* A single number; 0 when there is no row. */
static int read_number(sqlite3 *database, const char *sql, int *number) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        *number = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* In a transaction: a new file gets its tables. One of another version, or of another program, is
 * none of ours. */
static int make_tables(sqlite3 *database) {
    int version = 0;
    int others = 0;
    int code = read_number(database, "PRAGMA user_version", &version);
    if (code == SQLITE_OK && version == VERSION) {
        return SQLITE_OK;
    }
    if (code == SQLITE_OK) {
        code = read_number(database, "SELECT count(*) FROM sqlite_master", &others);
    }
    if (code == SQLITE_OK && (version != 0 || others > 0)) {
        return SQLITE_MISMATCH;
    }
    if (code == SQLITE_OK) {
        code = catalogue_file_execute(database, tables_sql);
    }
    if (code == SQLITE_OK) {
        code = catalogue_file_execute(database, "PRAGMA user_version = 1");
    }
    return code;
}

static int check_whole(sqlite3 *database) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        const unsigned char *word =
            code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : (const unsigned char *)"";
        bool ok = word && strcmp((const char *)word, "ok") == 0;
        code = code != SQLITE_ROW ? code : ok ? SQLITE_OK : SQLITE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return code;
}

int catalogue_file_open(const char *path, sqlite3 **database) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path, database, flags, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_busy_timeout(*database, BUSY_MS);
    }
    if (code == SQLITE_OK && sqlite3_db_readonly(*database, "main") != 0) {
        code = SQLITE_READONLY;
    }
    if (code == SQLITE_OK) {
        code = check_whole(*database);
    }
    if (code == SQLITE_OK) {
        code = catalogue_file_begin(*database);
    }
    if (code == SQLITE_OK) {
        code = catalogue_file_end(*database, make_tables(*database));
    }
    if (code != SQLITE_OK) {
        sqlite3_close(*database);
        *database = NULL;
    }
    return code;
}
