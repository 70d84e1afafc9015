#include "json/json_walk.h"

#include "json/json_escape.h"
#include "json/json_plain.h"

/* --- stepping --- */

static bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip(struct slice *rest, size_t len) {
    *rest = slice_make(rest->data + len, rest->len - len);
}

static void skip_space(struct slice *rest) {
    while (rest->len && is_space(rest->data[0])) {
        skip(rest, 1);
    }
}

static bool take(struct slice *rest, char c) {
    if (rest->len == 0 || rest->data[0] != c) {
        return false;
    }
    skip(rest, 1);
    return true;
}

/* The length of the string that begins text, both quotes included. */
static size_t string_length(struct slice text) {
    for (size_t at = 1; at < text.len;) {
        at += json_plain_prefix(text.data + at, text.len - at);
        if (at < text.len && text.data[at] == '"') {
            return at + 1;
        }
        at += at < text.len && text.data[at] == '\\' ? 2 : 1;
    }
    return text.len;
}

static size_t scalar_length(struct slice text) {
    size_t len = 0;
    while (len < text.len && !is_space(text.data[len]) && text.data[len] != ',' &&
           text.data[len] != '}' && text.data[len] != ']') {
        len++;
    }
    return len;
}

/* The length of the object or array that begins text. */
static size_t nested_length(struct slice text) {
    size_t depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.data[at];
        if (c == '"') {
            at += string_length(slice_make(text.data + at, text.len - at));
            continue;
        }
        at++;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        if (depth == 0) {
            return at;
        }
    }
    return text.len;
}

static struct slice take_value(struct slice *rest) {
    struct slice text = *rest;
    size_t len = 0;
    if (text.len && text.data[0] == '"') {
        len = string_length(text);
    } else if (text.len && (text.data[0] == '{' || text.data[0] == '[')) {
        len = nested_length(text);
    } else {
        len = scalar_length(text);
    }
    skip(rest, len);
    return slice_make(text.data, len);
}

bool json_walk_start(struct json_walk *walk, struct slice value) {
    *walk = (struct json_walk){.rest = value};
    skip_space(&walk->rest);
    if (take(&walk->rest, '{')) {
        walk->close = '}';
    } else if (take(&walk->rest, '[')) {
        walk->close = ']';
    }
    return walk->close != '\0';
}

/* Moves to the next member or element; false at the end. */
static bool walk_on(struct json_walk *walk, char close) {
    if (walk->close != close) {
        return false;
    }
    skip_space(&walk->rest);
    take(&walk->rest, ',');
    skip_space(&walk->rest);
    if (walk->rest.len == 0 || walk->rest.data[0] == '}' || walk->rest.data[0] == ']') {
        walk->close = '\0';
        return false;
    }
    return true;
}

bool json_walk_member(struct json_walk *walk, struct slice *key, struct slice *value) {
    if (!walk_on(walk, '}')) {
        return false;
    }
    *key = take_value(&walk->rest);
    skip_space(&walk->rest);
    take(&walk->rest, ':');
    skip_space(&walk->rest);
    *value = take_value(&walk->rest);
    return true;
}

bool json_walk_element(struct json_walk *walk, struct slice *value) {
    if (!walk_on(walk, ']')) {
        return false;
    }
    *value = take_value(&walk->rest);
    return true;
}

bool json_walk_find(struct slice object, struct slice name, struct slice *value) {
    struct json_walk walk;
    struct slice key;
    struct slice member;
    bool found = false;
    json_walk_start(&walk, object);
    while (json_walk_member(&walk, &key, &member)) {
        if (json_string_equal(key, name)) {
            *value = member;
            found = true;
        }
    }
    return found;
}

/* --- strings --- */

enum { UTF8_BYTES = 4 };

static size_t put_utf8(unsigned code, char utf8[UTF8_BYTES]) {
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1;) {
        utf8[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    utf8[0] = (char)(len == 1 ? code : marks[len] | code);
    return len;
}

/* \uXXXX, a pair of them where they are surrogates. */
static unsigned take_code(struct slice *rest) {
    unsigned unit = json_escaped_unit(*rest);
    skip(rest, rest->len < JSON_ESCAPE_BYTES ? rest->len : JSON_ESCAPE_BYTES);
    if (unit < 0xD800 || unit > 0xDFFF) {
        return unit;
    }
    unsigned low = json_escaped_unit(*rest);
    if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF) {
        return 0xFFFD;
    }
    skip(rest, JSON_ESCAPE_BYTES);
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

/* What the next piece of a string's inside says: a run without a backslash as it stands, or one
 * escape, written to utf8. */
static struct slice take_piece(struct slice *rest, char utf8[UTF8_BYTES]) {
    static const char meanings[256] = {
        ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
    const char *backslash = memchr(rest->data, '\\', rest->len);
    size_t run = backslash ? (size_t)(backslash - rest->data) : rest->len;
    if (run || rest->len < 2) {
        struct slice piece = slice_make(rest->data, run);
        skip(rest, run ? run : rest->len);
        return piece;
    }
    unsigned char letter = (unsigned char)rest->data[1];
    if (letter == 'u') {
        return slice_make(utf8, put_utf8(take_code(rest), utf8));
    }
    utf8[0] = meanings[letter] ? meanings[letter] : (char)letter;
    skip(rest, 2);
    return slice_make(utf8, 1);
}

static struct slice inside(struct slice string) {
    return string.len < 2 ? slice_make("", 0) : slice_make(string.data + 1, string.len - 2);
}

bool json_string_equal(struct slice string, struct slice text) {
    char utf8[UTF8_BYTES];
    for (struct slice rest = inside(string); rest.len;) {
        struct slice piece = take_piece(&rest, utf8);
        if (piece.len > text.len || !slice_equal(piece, slice_make(text.data, piece.len))) {
            return false;
        }
        skip(&text, piece.len);
    }
    return text.len == 0;
}

void json_string_append(struct buf *out, struct slice string) {
    char utf8[UTF8_BYTES];
    for (struct slice rest = inside(string); rest.len;) {
        buf_append_slice(out, take_piece(&rest, utf8));
    }
}
