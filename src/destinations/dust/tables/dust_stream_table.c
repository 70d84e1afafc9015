#include "destinations/dust/tables/dust_stream_table.h"

#include "json/json_walk.h"

enum {
    ARENA_BYTES = 16 * 1024 * 1024,
    INDEX_BYTES = 8 * 1024 * 1024,
    MAX_RECORD_BYTES = 64 * 1024 * 1024,
    DESCRIPTION_BYTES = 8 * 1024 * 1024,
};

void dust_stream_table_init(struct dust_stream_table *t, enum front_end front_end) {
    *t = (struct dust_stream_table){.front_end = front_end};
    arena_init(&t->arena, ARENA_BYTES);
    key_index_init(&t->originals, INDEX_BYTES);
    buf_init(&t->scratch, MAX_RECORD_BYTES);
    buf_init(&t->description, DESCRIPTION_BYTES);
    pthread_mutex_init(&t->mutex, NULL);
}

void dust_stream_table_clean_up(struct dust_stream_table *t) {
    arena_clean_up(&t->arena);
    key_index_clean_up(&t->originals);
    buf_clean_up(&t->scratch);
    buf_clean_up(&t->description);
    pthread_mutex_destroy(&t->mutex);
}

/* --- what Dust knows --- */

static bool index_columns(struct dust_stream_table *t, struct status *status) {
    for (size_t i = 0; i < t->table.table.n_columns; i++) {
        size_t at;
        if (!key_index_add(&t->originals, slice_of(t->columns[i].name), &at, status)) {
            return false;
        }
        if (at != i) {
            return status_fail(status, STATUS_TASK,
                               "the table %s in Dust has tags that name a column twice. Remove the "
                               "table in Dust and sync the stream again from the start",
                               t->table.id);
        }
    }
    return true;
}

bool dust_stream_table_load(struct dust_stream_table *t, struct dust_api *api,
                            const struct table *table, bool *is_new, struct status *status) {
    struct dust_table known;
    bool there;
    if (!dust_table_get(api, slice_of(table->schema), slice_of(table->name), &t->arena, &known,
                        &there, status)) {
        return false;
    }
    *is_new = !there;
    if (!there && !dust_table_make(api, &known, status)) {
        return false;
    }
    t->columns = arena_alloc(&t->arena, DUST_MAX_COLUMNS * sizeof *t->columns);
    t->names = arena_alloc(&t->arena, DUST_MAX_COLUMNS * sizeof *t->names);
    if (!t->columns || !t->names) {
        return status_no_memory(status, "preparing a table");
    }
    for (size_t i = 0; i < known.table.n_columns; i++) {
        t->columns[i] = known.table.columns[i];
        t->names[i] = known.names[i];
    }
    t->table = known;
    t->table.table.columns = t->columns;
    t->table.names = t->names;
    return index_columns(t, status);
}

/* --- the description --- */

/* mutex held. */
static bool describe_locked(struct dust_stream_table *t, struct status *status) {
    buf_reset(&t->description);
    bool ok = dust_table_describe(t->front_end, &t->table, &t->description, status);
    t->version++;
    return ok;
}

bool dust_stream_table_set_generation(struct dust_stream_table *t, int64_t generation,
                                      struct status *status) {
    if (t->table.generation == generation) {
        return true;
    }
    pthread_mutex_lock(&t->mutex);
    t->table.generation = generation;
    bool ok = describe_locked(t, status);
    pthread_mutex_unlock(&t->mutex);
    return ok;
}

uint64_t dust_stream_table_version(struct dust_stream_table *t) {
    pthread_mutex_lock(&t->mutex);
    uint64_t version = t->version;
    pthread_mutex_unlock(&t->mutex);
    return version;
}

uint64_t dust_stream_table_copy_description(struct dust_stream_table *t, struct buf *body) {
    struct status ignored = STATUS_INIT;
    pthread_mutex_lock(&t->mutex);
    bool ok = t->version > 0 || describe_locked(t, &ignored);
    uint64_t version = t->version;
    buf_reset(body);
    buf_append_slice(body, buf_slice(&t->description));
    pthread_mutex_unlock(&t->mutex);
    body->failed = body->failed || !ok;
    return version;
}

struct dust_table dust_stream_table_now(struct dust_stream_table *t) {
    pthread_mutex_lock(&t->mutex);
    struct dust_table now = t->table;
    pthread_mutex_unlock(&t->mutex);
    return now;
}

/* --- columns --- */

/* The member's own name: a slice of the key, or of the scratch. */
static struct slice plain_name(struct dust_stream_table *t, struct slice key) {
    struct slice inside = slice_make(key.data + 1, key.len - 2);
    if (!memchr(inside.data, '\\', inside.len)) {
        return inside;
    }
    buf_reset(&t->scratch);
    json_string_append(&t->scratch, key);
    return buf_slice(&t->scratch);
}

size_t dust_stream_table_find(struct dust_stream_table *t, struct slice key, size_t hint) {
    if (hint < t->originals.n_keys && json_string_equal(key, t->originals.keys[hint])) {
        return hint;
    }
    return key_index_find(&t->originals, plain_name(t, key));
}

/* Puts a newcomer in place number n_columns, without a name there yet. */
static bool add_column(struct dust_stream_table *t, struct slice name, size_t n_columns,
                       struct status *status) {
    size_t at;
    const struct table *table = &t->table.table;
    if (n_columns + 1 >= DUST_MAX_COLUMNS) {
        return status_fail(status, STATUS_TASK,
                           "Stream %s%s%s has more than %d columns, those that it had in earlier "
                           "syncs included; Dust takes no more. Leave some out of the sync, then "
                           "remove the table %s in Dust and sync the stream again from the start.",
                           TABLE_ARGS(table), DUST_MAX_COLUMNS - 1, t->table.id);
    }
    if (t->scratch.failed || name.len > DUST_MAX_TAG_BYTES ||
        memchr(name.data, '\0', name.len) != NULL) {
        return status_fail(status, STATUS_TASK,
                           "Stream %s%s%s has a record with a column whose name is longer than %d "
                           "bytes or holds a NUL character, which cannot be kept in Dust. Leave "
                           "the column out of the sync.",
                           TABLE_ARGS(table), DUST_MAX_TAG_BYTES);
    }
    if (!key_index_add(&t->originals, name, &at, status)) {
        return false;
    }
    t->columns[at] = (struct column){.name = t->originals.keys[at].data};
    t->names[at] = NULL;
    return true;
}

bool dust_stream_table_learn(struct dust_stream_table *t, struct slice json,
                             struct status *status) {
    struct json_walk walk;
    struct slice key;
    struct slice value;
    struct table table = t->table.table;
    json_walk_start(&walk, json);
    while (json_walk_member(&walk, &key, &value)) {
        struct slice name = plain_name(t, key);
        if (key_index_find(&t->originals, name) == KEY_INDEX_NONE &&
            !add_column(t, name, t->originals.n_keys, status)) {
            return false;
        }
    }
    table.n_columns = t->originals.n_keys;
    if (!dust_columns_name_newcomers(&table, t->names, &t->arena)) {
        return status_no_memory(status, "naming the columns of a table");
    }
    pthread_mutex_lock(&t->mutex);
    t->table.table = table;
    bool ok = describe_locked(t, status);
    pthread_mutex_unlock(&t->mutex);
    return ok;
}
