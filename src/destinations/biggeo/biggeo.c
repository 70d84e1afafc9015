#include "destinations/biggeo/biggeo.h"

#include "destinations/biggeo/biggeo_api.h"
#include "destinations/biggeo/biggeo_read.h"
#include "destinations/biggeo/biggeo_session.h"
#include "destinations/biggeo/catalogue.h"
#include "destinations/table_name.h"

#include <stdlib.h>

enum { MAX_NAME_BYTES = 64 * 1024 };

/* A 200 can say FAILED. */
static void judge_connection(void *context, const struct http_response *response,
                             struct verdict *verdict) {
    (void)context;
    if (response->outcome != HTTP_ANSWERED) {
        return;
    }
    struct status ignored = STATUS_INIT;
    struct slice answer_status;
    struct json_value *answer = json_parse(buf_slice(&response->body), &ignored);
    bool says = json_text(json_get(answer, "status"), &answer_status);
    if (verdict->kind != VERDICT_DELIVERED) {
        biggeo_add_message(verdict, answer);
    } else if (!says) {
        verdict->kind = VERDICT_FATAL;
        status_fail(&verdict->status, STATUS_TASK,
                    "the server answered, but not as BigGeo does: is the BigGeo URL right?");
    } else if (!slice_equal_text(answer_status, "SUCCEEDED")) {
        verdict->kind = VERDICT_REJECTED;
        status_fail(&verdict->status, STATUS_TASK, "BigGeo says that the connection failed");
        biggeo_add_message(verdict, answer);
    }
    json_destroy(answer);
}

static bool biggeo_test(struct destination *d, const char *name, struct status *status) {
    if (strcmp(name, "connection") != 0) {
        return status_fail(status, STATUS_TASK,
                           "There is no test of this name. Please report this to the maintainers "
                           "of bigdust.");
    }
    struct buf url;
    struct api_call call;
    struct verdict verdict = {0};
    buf_init(&url, MAX_NAME_BYTES);
    biggeo_call_init(&call, &url, d->settings, HTTP_GET, "check-connection",
                     "/data-sources/v1/check-connection");
    call.judge = judge_connection;
    bool ok = api_perform(d->api, &call, NULL, &verdict);
    if (!ok) {
        *status = verdict.status;
    }
    buf_clean_up(&url);
    return ok;
}

/* The account, as the catalogue keys it; the caller cleans it up. */
static struct buf account_of(const struct destination *d) {
    struct buf account;
    buf_init(&account, MAX_NAME_BYTES);
    biggeo_scope_append(&account, d->settings);
    return account;
}

static bool biggeo_describe(struct destination *d, struct slice schema, struct slice name,
                            struct table **found, struct status *status) {
    struct buf account = account_of(d);
    bool ok = catalogue_get(d->shared->catalogue, buf_slice(&account), schema, name, found, status);
    buf_clean_up(&account);
    return ok;
}

static bool biggeo_create(struct destination *d, const struct table *table, struct status *status) {
    struct buf account = account_of(d);
    bool ok = catalogue_create(d->shared->catalogue, buf_slice(&account), table, status);
    buf_clean_up(&account);
    return ok;
}

/* The columns after an AlterTable: those wanted, and, unless they are to be dropped, those there
 * are besides. columns has room for both. */
static size_t altered_columns(const struct table *wanted, const struct table *present,
                              bool drop_columns, struct column *columns) {
    size_t n = 0;
    if (present && !drop_columns) {
        for (size_t i = 0; i < present->n_columns; i++) {
            int at = table_find(wanted, slice_of(present->columns[i].name));
            columns[n] = at >= 0 ? wanted->columns[at] : present->columns[i];
            if (at < 0) {
                columns[n].primary_key = false; /* the request's columns say what the key is */
            }
            n++;
        }
    }
    for (size_t i = 0; i < wanted->n_columns; i++) {
        if (!present || drop_columns ||
            table_find(present, slice_of(wanted->columns[i].name)) < 0) {
            columns[n++] = wanted->columns[i];
        }
    }
    return n;
}

/* The catalogue alone changes: BigGeo itself takes whatever columns a record has. A table that the
 * catalogue does not know was made by another process: it is taken as it is wanted. */
static bool biggeo_alter(struct destination *d, const struct table *table, bool drop_columns,
                         struct notice *notice, struct status *status) {
    (void)notice;
    struct buf account = account_of(d);
    struct table *present = NULL;
    struct column *columns = NULL;
    bool ok = catalogue_get(d->shared->catalogue, buf_slice(&account), slice_of(table->schema),
                            slice_of(table->name), &present, status);
    if (!ok) {
        goto cleanup;
    }
    columns = calloc(table->n_columns + (present ? present->n_columns : 0) + 1, sizeof *columns);
    if (!columns) {
        ok = status_no_memory(status, "altering a table");
        goto cleanup;
    }
    struct table altered = {.schema = table->schema, .name = table->name, .columns = columns};
    altered.n_columns = altered_columns(table, present, drop_columns, columns);
    ok = catalogue_put(d->shared->catalogue, buf_slice(&account), &altered, status);
cleanup:
    free(columns);
    table_copy_destroy(present);
    buf_clean_up(&account);
    return ok;
}

static bool biggeo_exists(struct destination *d, struct slice schema, struct slice name,
                          enum table_presence *presence, struct status *status) {
    struct buf account = account_of(d);
    struct buf name_there;
    bool ok = true;
    buf_init(&name_there, MAX_NAME_BYTES);
    table_name_append(&name_there, schema, name);
    *presence = TABLE_PRESENT;
    if (!catalogue_is_written(d->shared->catalogue, buf_slice(&account), schema, name)) {
        ok = biggeo_read_exists(d, buf_slice(&name_there), presence, status);
    }
    buf_clean_up(&name_there);
    buf_clean_up(&account);
    return ok;
}

static bool biggeo_drop(struct destination *d, struct slice schema, struct slice name,
                        struct notice *notice, struct status *status) {
    struct buf account = account_of(d);
    bool ok = catalogue_drop(d->shared->catalogue, buf_slice(&account), schema, name, status);
    buf_clean_up(&account);
    if (ok) {
        notice_add(notice,
                   "Table %.*s.%.*s is no longer synced, but BigGeo keeps the data it has: its API "
                   "cannot delete. Remove the data source in BigGeo Studio if you want it gone.",
                   SLICE_ARG(schema), SLICE_ARG(name));
    }
    return ok;
}

const struct destination_ops BIGGEO_DESTINATION = {
    .name = "biggeo",
    .truncate_warning =
        "BigGeo keeps every record it was ever sent: the truncate was added to the table as a "
        "record of its own (_fivetran_op \"truncate\" or \"soft_truncate\"), and no row was "
        "removed. "
        "Whoever reads the table must apply it.",
    .test = biggeo_test,
    .open_session = biggeo_session_open,
    .describe = biggeo_describe,
    .create = biggeo_create,
    .alter = biggeo_alter,
    .exists = biggeo_exists,
    .drop = biggeo_drop,
};
