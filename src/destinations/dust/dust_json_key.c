#include "destinations/dust/dust_json_key.h"

#include "json/json_walk.h"

enum {
    ARENA_BYTES = 16 * 1024 * 1024,
    NAME_BYTES = 24, /* of a number */
};

/* The columns are named by their places, so that ids take them in that order. */
bool dust_json_key_init(struct dust_json_key *key, const struct table *table,
                        const struct stream_mode *stream, struct status *status) {
    size_t n = stream->n_primary_key;
    *key = (struct dust_json_key){.paths = stream->primary_key};
    arena_init(&key->arena, ARENA_BYTES);
    buf_init(&key->text, SIZE_MAX);
    key->columns = arena_alloc(&key->arena, (n + 1) * sizeof *key->columns);
    key->cells = arena_alloc(&key->arena, (n + 1) * sizeof *key->cells);
    bool ok = key->columns && key->cells;
    for (size_t i = 0; ok && i < n; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "%08zu", i);
        key->columns[i] = (struct column){.name = arena_copy_text(&key->arena, slice_of(name)),
                                          .primary_key = true};
        ok = key->columns[i].name != NULL;
    }
    key->table = (struct table){table->schema, table->name, key->columns, n};
    return ok || status_no_memory(status, "preparing a stream");
}

void dust_json_key_clean_up(struct dust_json_key *key) {
    arena_clean_up(&key->arena);
    buf_clean_up(&key->text);
}

static bool find_value(struct slice json, const struct key_path *path, struct slice *value) {
    *value = json;
    bool found = path->n_names > 0;
    for (size_t i = 0; found && i < path->n_names; i++) {
        found = json_walk_find(*value, slice_of(path->names[i]), value);
    }
    return found;
}

static bool has_escapes(struct slice value) {
    return value.data[0] == '"' && memchr(value.data, '\\', value.len) != NULL;
}

/* The type under which the value, as JSON, becomes canonical. */
static enum column_type type_of(struct slice value) {
    bool number = value.data[0] == '-' || (value.data[0] >= '0' && value.data[0] <= '9');
    return number ? COLUMN_DECIMAL : COLUMN_STRING;
}

static struct slice read_text(struct buf *text, struct slice value) {
    if (has_escapes(value)) {
        size_t start = text->len;
        json_string_append(text, value);
        return slice_make(buf_slice(text).data + start, text->len - start);
    }
    return value.data[0] == '"' ? slice_make(value.data + 1, value.len - 2) : value;
}

void dust_json_key_read(struct dust_json_key *key, struct slice json) {
    size_t escaped = 0;
    for (size_t i = 0; i < key->table.n_columns; i++) {
        struct slice value;
        bool found = find_value(json, &key->paths[i], &value) && value.data[0] != 'n';
        key->cells[i] = found ? (struct cell){CELL_TEXT, value} : (struct cell){.kind = CELL_NULL};
        key->columns[i].type = found ? type_of(value) : COLUMN_STRING;
        escaped += found && has_escapes(value) ? value.len : 0;
    }
    buf_reset(&key->text);
    buf_reserve(&key->text, escaped); /* the cells point into it: it must not move */
    for (size_t i = 0; i < key->table.n_columns; i++) {
        if (key->cells[i].kind == CELL_TEXT) {
            key->cells[i].text = read_text(&key->text, key->cells[i].text);
        }
    }
}
