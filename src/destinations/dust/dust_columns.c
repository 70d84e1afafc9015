#include "destinations/dust/dust_columns.h"

#include "base/utf8.h"
#include "destinations/table_name.h"

enum {
    TABLE_HASH_DIGITS = 8,
    SUFFIX_BYTES = 4,                 /* of `_512` */
    MAX_NAMES = 2 * DUST_MAX_COLUMNS, /* of a table's columns and the known ones together */
};

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* --- a table's id --- */

/* Appends text reduced and cut; true when that changed nothing. */
static bool append_reduced(struct buf *out, struct slice text) {
    bool same = text.len <= DUST_MAX_NAME_BYTES;
    for (size_t i = 0; i < text.len && i < DUST_MAX_NAME_BYTES; i++) {
        char c = text.data[i];
        bool kept = is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
        buf_append_char(out, kept ? c : '_');
        same = same && kept;
    }
    return same;
}

void dust_table_id_append(struct buf *out, const char *prefix, struct slice schema,
                          struct slice table) {
    struct buf name;
    size_t start = out->len;
    buf_init(&name, SIZE_MAX);
    buf_append_text(&name, prefix);
    table_name_append(&name, schema, table);
    bool same = append_reduced(out, buf_slice(&name));
    struct slice id = slice_make(buf_slice(out).data + start, out->len - start);
    if (!same || slice_equal_text(id, "csv")) {
        const struct slice parts[] = {schema, table};
        buf_append_char(out, '-');
        sha256_hex_append(out, parts, 2, TABLE_HASH_DIGITS);
    }
    out->failed = out->failed || name.failed;
    buf_clean_up(&name);
}

bool dust_table_name(const char *prefix, struct slice schema, struct slice name,
                     struct arena *arena, struct dust_table *result) {
    struct buf id;
    buf_init(&id, SIZE_MAX);
    dust_table_id_append(&id, prefix, schema, name);
    *result = (struct dust_table){
        .table = {.schema = arena_copy_text(arena, schema), .name = arena_copy_text(arena, name)},
        .id = id.failed ? NULL : arena_copy_text(arena, buf_slice(&id)),
    };
    buf_clean_up(&id);
    return result->table.schema && result->table.name && result->id;
}

/* --- a column's name --- */

/* Appends c, which is one of [a-z0-9_], as Dust would leave it behind what stands there. */
static void append_sanitised(struct buf *out, size_t start, char c) {
    char before = out->len > start ? out->data[out->len - 1] : '\0';
    if (c == '_' && before == '_') {
        return;
    }
    if (is_digit(c) && is_lower(before)) {
        buf_append_char(out, '_');
    }
    buf_append_char(out, c);
}

void dust_column_name_append(struct buf *out, struct slice name) {
    size_t start = out->len;
    bool has_word = false;
    while (name.len && out->len - start < DUST_MAX_NAME_BYTES && !out->failed) {
        size_t len = utf8_step(name).len;
        char c = is_upper(name.data[0]) ? (char)(name.data[0] - 'A' + 'a') : name.data[0];
        bool word = is_lower(c) || is_digit(c);
        has_word = has_word || word;
        append_sanitised(out, start, word ? c : '_');
        name = slice_make(name.data + len, name.len - len);
    }
    if (!has_word) {
        buf_truncate(out, start);
        buf_append_text(out, "column");
    }
    buf_truncate(out, start + DUST_MAX_NAME_BYTES);
    if (slice_equal_text(slice_make(buf_slice(out).data + start, out->len - start),
                         DUST_EXACT_COLUMN)) {
        buf_append_text(out, "_2");
    }
}

/* --- the names of all columns --- */

/* Names that are given out; NULL: none yet. */
struct taken {
    const char *const *names; /* of the columns of the table */
    size_t n;
    const struct dust_table *known;
    size_t n_known;
};

static const char *taken_at(const struct taken *taken, size_t at) {
    return at < taken->n ? taken->names[at] : taken->known->names[at - taken->n];
}

/* The number that name has behind base and an `_`; 0: none that we would give. */
static size_t suffix_number(const char *name, struct slice base) {
    size_t number = 0;
    if (strncmp(name, base.data, base.len) != 0 || name[base.len] == '0') {
        return 0;
    }
    const char *p = name + base.len;
    for (; is_digit(*p) && number < MAX_NAMES; p++) {
        number = number * 10 + (size_t)(*p - '0');
    }
    return *p == '\0' ? number : 0;
}

static bool is_free(const struct taken *taken, struct slice wanted) {
    bool found = false;
    for (size_t i = 0; i < taken->n + taken->n_known && !found; i++) {
        const char *name = taken_at(taken, i);
        found = name && slice_equal_text(wanted, name);
    }
    return !found;
}

/* Appends to wanted, when it is taken, the first number from 2 on that makes it free. */
static void make_free(const struct taken *taken, struct buf *wanted) {
    bool used[MAX_NAMES + 2] = {false};
    size_t n = taken->n + taken->n_known;
    if (is_free(taken, buf_slice(wanted))) {
        return;
    }
    buf_truncate(wanted, DUST_MAX_NAME_BYTES - SUFFIX_BYTES);
    if (wanted->len && wanted->data[wanted->len - 1] != '_') {
        buf_append_char(wanted, '_');
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = taken_at(taken, i);
        size_t number = name ? suffix_number(name, buf_slice(wanted)) : 0;
        if (number < sizeof used) {
            used[number] = true;
        }
    }
    size_t number = 2;
    while (number < sizeof used && used[number]) {
        number++;
    }
    buf_printf(wanted, "%zu", number);
}

/* Gives names to the columns without one; renamed: also those that cannot keep the original. */
static bool name_newcomers(const struct table *table, const struct taken *taken, const char **names,
                           bool renamed, struct arena *arena) {
    struct buf wanted;
    bool ok = true;
    buf_init(&wanted, DUST_MAX_NAME_BYTES + 2 * SUFFIX_BYTES);
    for (size_t i = 0; i < table->n_columns && ok; i++) {
        struct slice original = slice_of(table->columns[i].name);
        if (names[i]) {
            continue;
        }
        buf_reset(&wanted);
        dust_column_name_append(&wanted, original);
        if (!renamed && !slice_equal(buf_slice(&wanted), original)) {
            continue;
        }
        make_free(taken, &wanted);
        names[i] = wanted.failed ? NULL : arena_copy_text(arena, buf_slice(&wanted));
        ok = names[i] != NULL;
    }
    buf_clean_up(&wanted);
    return ok;
}

bool dust_columns_name_newcomers(const struct table *table, const char **names,
                                 struct arena *arena) {
    const struct taken taken = {.names = names, .n = table->n_columns};
    return name_newcomers(table, &taken, names, false, arena) &&
           name_newcomers(table, &taken, names, true, arena);
}

static bool copy_known_names(const struct table *table, const struct dust_table *known,
                             const char **names, struct arena *arena) {
    bool ok = true;
    for (size_t i = 0; i < table->n_columns && ok; i++) {
        int at = known ? table_find(&known->table, slice_of(table->columns[i].name)) : -1;
        names[i] = at >= 0 ? arena_copy_text(arena, slice_of(known->names[at])) : NULL;
        ok = at < 0 || names[i] != NULL;
    }
    return ok;
}

static bool copy_table(const struct table *table, const char *prefix, struct arena *arena,
                       struct dust_table *result) {
    struct column *columns = arena_alloc(arena, (table->n_columns + 1) * sizeof *columns);
    bool ok = columns != NULL;
    for (size_t i = 0; i < table->n_columns && ok; i++) {
        columns[i] = table->columns[i];
        columns[i].name = arena_copy_text(arena, slice_of(columns[i].name));
        ok = columns[i].name != NULL;
    }
    ok = dust_table_name(prefix, slice_of(table->schema), slice_of(table->name), arena, result) &&
         ok;
    result->table.columns = columns;
    result->table.n_columns = table->n_columns;
    return ok;
}

bool dust_table_name_columns(const struct table *table, const struct dust_table *known,
                             const char *prefix, struct arena *arena, struct dust_table *result,
                             struct status *status) {
    if (table->n_columns + 1 > DUST_MAX_COLUMNS) {
        return status_fail(status, STATUS_TASK,
                           "the table %s.%s has %zu columns; Dust takes %d beside the connector's "
                           "own: leave out some of them",
                           table->schema, table->name, table->n_columns, DUST_MAX_COLUMNS - 1);
    }
    const char **names = arena_alloc(arena, (table->n_columns + 1) * sizeof *names);
    const struct taken taken = {.names = names,
                                .n = table->n_columns,
                                .known = known,
                                .n_known = known ? known->table.n_columns : 0};
    if (!names || !copy_table(table, prefix, arena, result) ||
        !copy_known_names(table, known, names, arena) ||
        !name_newcomers(table, &taken, names, false, arena) ||
        !name_newcomers(table, &taken, names, true, arena)) {
        return status_no_memory(status, "naming the columns of a table");
    }
    result->names = names;
    return true;
}
