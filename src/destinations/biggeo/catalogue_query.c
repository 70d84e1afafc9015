#include "destinations/biggeo/catalogue_query.h"

#include "base/arena.h"
#include "table/table_copy.h"

#include <stdlib.h>

enum { MAX_NAMES_BYTES = 64 * 1024 * 1024 };

static int bind_slice(sqlite3_stmt *statement, int at, struct slice text) {
    return sqlite3_bind_text64(statement, at, text.len ? text.data : "", text.len, SQLITE_STATIC,
                               SQLITE_UTF8);
}

/* A statement with ?1 ?2 ?3 = scope, schema, name. NULL with *code. */
static sqlite3_stmt *prepare(sqlite3 *database, const char *sql, const struct catalogue_query *q,
                             int *code) {
    sqlite3_stmt *statement = NULL;
    *code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    const struct slice texts[] = {q->scope, q->schema, q->name};
    for (int i = 0; i < 3 && *code == SQLITE_OK; i++) {
        *code = bind_slice(statement, i + 1, texts[i]);
    }
    if (*code != SQLITE_OK) {
        sqlite3_finalize(statement);
        return NULL;
    }
    return statement;
}

/* Whether the statement gives a row. */
static int has_row(sqlite3 *database, const char *sql, const struct catalogue_query *q, bool *has) {
    int code;
    sqlite3_stmt *statement = prepare(database, sql, q, &code);
    if (!statement) {
        return code;
    }
    code = sqlite3_step(statement);
    *has = code == SQLITE_ROW;
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Runs a statement that gives no rows. */
static int run(sqlite3 *database, const char *sql, const struct catalogue_query *q) {
    bool none;
    return has_row(database, sql, q, &none);
}

/* --- get --- */

/* The row at hand as a column; false when there is no memory. */
static bool read_column(sqlite3_stmt *statement, struct arena *names, struct column *column) {
    const char *name = (const char *)sqlite3_column_text(statement, 0);
    if (!name) {
        return false;
    }
    unsigned type = (unsigned)sqlite3_column_int(statement, 1);
    *column = (struct column){
        .name = arena_copy_text(names, slice_of(name)),
        .type = type < COLUMN_TYPE_COUNT ? (enum column_type)type : COLUMN_UNSPECIFIED,
        .primary_key = sqlite3_column_int(statement, 2) != 0,
        .has_decimal = sqlite3_column_type(statement, 3) != SQLITE_NULL,
        .precision = (uint32_t)sqlite3_column_int64(statement, 3),
        .scale = (uint32_t)sqlite3_column_int64(statement, 4),
    };
    return column->name != NULL;
}

/* All rows of the statement; the caller frees *columns. */
static int read_columns(sqlite3_stmt *statement, struct arena *names, struct column **columns,
                        size_t *n) {
    size_t cap = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (*n == cap) {
            cap = cap ? cap * 2 : 64;
            struct column *grown = realloc(*columns, cap * sizeof *grown);
            if (!grown) {
                return SQLITE_NOMEM;
            }
            *columns = grown;
        }
        if (!read_column(statement, names, &(*columns)[*n])) {
            return SQLITE_NOMEM;
        }
        (*n)++;
    }
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int get_columns(sqlite3 *database, struct catalogue_query *q) {
    struct arena names;
    struct column *columns = NULL;
    size_t n = 0;
    int code;
    arena_init(&names, MAX_NAMES_BYTES);
    sqlite3_stmt *statement =
        prepare(database,
                "SELECT c.name, type, primary_key, precision, scale FROM columns c"
                " JOIN tables t ON table_id = id"
                " WHERE scope = ?1 AND schema = ?2 AND t.name = ?3 ORDER BY position",
                q, &code);
    if (statement) {
        code = read_columns(statement, &names, &columns, &n);
    }
    const struct table table = {.schema = arena_copy_text(&names, q->schema),
                                .name = arena_copy_text(&names, q->name),
                                .columns = columns,
                                .n_columns = n};
    if (code == SQLITE_OK) {
        q->found = table.schema && table.name ? table_copy(&table) : NULL;
        code = q->found ? SQLITE_OK : SQLITE_NOMEM;
    }
    sqlite3_finalize(statement);
    free(columns);
    arena_clean_up(&names);
    return code;
}

int catalogue_query_get(sqlite3 *database, struct catalogue_query *q) {
    bool there = false;
    int code = catalogue_file_execute(database, "BEGIN"); /* both reads see one state */
    if (code != SQLITE_OK) {
        return code;
    }
    code = has_row(database, "SELECT 1 FROM tables WHERE scope = ?1 AND schema = ?2 AND name = ?3",
                   q, &there);
    if (code == SQLITE_OK && there) {
        code = get_columns(database, q);
    }
    code = catalogue_file_end(database, code);
    if (code != SQLITE_OK) {
        table_copy_destroy(q->found);
        q->found = NULL;
    }
    return code;
}

/* --- create, put, drop --- */

static int bind_column(sqlite3_stmt *statement, size_t position, const struct column *column) {
    int code = sqlite3_bind_int64(statement, 4, (sqlite3_int64)position);
    code = code ? code : bind_slice(statement, 5, slice_of(column->name));
    code = code ? code : sqlite3_bind_int(statement, 6, (int)column->type);
    code = code ? code : sqlite3_bind_int(statement, 7, column->primary_key);
    if (column->has_decimal) {
        code = code ? code : sqlite3_bind_int64(statement, 8, column->precision);
        code = code ? code : sqlite3_bind_int64(statement, 9, column->scale);
    } /* unbound is NULL */
    return code;
}

static int insert_columns(sqlite3 *database, const struct catalogue_query *q) {
    int code = SQLITE_OK;
    for (size_t i = 0; i < q->table->n_columns && code == SQLITE_OK; i++) {
        sqlite3_stmt *statement =
            prepare(database,
                    "INSERT INTO columns SELECT id, ?4, ?5, ?6, ?7, ?8, ?9 FROM tables"
                    " WHERE scope = ?1 AND schema = ?2 AND name = ?3",
                    q, &code);
        if (statement) {
            code = bind_column(statement, i, &q->table->columns[i]);
            code = code ? code : sqlite3_step(statement);
            code = code == SQLITE_DONE ? SQLITE_OK : code;
        }
        sqlite3_finalize(statement);
    }
    return code;
}

static int delete_columns(sqlite3 *database, const struct catalogue_query *q) {
    return run(database,
               "DELETE FROM columns WHERE table_id = (SELECT id FROM tables"
               " WHERE scope = ?1 AND schema = ?2 AND name = ?3)",
               q);
}

int catalogue_query_create(sqlite3 *database, struct catalogue_query *q) {
    int code = catalogue_file_begin(database);
    if (code != SQLITE_OK) {
        return code;
    }
    code = run(database, "INSERT INTO tables (scope, schema, name) VALUES (?1, ?2, ?3)", q);
    q->exists = code == SQLITE_CONSTRAINT;
    code = q->exists ? SQLITE_OK : code;
    if (code == SQLITE_OK && !q->exists) {
        code = insert_columns(database, q);
    }
    return catalogue_file_end(database, code);
}

int catalogue_query_put(sqlite3 *database, struct catalogue_query *q) {
    int code = catalogue_file_begin(database);
    if (code != SQLITE_OK) {
        return code;
    }
    code =
        run(database, "INSERT OR IGNORE INTO tables (scope, schema, name) VALUES (?1, ?2, ?3)", q);
    code = code ? code : delete_columns(database, q);
    code = code ? code : insert_columns(database, q);
    return catalogue_file_end(database, code);
}

int catalogue_query_drop(sqlite3 *database, struct catalogue_query *q) {
    int code = catalogue_file_begin(database);
    if (code != SQLITE_OK) {
        return code;
    }
    code = delete_columns(database, q);
    code = code ? code
                : run(database, "DELETE FROM tables WHERE scope = ?1 AND schema = ?2 AND name = ?3",
                      q);
    code = code ? code
                : run(database,
                      "DELETE FROM written WHERE scope = ?1 AND schema = ?2 AND name = ?3", q);
    return catalogue_file_end(database, code);
}

/* --- written --- */

int catalogue_query_mark_written(sqlite3 *database, struct catalogue_query *q) {
    return run(database, "INSERT OR IGNORE INTO written VALUES (?1, ?2, ?3)", q);
}

int catalogue_query_is_written(sqlite3 *database, struct catalogue_query *q) {
    return has_row(database, "SELECT 1 FROM written WHERE scope = ?1 AND schema = ?2 AND name = ?3",
                   q, &q->exists);
}
