#include "json/json_cursor.h"

#include "json/json_escape.h"
#include "json/json_scan.h"
#include "json/json_walk.h"

static bool fail(struct json_cursor *w) {
    w->failed = true;
    return false;
}

static void skip_space(struct json_cursor *w) {
    while (w->at < w->len && (w->text[w->at] == ' ' || w->text[w->at] == '\n' ||
                              w->text[w->at] == '\r' || w->text[w->at] == '\t')) {
        w->at++;
    }
}

static bool take(struct json_cursor *w, char c) {
    skip_space(w);
    if (w->at < w->len && w->text[w->at] == c) {
        w->at++;
        return true;
    }
    return false;
}

bool json_cursor_enter(struct json_cursor *w) {
    if (w->failed || !take(w, '{')) {
        return false;
    }
    w->first = true;
    return true;
}

bool json_cursor_member(struct json_cursor *w, struct slice *name) {
    struct slice quoted;
    if (w->failed) {
        return false;
    }
    bool first = w->first;
    w->first = false; /* also for the object around this one */
    if (take(w, '}')) {
        return false;
    }
    if (!first && !take(w, ',')) {
        return fail(w);
    }
    if (!json_cursor_value(w, &quoted) || quoted.data[0] != '"' || !take(w, ':')) {
        return fail(w);
    }
    *name = json_cursor_string(quoted);
    return true;
}

bool json_cursor_value(struct json_cursor *w, struct slice *value) {
    if (w->failed) {
        return false;
    }
    skip_space(w);
    size_t len = json_scan_value(slice_make(w->text + w->at, w->len - w->at));
    if (len == 0) {
        return fail(w);
    }
    *value = slice_make(w->text + w->at, len);
    w->at += len;
    return true;
}

bool json_cursor_end(struct json_cursor *w) {
    skip_space(w);
    return !w->failed && w->at == w->len;
}

bool json_cursor_says(struct slice raw, const char *word) {
    for (; raw.len > 0 && *word; word++) {
        unsigned unit = json_escaped_unit(raw);
        if ((unit ? unit : (unsigned char)raw.data[0]) != (unsigned char)*word) {
            return false;
        }
        size_t len = unit ? JSON_ESCAPE_BYTES : 1;
        raw = slice_make(raw.data + len, raw.len - len);
    }
    return raw.len == 0 && !*word;
}

struct slice json_cursor_find(struct slice object, const char *name) {
    struct slice found = {"", 0};
    json_walk_find(object, slice_of(name), &found);
    return found;
}
