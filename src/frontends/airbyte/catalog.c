#include "frontends/airbyte/catalog.h"

#include "base/hash.h"
#include "destinations/table_name.h"
#include "frontends/airbyte/text_file.h"
#include "json/json_value.h"

#include <stdlib.h>

enum {
    MAX_CATALOG_BYTES = 128 * 1024 * 1024, /* thousands of streams with their schemas */
    ARENA_BYTES = 128 * 1024 * 1024,
    MAX_NAME_BYTES = 64 * 1024,
    MAX_STREAMS = 1 << 24,
};

/* A name as the arena's own C string. NULL with *status. */
static const char *own_name(struct catalog *c, struct slice name, struct status *status) {
    if (name.len > MAX_NAME_BYTES || memchr(name.data, '\0', name.len)) {
        status_fail(status, STATUS_TASK,
                    "The catalog has a stream, namespace or key with a name that is longer than %d "
                    "bytes or holds a NUL character.",
                    MAX_NAME_BYTES);
        return NULL;
    }
    const char *copy = arena_copy_text(&c->arena, name);
    if (!copy) {
        status_no_memory(status, "reading the catalog");
    }
    return copy;
}

static void *own_array(struct catalog *c, size_t n, size_t size, struct status *status) {
    void *array = arena_alloc(&c->arena, (n + 1) * size);
    if (!array) {
        status_no_memory(status, "reading the catalog");
    }
    return array;
}

static bool fail_key(struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "The catalog has a primary key that is not a list of lists of names.");
}

static bool parse_path(struct catalog *c, const struct json_value *path, struct key_path *out,
                       struct status *status) {
    size_t n = json_array_count(path);
    const char **names = own_array(c, n, sizeof *names, status);
    if (!names) {
        return false;
    }
    if (!json_is_array(path)) {
        return fail_key(status);
    }
    for (size_t i = 0; i < n; i++) {
        struct slice name;
        if (!json_text(json_array_at(path, i), &name)) {
            return fail_key(status);
        }
        names[i] = own_name(c, name, status);
        if (!names[i]) {
            return false;
        }
    }
    *out = (struct key_path){names, n};
    return true;
}

static bool parse_key(struct catalog *c, const struct json_value *key, struct stream *stream,
                      struct status *status) {
    size_t n = json_array_count(key);
    struct key_path *paths = own_array(c, n, sizeof *paths, status);
    struct column *columns = own_array(c, n, sizeof *columns, status);
    if (!paths || !columns) {
        return false;
    }
    if (key && !json_is_array(key)) {
        return fail_key(status);
    }
    size_t n_paths = 0;
    for (size_t i = 0; i < n; i++) {
        struct key_path *path = &paths[n_paths];
        if (!parse_path(c, json_array_at(key, i), path, status)) {
            return false;
        }
        if (path->n_names == 1) {
            columns[stream->table.n_columns++] =
                (struct column){.name = path->names[0], .type = COLUMN_JSON, .primary_key = true};
        }
        n_paths += path->n_names > 0; /* an empty path names no field */
    }
    stream->table.columns = columns;
    stream->mode.primary_key = paths;
    stream->mode.n_primary_key = n_paths;
    return true;
}

static bool parse_mode(const struct json_value *configured, struct stream *stream,
                       struct status *status) {
    struct slice name = {"", 0};
    json_text(json_get(configured, "destination_sync_mode"), &name);
    for (int mode = WRITE_APPEND; mode <= WRITE_OVERWRITE; mode++) {
        if (slice_equal_text(name, write_mode_name((enum write_mode)mode))) {
            stream->mode.mode = (enum write_mode)mode;
            return true;
        }
    }
    return status_fail(status, STATUS_TASK,
                       "Stream \"%s\" has the destination sync mode \"%.*s\", which is not known. "
                       "Choose append, overwrite or append_dedup.",
                       stream->table.name, SLICE_ARG(name));
}

/* contracts/airbyte.md, rule 6. */
static bool parse_generation(const struct json_value *configured, struct stream *stream,
                             struct status *status) {
    int64_t minimum = 0;
    json_int(json_get(configured, "generation_id"), &stream->mode.generation_id);
    json_int(json_get(configured, "minimum_generation_id"), &minimum);
    if (minimum != 0 && minimum != stream->mode.generation_id) {
        return status_fail(status, STATUS_TASK,
                           "Stream \"%s\" has the minimum generation %lld and the generation %lld: "
                           "keeping some of the older generations is not possible. Refresh or "
                           "clear the stream.",
                           stream->table.name, (long long)minimum,
                           (long long)stream->mode.generation_id);
    }
    stream->mode.replaces = minimum != 0 || stream->mode.mode == WRITE_OVERWRITE;
    return true;
}

static bool parse_stream(struct catalog *c, const struct json_value *configured,
                         struct stream *stream, struct status *status) {
    const struct json_value *about = json_get(configured, "stream");
    struct slice name;
    struct slice schema = {"", 0};
    if (!json_text(json_get(about, "name"), &name)) {
        return status_fail(status, STATUS_TASK, "The catalog has a stream without a name.");
    }
    json_text(json_get(about, "namespace"), &schema);
    *stream = (struct stream){.table = {.schema = own_name(c, schema, status)}};
    stream->table.name = stream->table.schema ? own_name(c, name, status) : NULL;
    if (!stream->table.name || !parse_mode(configured, stream, status) ||
        !parse_generation(configured, stream, status) ||
        !parse_key(c, json_get(configured, "primary_key"), stream, status)) {
        return false;
    }
    if (stream->mode.mode == WRITE_APPEND_DEDUP && stream->mode.n_primary_key == 0) {
        return status_fail(status, STATUS_TASK,
                           "Stream \"%s\" is to be deduplicated, but has no primary key. Choose "
                           "one, or the sync mode append.",
                           stream->table.name);
    }
    return true;
}

/* The bucket of the stream, or the free one where it belongs. */
static uint32_t *bucket_of(const struct catalog *c, struct slice schema, struct slice name) {
    uint64_t hash = hash_mix(hash_add(HASH_START, schema));
    size_t at = (size_t)hash_mix(hash_add(hash, name)) & (c->n_buckets - 1);
    for (; c->buckets[at] != 0; at = (at + 1) & (c->n_buckets - 1)) {
        const struct table *table = &c->streams[c->buckets[at] - 1].table;
        if (slice_equal_text(name, table->name) && slice_equal_text(schema, table->schema)) {
            break;
        }
    }
    return &c->buckets[at];
}

struct stream *catalog_find(const struct catalog *c, struct slice schema, struct slice name) {
    uint32_t found = c->n_buckets > 0 ? *bucket_of(c, schema, name) : 0;
    return found ? &c->streams[found - 1] : NULL;
}

static bool index_streams(struct catalog *c, struct status *status) {
    size_t n = 16;
    while (n < 2 * c->n_streams) {
        n *= 2;
    }
    c->buckets = own_array(c, n, sizeof *c->buckets, status);
    if (!c->buckets) {
        return false;
    }
    memset(c->buckets, 0, n * sizeof *c->buckets);
    c->n_buckets = n;
    for (size_t i = 0; i < c->n_streams; i++) {
        const struct table *table = &c->streams[i].table;
        uint32_t *bucket = bucket_of(c, slice_of(table->schema), slice_of(table->name));
        if (*bucket != 0) {
            return status_fail(status, STATUS_TASK,
                               "The catalog has the stream \"%s\" of the namespace \"%s\" twice.",
                               table->name, table->schema);
        }
        *bucket = (uint32_t)i + 1;
    }
    return true;
}

/* A stream and its name on the other side. */
struct named {
    const struct stream *stream;
    const char *there;
};

static int compare_named(const void *a, const void *b) {
    return strcmp(((const struct named *)a)->there, ((const struct named *)b)->there);
}

/* No two streams may meet in one table there: `a__b` without a namespace, and `b` of `a`. */
static bool check_names(struct catalog *c, struct status *status) {
    struct named *names = own_array(c, c->n_streams, sizeof *names, status);
    struct buf there;
    if (!names) {
        return false;
    }
    buf_init(&there, (size_t)4 * MAX_NAME_BYTES);
    for (size_t i = 0; i < c->n_streams; i++) {
        const struct table *table = &c->streams[i].table;
        buf_reset(&there);
        table_name_append(&there, slice_of(table->schema), slice_of(table->name));
        names[i].stream = &c->streams[i];
        names[i].there = arena_copy_text(&c->arena, buf_slice(&there));
        if (!names[i].there || there.failed) {
            buf_clean_up(&there);
            return status_no_memory(status, "reading the catalog");
        }
    }
    buf_clean_up(&there);
    if (c->n_streams > 0) {
        qsort(names, c->n_streams, sizeof *names, compare_named);
    }
    for (size_t i = 1; i < c->n_streams; i++) {
        if (strcmp(names[i - 1].there, names[i].there) == 0) {
            return status_fail(status, STATUS_TASK,
                               "Two streams would both be written to the table %s: \"%s\" of the "
                               "namespace \"%s\" and \"%s\" of the namespace \"%s\". Give one of "
                               "them another namespace or a prefix in the connection's settings.",
                               names[i].there, names[i - 1].stream->table.name,
                               names[i - 1].stream->table.schema, names[i].stream->table.name,
                               names[i].stream->table.schema);
        }
    }
    return true;
}

static bool parse_streams(struct catalog *c, const struct json_value *streams,
                          struct status *status) {
    size_t n = json_array_count(streams);
    if (n == 0 || n > MAX_STREAMS) {
        return status_fail(status, STATUS_TASK, "The catalog names no streams.");
    }
    c->streams = own_array(c, n, sizeof *c->streams, status);
    if (!c->streams) {
        return false;
    }
    for (; c->n_streams < n; c->n_streams++) {
        if (!parse_stream(c, json_array_at(streams, c->n_streams), &c->streams[c->n_streams],
                          status)) {
            return false;
        }
    }
    return index_streams(c, status) && check_names(c, status);
}

static void catalog_init(struct catalog *c) {
    *c = (struct catalog){0};
    arena_init(&c->arena, ARENA_BYTES);
}

bool catalog_parse(struct catalog *c, struct slice text, struct status *status) {
    catalog_init(c);
    struct json_value *document = json_parse(text, status);
    if (!document) {
        const struct status reason = *status;
        return status_fail(status, STATUS_TASK, "The catalog %s.", reason.message);
    }
    bool ok = parse_streams(c, json_get(document, "streams"), status);
    json_destroy(document);
    return ok;
}

bool catalog_read(struct catalog *c, const char *path, struct status *status) {
    struct buf text;
    catalog_init(c);
    buf_init(&text, MAX_CATALOG_BYTES);
    bool ok = text_file_read(path, "catalog", &text, status) &&
              catalog_parse(c, buf_slice(&text), status);
    buf_clean_up(&text);
    return ok;
}

void catalog_clean_up(struct catalog *c) {
    arena_clean_up(&c->arena);
}
