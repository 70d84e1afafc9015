#include "batch_file/batch_file.h"
#include "frontends/fivetran/handlers.h"
#include "frontends/fivetran/proto_map.h"

#include <stdlib.h>

/* A kind of files in a request, in the order in which kinds are applied. */
struct file_kind {
    enum record_operation operation;
    char *const *paths;
    size_t n_paths;
};

/* An entry of the map of keys. */
struct file_key {
    const char *path;
    struct slice bytes;
    size_t place; /* in the request */
};

/* What WriteBatchRequest and WriteHistoryBatchRequest have in common. */
struct write_request {
    const char *schema;
    const FivetranSdk__V2__Table *table;
    const FivetranSdk__V2__FileParams *params;
    struct file_kind kinds[4];
    size_t n_kinds;
    struct file_key *keys; /* as they came; sorted by sort_keys */
    size_t n_keys;
};

static int compare_keys(const void *a, const void *b) {
    const struct file_key *x = a;
    const struct file_key *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

/* By path, so that as many files as keys are looked up quickly. Of a path that is there twice the
 * last counts (protobuf maps): it alone stays. */
static void sort_keys(struct write_request *request) {
    size_t kept = 0;
    if (request->n_keys > 0) {
        qsort(request->keys, request->n_keys, sizeof *request->keys, compare_keys);
    }
    for (size_t i = 0; i < request->n_keys; i++) {
        bool again = kept > 0 && strcmp(request->keys[kept - 1].path, request->keys[i].path) == 0;
        request->keys[again ? kept - 1 : kept++] = request->keys[i];
    }
    request->n_keys = kept;
}

static int compare_path(const void *path, const void *key) {
    return strcmp(path, ((const struct file_key *)key)->path);
}

static struct slice key_of(const struct write_request *request, const char *path) {
    const struct file_key *found =
        request->n_keys == 0
            ? NULL
            : bsearch(path, request->keys, request->n_keys, sizeof *found, compare_path);
    return found ? found->bytes : slice_of(NULL);
}

/* The files of all kinds in order. NULL: no memory. */
static struct batch_file *list_files(const struct write_request *request, struct arena *arena,
                                     size_t *n_files) {
    *n_files = 0;
    for (size_t k = 0; k < request->n_kinds; k++) {
        *n_files += request->kinds[k].n_paths;
    }
    struct batch_file *files = arena_alloc(arena, (*n_files + 1) * sizeof *files);
    struct batch_file *file = files;
    for (size_t k = 0; files && k < request->n_kinds; k++) {
        const struct file_kind *kind = &request->kinds[k];
        for (size_t i = 0; i < kind->n_paths; i++) {
            *file++ = (struct batch_file){kind->operation, kind->paths[i],
                                          key_of(request, kind->paths[i])};
        }
    }
    return files;
}

static bool read_params(const FivetranSdk__V2__FileParams *params, struct batch_files *spec,
                        struct status *status) {
    static const enum batch_compression compressions[] = {
        [FIVETRAN_SDK__V2__COMPRESSION__OFF] = BATCH_PLAIN,
        [FIVETRAN_SDK__V2__COMPRESSION__ZSTD] = BATCH_ZSTD,
        [FIVETRAN_SDK__V2__COMPRESSION__GZIP] = BATCH_GZIP,
    };
    if (!params) {
        return true; /* every field at its default: plain files, empty texts */
    }
    if ((unsigned)params->compression >= sizeof compressions / sizeof compressions[0]) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "unknown compression number %d",
                           (int)params->compression);
    }
    if (params->encryption != FIVETRAN_SDK__V2__ENCRYPTION__NONE &&
        params->encryption != FIVETRAN_SDK__V2__ENCRYPTION__AES) {
        return status_fail(status, STATUS_INVALID_ARGUMENT, "unknown encryption number %d",
                           (int)params->encryption);
    }
    spec->compression = compressions[params->compression];
    spec->encrypted = params->encryption == FIVETRAN_SDK__V2__ENCRYPTION__AES;
    spec->null_string = slice_of(params->null_string);
    spec->unmodified_string = slice_of(params->unmodified_string);
    return true;
}

/* rewrite_write or rewrite_write_history. */
typedef bool write_fn(struct rewrite *rw, const struct table *table, struct record_source *source,
                      struct status *status);

static bool write_files(struct call *call, struct write_request *request, write_fn *write,
                        struct status *status) {
    struct table table;
    struct batch_files spec = {.table = &table};
    if (!proto_to_table(request->table, request->schema, &call->arena, &table, status) ||
        !read_params(request->params, &spec, status)) {
        return false;
    }
    sort_keys(request);
    spec.files = list_files(request, &call->arena, &spec.n_files);
    if (!spec.files) {
        return status_no_memory(status, "listing the files of a request");
    }
    if (spec.n_files == 0) {
        return true;
    }
    struct batch_file_source *source = batch_file_source_open(&spec, status);
    if (!source && status->code == STATUS_DATA_LOSS) {
        status_context(status, "table %s%s%s: nothing of this batch was kept", TABLE_ARGS(&table));
    }
    bool ok = source && write(&call->rewrite, &table, batch_file_source_records(source), status);
    batch_file_source_close(source);
    return ok;
}

/* Copies the entries of a map<string,bytes>. */
#define READ_KEYS(request, message, arena)                                                         \
    (request)->keys = arena_alloc((arena), ((message)->n_keys + 1) * sizeof *(request)->keys);     \
    (request)->n_keys = (request)->keys ? (message)->n_keys : 0;                                   \
    for (size_t i_ = 0; i_ < (request)->n_keys; i_++) {                                            \
        (request)->keys[i_] = (struct file_key){                                                   \
            (message)->keys[i_]->key,                                                              \
            slice_make((message)->keys[i_]->value.data, (message)->keys[i_]->value.len), i_};      \
    }

static bool batch_read(const ProtobufCMessage *message, struct arena *arena,
                       struct request_view *view) {
    const FivetranSdk__V2__WriteBatchRequest *request =
        (const FivetranSdk__V2__WriteBatchRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table ? request->table->name : "";
    return view->configuration != NULL;
}

static bool batch_run(struct call *call, const ProtobufCMessage *base, struct answer *answer,
                      struct status *status) {
    const FivetranSdk__V2__WriteBatchRequest *message =
        (const FivetranSdk__V2__WriteBatchRequest *)base;
    (void)answer;
    struct write_request request = {
        .schema = message->schema_name,
        .table = message->table,
        .params = message->file_params,
        .kinds = {{RECORD_UPSERT, message->replace_files, message->n_replace_files},
                  {RECORD_UPDATE, message->update_files, message->n_update_files},
                  {RECORD_DELETE, message->delete_files, message->n_delete_files}},
        .n_kinds = 3,
    };
    READ_KEYS(&request, message, &call->arena)
    return write_files(call, &request, rewrite_write, status);
}

const struct operation OPERATION_WRITE_BATCH = {
    .name = "WriteBatch",
    .request_type = &fivetran_sdk__v2__write_batch_request__descriptor,
    .read = batch_read,
    .run = batch_run,
    .pack = answer_pack_outcome,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};

static bool history_read(const ProtobufCMessage *message, struct arena *arena,
                         struct request_view *view) {
    const FivetranSdk__V2__WriteHistoryBatchRequest *request =
        (const FivetranSdk__V2__WriteHistoryBatchRequest *)message;
    OPERATION_READ_CONFIGURATION(request, arena, view)
    view->schema = request->schema_name;
    view->table = request->table ? request->table->name : "";
    return view->configuration != NULL;
}

static bool history_run(struct call *call, const ProtobufCMessage *base, struct answer *answer,
                        struct status *status) {
    const FivetranSdk__V2__WriteHistoryBatchRequest *message =
        (const FivetranSdk__V2__WriteHistoryBatchRequest *)base;
    (void)answer;
    struct write_request request = {
        .schema = message->schema_name,
        .table = message->table,
        .params = message->file_params,
        .kinds = {{RECORD_EARLIEST_START, message->earliest_start_files,
                   message->n_earliest_start_files},
                  {RECORD_UPSERT, message->replace_files, message->n_replace_files},
                  {RECORD_UPDATE, message->update_files, message->n_update_files},
                  {RECORD_DELETE, message->delete_files, message->n_delete_files}},
        .n_kinds = 4,
    };
    READ_KEYS(&request, message, &call->arena)
    return write_files(call, &request, rewrite_write_history, status);
}

const struct operation OPERATION_WRITE_HISTORY_BATCH = {
    .name = "WriteHistoryBatch",
    .request_type = &fivetran_sdk__v2__write_history_batch_request__descriptor,
    .read = history_read,
    .run = history_run,
    .pack = answer_pack_outcome,
    .policy = &ATTEMPT_POLICY_DEFAULT,
    .max_ms = OPERATION_MAX_MS,
};
