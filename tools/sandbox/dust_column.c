#include "sandbox/dust_column.h"

#include <ctype.h>

bool dust_column_is_slug(struct slice name) {
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
    }
    return name.len > 0;
}

/* Lower case; `_` between a letter and a digit and for whatever is neither; one `_` for many. Names
 * that reach the sandbox are ASCII: anything else cannot be posted. */
static void column_slugify(struct slice name, struct buf *out) {
    size_t start = out->len;
    bool letter = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = (char)tolower((unsigned char)name.data[i]);
        bool digit = c >= '0' && c <= '9';
        bool word = digit || (c >= 'a' && c <= 'z');
        bool gap = out->len > start && out->data[out->len - 1] == '_';
        if (digit && letter) {
            buf_append_char(out, '_');
        }
        if (word || !gap) {
            buf_append_char(out, word ? c : '_');
        }
        letter = word && !digit;
    }
}

static bool column_is_taken(struct slice name, const struct slice *taken, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equal(name, taken[i])) {
            return true;
        }
    }
    return false;
}

/* The first free of name_2, name_3, … */
static bool column_resolve(const struct slice *taken, size_t count, struct buf *name) {
    enum { LAST_TRY = 63 };
    struct buf tried;
    buf_init(&tried, (size_t)DUST_MAX_COLUMN_NAME + 16);
    bool found = false;
    for (int i = 2; i <= LAST_TRY && !found; i++) {
        struct buf candidate;
        buf_init(&candidate, (size_t)DUST_MAX_COLUMN_NAME + 32);
        buf_reset(&tried);
        buf_append_slice(&tried, buf_slice(name));
        buf_printf(&tried, "-%d", i);
        column_slugify(buf_slice(&tried), &candidate);
        found = !column_is_taken(buf_slice(&candidate), taken, count);
        if (found) {
            buf_reset(name);
            buf_append_slice(name, buf_slice(&candidate));
        }
        buf_clean_up(&candidate);
    }
    buf_clean_up(&tried);
    return found;
}

bool dust_column_rename(struct slice header, const struct slice *taken, size_t count,
                        struct buf *out, const char **error) {
    struct buf name;
    buf_init(&name, header.len * 2 + 64);
    if (slice_equal_text(header, DUST_ID)) {
        buf_append_slice(&name, header);
    } else {
        column_slugify(header, &name);
    }
    if (name.len == 0) {
        buf_printf(&name, "col_%zu", count);
    }
    *error = NULL;
    if (name.len > DUST_MAX_COLUMN_NAME) {
        *error = "Column name exceeds maximum length";
    } else if (column_is_taken(buf_slice(&name), taken, count) &&
               !column_resolve(taken, count, &name)) {
        *error = "Failed to generate unique slugified name";
    }
    buf_append_slice(out, buf_slice(&name));
    buf_clean_up(&name);
    return !*error;
}
