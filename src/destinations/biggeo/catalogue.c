#include "destinations/biggeo/catalogue.h"

#include "base/arena.h"
#include "destinations/biggeo/catalogue_file.h"

#include <pthread.h>
#include <stdlib.h>

enum { MAX_NAMES_BYTES = 64 * 1024 * 1024 };

struct catalogue {
    pthread_mutex_t mutex; /* held around every use of the rest */
    const struct log *log;
    sqlite3 *database;
    bool in_memory;
};

/* One operation: what it is about, and what came of it. */
struct query {
    struct slice scope, schema, name;
    const struct table *table; /* create, put */
    struct table *found;       /* get */
    bool exists;               /* create: there already; is_written: yes */
};

typedef int operation(sqlite3 *database, struct query *q); /* a SQLite result code */

static int bind_slice(sqlite3_stmt *statement, int at, struct slice text) {
    return sqlite3_bind_text64(statement, at, text.len ? text.data : "", text.len, SQLITE_STATIC,
                               SQLITE_UTF8);
}

/* A statement with ?1 ?2 ?3 = scope, schema, name. NULL with *code. */
static sqlite3_stmt *prepare(sqlite3 *database, const char *sql, const struct query *q, int *code) {
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

/* Runs a statement that gives no rows. */
static int run(sqlite3 *database, const char *sql, const struct query *q) {
    int code;
    sqlite3_stmt *statement = prepare(database, sql, q, &code);
    if (!statement) {
        return code;
    }
    code = sqlite3_step(statement);
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* From the file, which is left as it is, to an empty catalogue in memory. */
static int go_on_in_memory(struct catalogue *catalogue, int reason) {
    log_event(catalogue->log, LOG_WARNING, "catalogue_in_memory", "reason=\"%s\"",
              reason == SQLITE_MISMATCH ? "the file is not a catalogue of this version"
                                        : sqlite3_errstr(reason));
    sqlite3_close(catalogue->database);
    catalogue->in_memory = true;
    return catalogue_file_open(":memory:", &catalogue->database);
}

struct catalogue *catalogue_open(const char *path, const struct log *log, struct status *status) {
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (!catalogue) {
        status_no_memory(status, "opening the catalogue");
        return NULL;
    }
    catalogue->log = log;
    catalogue->in_memory = path == NULL;
    int code = catalogue_file_open(path ? path : ":memory:", &catalogue->database);
    if (code != SQLITE_OK && path) {
        code = go_on_in_memory(catalogue, code);
    }
    if (code != SQLITE_OK) {
        status_no_memory(status, "opening the catalogue");
        free(catalogue);
        return NULL;
    }
    pthread_mutex_init(&catalogue->mutex, NULL);
    return catalogue;
}

void catalogue_close(struct catalogue *catalogue) {
    if (catalogue) {
        sqlite3_close(catalogue->database);
        pthread_mutex_destroy(&catalogue->mutex);
        free(catalogue);
    }
}

/* Runs an operation, when the file fails it once more in memory. */
static int perform(struct catalogue *catalogue, operation *run_operation, struct query *q) {
    pthread_mutex_lock(&catalogue->mutex);
    int code = catalogue->database ? run_operation(catalogue->database, q) : SQLITE_NOMEM;
    if (code != SQLITE_OK && code != SQLITE_NOMEM && !catalogue->in_memory) {
        code = go_on_in_memory(catalogue, code);
        if (code == SQLITE_OK) {
            code = run_operation(catalogue->database, q);
        }
    }
    pthread_mutex_unlock(&catalogue->mutex);
    return code;
}

static bool perform_or_fail(struct catalogue *catalogue, operation *run_operation, struct query *q,
                            struct status *status) {
    int code = perform(catalogue, run_operation, q);
    return code == SQLITE_OK || status_fail(status, STATUS_INTERNAL, "the catalogue of tables: %s",
                                            sqlite3_errstr(code));
}

static struct query query_of_table(struct slice scope, const struct table *table) {
    return (struct query){.scope = scope,
                          .schema = slice_of(table->schema),
                          .name = slice_of(table->name),
                          .table = table};
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

static int get_columns(sqlite3 *database, struct query *q) {
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

/* Whether the statement, whose ?1 ?2 ?3 name the table, gives a row. */
static int has_row(sqlite3 *database, const char *sql, struct query *q, bool *has) {
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

static int get(sqlite3 *database, struct query *q) {
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

bool catalogue_get(struct catalogue *catalogue, struct slice scope, struct slice schema,
                   struct slice name, struct table **found, struct status *status) {
    struct query q = {.scope = scope, .schema = schema, .name = name};
    bool ok = perform_or_fail(catalogue, get, &q, status);
    *found = q.found;
    return ok;
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

static int insert_columns(sqlite3 *database, const struct query *q) {
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

static int delete_columns(sqlite3 *database, const struct query *q) {
    return run(database,
               "DELETE FROM columns WHERE table_id = (SELECT id FROM tables"
               " WHERE scope = ?1 AND schema = ?2 AND name = ?3)",
               q);
}

static int create(sqlite3 *database, struct query *q) {
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

bool catalogue_create(struct catalogue *catalogue, struct slice scope, const struct table *table,
                      struct status *status) {
    struct query q = query_of_table(scope, table);
    if (!perform_or_fail(catalogue, create, &q, status)) {
        return false;
    }
    return !q.exists || status_fail(status, STATUS_TASK, "table %s.%s exists already",
                                    table->schema, table->name);
}

static int put(sqlite3 *database, struct query *q) {
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

bool catalogue_put(struct catalogue *catalogue, struct slice scope, const struct table *table,
                   struct status *status) {
    struct query q = query_of_table(scope, table);
    return perform_or_fail(catalogue, put, &q, status);
}

static int drop(sqlite3 *database, struct query *q) {
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

bool catalogue_drop(struct catalogue *catalogue, struct slice scope, struct slice schema,
                    struct slice name, struct status *status) {
    struct query q = {.scope = scope, .schema = schema, .name = name};
    return perform_or_fail(catalogue, drop, &q, status);
}

/* --- written --- */

static int mark_written(sqlite3 *database, struct query *q) {
    return run(database, "INSERT OR IGNORE INTO written VALUES (?1, ?2, ?3)", q);
}

void catalogue_mark_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                            struct slice name) {
    struct query q = {.scope = scope, .schema = schema, .name = name};
    int code = perform(catalogue, mark_written, &q);
    if (code != SQLITE_OK) {
        log_event(catalogue->log, LOG_WARNING, "catalogue_not_marked", "reason=\"%s\"",
                  sqlite3_errstr(code));
    }
}

static int is_written(sqlite3 *database, struct query *q) {
    return has_row(database, "SELECT 1 FROM written WHERE scope = ?1 AND schema = ?2 AND name = ?3",
                   q, &q->exists);
}

bool catalogue_is_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                          struct slice name) {
    struct query q = {.scope = scope, .schema = schema, .name = name};
    int code = perform(catalogue, is_written, &q);
    if (code != SQLITE_OK) {
        log_event(catalogue->log, LOG_WARNING, "catalogue_not_read", "reason=\"%s\"",
                  sqlite3_errstr(code));
    }
    return code == SQLITE_OK && q.exists;
}
