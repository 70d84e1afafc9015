#include "destinations/biggeo/catalogue.h"

#include "destinations/biggeo/catalogue_query.h"

#include <pthread.h>
#include <stdlib.h>

struct catalogue {
    pthread_mutex_t mutex; /* held around every use of the rest */
    const struct log *log;
    sqlite3 *database;
    bool in_memory;
};

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
static int perform(struct catalogue *catalogue, catalogue_query_operation *operation,
                   struct catalogue_query *q) {
    pthread_mutex_lock(&catalogue->mutex);
    int code = catalogue->database ? operation(catalogue->database, q) : SQLITE_NOMEM;
    if (code != SQLITE_OK && code != SQLITE_NOMEM && !catalogue->in_memory) {
        code = go_on_in_memory(catalogue, code);
        if (code == SQLITE_OK) {
            code = operation(catalogue->database, q);
        }
    }
    pthread_mutex_unlock(&catalogue->mutex);
    return code;
}

static bool perform_or_fail(struct catalogue *catalogue, catalogue_query_operation *operation,
                            struct catalogue_query *q, struct status *status) {
    int code = perform(catalogue, operation, q);
    return code == SQLITE_OK || status_fail(status, STATUS_INTERNAL, "the catalogue of tables: %s",
                                            sqlite3_errstr(code));
}

static struct catalogue_query query_of_table(struct slice scope, const struct table *table) {
    return (struct catalogue_query){.scope = scope,
                                    .schema = slice_of(table->schema),
                                    .name = slice_of(table->name),
                                    .table = table};
}

bool catalogue_get(struct catalogue *catalogue, struct slice scope, struct slice schema,
                   struct slice name, struct table **found, struct status *status) {
    struct catalogue_query q = {.scope = scope, .schema = schema, .name = name};
    bool ok = perform_or_fail(catalogue, catalogue_query_get, &q, status);
    *found = q.found;
    return ok;
}

bool catalogue_create(struct catalogue *catalogue, struct slice scope, const struct table *table,
                      struct status *status) {
    struct catalogue_query q = query_of_table(scope, table);
    if (!perform_or_fail(catalogue, catalogue_query_create, &q, status)) {
        return false;
    }
    return !q.exists || status_fail(status, STATUS_TASK, "table %s.%s exists already",
                                    table->schema, table->name);
}

bool catalogue_put(struct catalogue *catalogue, struct slice scope, const struct table *table,
                   struct status *status) {
    struct catalogue_query q = query_of_table(scope, table);
    return perform_or_fail(catalogue, catalogue_query_put, &q, status);
}

bool catalogue_drop(struct catalogue *catalogue, struct slice scope, struct slice schema,
                    struct slice name, struct status *status) {
    struct catalogue_query q = {.scope = scope, .schema = schema, .name = name};
    return perform_or_fail(catalogue, catalogue_query_drop, &q, status);
}

void catalogue_mark_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                            struct slice name) {
    struct catalogue_query q = {.scope = scope, .schema = schema, .name = name};
    int code = perform(catalogue, catalogue_query_mark_written, &q);
    if (code != SQLITE_OK) {
        log_event(catalogue->log, LOG_WARNING, "catalogue_not_marked", "reason=\"%s\"",
                  sqlite3_errstr(code));
    }
}

bool catalogue_is_written(struct catalogue *catalogue, struct slice scope, struct slice schema,
                          struct slice name) {
    struct catalogue_query q = {.scope = scope, .schema = schema, .name = name};
    int code = perform(catalogue, catalogue_query_is_written, &q);
    if (code != SQLITE_OK) {
        log_event(catalogue->log, LOG_WARNING, "catalogue_not_read", "reason=\"%s\"",
                  sqlite3_errstr(code));
    }
    return code == SQLITE_OK && q.exists;
}
