#include "json/json_indent.h"

void json_indent_line(struct buf *out, size_t level) {
    static const char spaces[] = "                                ";
    size_t left = 2 * level;
    buf_append_char(out, '\n');
    while (left > 0 && !out->failed) {
        size_t part = left < sizeof spaces - 1 ? left : sizeof spaces - 1;
        buf_append(out, spaces, part);
        left -= part;
    }
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(struct slice text, size_t at) {
    while (at < text.len && is_blank(text.data[at])) {
        at++;
    }
    return at;
}

/* Where the string that begins at from ends, its closing quote included. */
static size_t string_end(struct slice text, size_t from) {
    size_t at = from + 1;
    while (at < text.len && text.data[at] != '"') {
        at += text.data[at] == '\\' ? 2 : 1;
    }
    return at < text.len ? at + 1 : text.len;
}

/* Where the number or word that begins at from ends. */
static size_t scalar_end(struct slice text, size_t from) {
    size_t at = from;
    while (at < text.len && !is_blank(text.data[at]) && !strchr(",:]}", text.data[at])) {
        at++;
    }
    return at;
}

/* An opening bracket; an empty pair is written whole. Returns where to go on. */
static size_t open_bracket(struct buf *out, struct slice text, size_t at, size_t *level) {
    size_t next = skip_blanks(text, at + 1);
    buf_append_char(out, text.data[at]);
    if (next < text.len && (text.data[next] == '}' || text.data[next] == ']')) {
        buf_append_char(out, text.data[next]);
        return next + 1;
    }
    json_indent_line(out, ++*level);
    return next;
}

void json_indent_append(struct buf *out, struct slice text, size_t level) {
    size_t at = skip_blanks(text, 0);
    while (at < text.len && !out->failed) {
        size_t end = at + 1;
        switch (text.data[at]) {
        case '{':
        case '[':
            end = open_bracket(out, text, at, &level);
            break;
        case '}':
        case ']':
            json_indent_line(out, --level);
            buf_append_char(out, text.data[at]);
            break;
        case ',':
            buf_append_char(out, ',');
            json_indent_line(out, level);
            break;
        case ':':
            buf_append_text(out, ": ");
            break;
        default:
            end = text.data[at] == '"' ? string_end(text, at) : scalar_end(text, at);
            buf_append(out, text.data + at, end - at);
            break;
        }
        at = skip_blanks(text, end);
    }
}
