#include "destinations/dust/dust_columns.h"
#include "json/json_writer.h"

static const char mark[] = "bigdust:v1";
static const char mark_prefix[] = "bigdust:v";
static const char source_prefix[] = "bigdust:source:";
static const char generation_prefix[] = "bigdust:generation:";
static const char column_prefix[] = "bigdust:column:";

static const char *const front_end_names[FRONT_END_COUNT] = {
    [FRONT_END_FIVETRAN] = "fivetran",
    [FRONT_END_AIRBYTE] = "airbyte",
};

/* --- writing --- */

/* `"name":"text"` */
static void append_member(struct buf *out, const char *name, const char *text) {
    json_write_key(out, slice_of(name));
    json_write_string(out, slice_of(text));
}

static void make_source_tag(struct buf *tag, const struct table *table, enum front_end front_end) {
    buf_append_text(tag, source_prefix);
    buf_append_char(tag, '{');
    append_member(tag, "front_end", front_end_names[front_end]);
    buf_append_char(tag, ',');
    append_member(tag, "schema", table->schema);
    buf_append_char(tag, ',');
    append_member(tag, "table", table->name);
    buf_append_char(tag, '}');
}

static void make_column_tag(struct buf *tag, size_t at, const struct column *column,
                            const char *name) {
    buf_append_text(tag, column_prefix);
    buf_printf(tag, "{\"at\":%zu,", at);
    append_member(tag, "name", name);
    buf_append_char(tag, ',');
    append_member(tag, "original", column->name);
    buf_append_char(tag, ',');
    append_member(tag, "type", column_type_name(column->type));
    if (column->has_decimal) {
        buf_printf(tag, ",\"precision\":%u,\"scale\":%u", (unsigned)column->precision,
                   (unsigned)column->scale);
    }
    buf_append_text(tag, column->primary_key ? ",\"key\":true}" : "}");
}

/* Column names from the source are cut in error texts. */
enum { SHOWN_NAME_BYTES = 100 };

static bool append_column_tags(const struct dust_table *table, struct buf *tag, struct buf *out,
                               struct status *status) {
    for (size_t i = 0; i < table->table.n_columns; i++) {
        const struct column *column = &table->table.columns[i];
        buf_reset(tag);
        make_column_tag(tag, i, column, table->names[i]);
        if (tag->failed) {
            return status_fail(status, STATUS_TASK,
                               "the name of the column \"%.*s\" of the table %s.%s is too long to "
                               "be kept in Dust: leave the column out, or give it a shorter name",
                               SHOWN_NAME_BYTES, column->name, table->table.schema,
                               table->table.name);
        }
        buf_append_char(out, ',');
        json_write_string(out, buf_slice(tag));
    }
    return true;
}

bool dust_tags_write(const struct dust_table *table, enum front_end front_end, struct buf *out,
                     struct status *status) {
    struct buf tag;
    size_t start = out->len;
    buf_init(&tag, DUST_MAX_TAG_BYTES);
    make_source_tag(&tag, &table->table, front_end);
    buf_append_char(out, '[');
    json_write_string(out, slice_of(mark));
    buf_append_char(out, ',');
    json_write_string(out, buf_slice(&tag));
    bool ok = !tag.failed || status_fail(status, STATUS_TASK,
                                         "the names of the schema and the table %.*s.%.*s are too "
                                         "long to be kept in Dust",
                                         SHOWN_NAME_BYTES, table->table.schema, SHOWN_NAME_BYTES,
                                         table->table.name);
    if (table->generation != 0) {
        buf_printf(out, ",\"%s%lld\"", generation_prefix, (long long)table->generation);
    }
    ok = ok && append_column_tags(table, &tag, out, status);
    buf_append_char(out, ']');
    if (!ok) {
        buf_truncate(out, start);
    }
    buf_clean_up(&tag);
    return ok;
}

/* --- reading --- */

static bool starts_with(struct slice text, const char *prefix) {
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* The JSON behind the prefix; NULL when it is none. The caller destroys it. */
static struct json_value *parse_tag(struct slice tag, const char *prefix) {
    struct status ignored = STATUS_INIT;
    size_t len = strlen(prefix);
    return json_parse(slice_make(tag.data + len, tag.len - len), &ignored);
}

static struct slice member_text(const struct json_value *object, const char *key) {
    struct slice text = SLICE_LITERAL("");
    json_text(json_get(object, key), &text);
    return text;
}

static bool unreadable(const struct dust_table *table, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "the table %s in Dust has tags that cannot be read: they begin with "
                       "\"bigdust:\" and were changed, or a newer version wrote them. Remove the "
                       "table in Dust and sync it again, or choose another table ID prefix",
                       table->id);
}

static bool not_ours(const struct dust_table *table, struct status *status) {
    return status_fail(status, STATUS_TASK,
                       "a table with the ID %s exists already in Dust and was not made by this "
                       "connector: choose another table ID prefix, or remove that table",
                       table->id);
}

/* The source that a tag names must be the one that is expected. */
static bool check_source(struct slice tag, enum front_end front_end, const struct dust_table *table,
                         struct status *status) {
    struct json_value *source = parse_tag(tag, source_prefix);
    struct slice maker = member_text(source, "front_end");
    struct slice schema = member_text(source, "schema");
    struct slice name = member_text(source, "table");
    bool ok = slice_equal_text(maker, front_end_names[front_end]) &&
              slice_equal_text(schema, table->table.schema) &&
              slice_equal_text(name, table->table.name);
    if (maker.len == 0) {
        unreadable(table, status);
    } else if (!ok) {
        status_fail(status, STATUS_TASK,
                    "the table %s in Dust holds %.*s.%.*s from %.*s, not %s.%s from %s: choose "
                    "another table ID prefix",
                    table->id, SLICE_ARG(schema), SLICE_ARG(name), SLICE_ARG(maker),
                    table->table.schema, table->table.name, front_end_names[front_end]);
    }
    json_destroy(source);
    return ok;
}

/* A number of at most 32 bits; false when there is none. */
static bool member_uint(const struct json_value *object, const char *key, uint32_t *number) {
    int64_t value = -1;
    json_int(json_get(object, key), &value);
    *number = (uint32_t)value;
    return value >= 0 && value <= UINT32_MAX;
}

/* The column that a tag's object describes. False when it cannot be read. */
static bool read_column(const struct json_value *object, struct column *column, uint32_t *at) {
    *column = (struct column){.type = column_type_of(member_text(object, "type"))};
    column->has_decimal = member_uint(object, "precision", &column->precision) &&
                          member_uint(object, "scale", &column->scale);
    if (!column->has_decimal) {
        column->precision = column->scale = 0;
    }
    json_bool(json_get(object, "key"), &column->primary_key);
    return member_uint(object, "at", at) && member_text(object, "name").len > 0;
}

/* Puts the column of a tag into its place among n. */
static bool take_column(const struct json_value *object, size_t n, struct arena *arena,
                        struct column *columns, const char **names, const struct dust_table *table,
                        struct status *status) {
    struct column column;
    uint32_t at = 0;
    if (!read_column(object, &column, &at) || at >= n || names[at]) {
        return unreadable(table, status);
    }
    column.name = arena_copy_text(arena, member_text(object, "original"));
    columns[at] = column;
    names[at] = arena_copy_text(arena, member_text(object, "name"));
    return (column.name && names[at]) || status_no_memory(status, "reading a table's tags");
}

/* All columns; there are n tags that describe one. */
static bool read_columns(const struct json_value *tags, size_t n, struct arena *arena,
                         struct dust_table *result, struct status *status) {
    struct column *columns = arena_alloc(arena, (n + 1) * sizeof *columns);
    const char **names = arena_alloc(arena, (n + 1) * sizeof *names);
    if (!columns || !names) {
        return status_no_memory(status, "reading a table's tags");
    }
    memset(names, 0, (n + 1) * sizeof *names);
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_count(tags); i++) {
        struct slice tag;
        if (json_text(json_array_at(tags, i), &tag) && starts_with(tag, column_prefix)) {
            struct json_value *object = parse_tag(tag, column_prefix);
            ok = take_column(object, n, arena, columns, names, result, status);
            json_destroy(object);
        }
    }
    result->table.columns = columns;
    result->table.n_columns = n;
    result->names = names;
    return ok;
}

static void read_generation(struct slice tag, struct dust_table *result) {
    struct json_value *generation = parse_tag(tag, generation_prefix);
    json_int(generation, &result->generation);
    json_destroy(generation);
}

bool dust_tags_read(const struct json_value *tags, enum front_end front_end, struct arena *arena,
                    struct dust_table *result, struct status *status) {
    size_t n_columns = 0;
    result->generation = 0;
    bool has_source = false;
    bool has_mark = false;
    for (size_t i = 0; i < json_array_count(tags); i++) {
        struct slice tag;
        if (!json_text(json_array_at(tags, i), &tag)) {
            continue;
        }
        if (starts_with(tag, source_prefix)) {
            has_source = true;
            if (!check_source(tag, front_end, result, status)) {
                return false;
            }
        } else if (starts_with(tag, mark_prefix)) {
            has_mark = true;
            if (!slice_equal_text(tag, mark)) {
                return unreadable(result, status);
            }
        } else if (starts_with(tag, generation_prefix)) {
            read_generation(tag, result);
        }
        n_columns += starts_with(tag, column_prefix);
    }
    if (!has_source && !has_mark && n_columns == 0) {
        return not_ours(result, status);
    }
    if (!has_source || !has_mark || n_columns > DUST_MAX_COLUMNS) {
        return unreadable(result, status);
    }
    return read_columns(tags, n_columns, arena, result, status);
}
