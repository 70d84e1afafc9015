/* Steps through the members of JSON objects and gives names and values as the bytes they came in,
 * checking everything it passes as json_scan does: one pass, nothing built, nothing copied. Pure.
 *
 *     struct json_cursor w = json_cursor_of(text);
 *     if (json_cursor_enter(&w)) {
 *         while (json_cursor_member(&w, &name)) {
 *             json_cursor_value(&w, &value);      (or json_cursor_enter, and a loop of its own)
 *         }
 *     }
 *     bool well_formed = json_cursor_end(&w);
 *
 * Failure sticks: every function answers false from then on. */
#ifndef JSON_JSON_CURSOR_H
#define JSON_JSON_CURSOR_H

#include "base/slice.h"

struct json_cursor {
    const char *text;
    size_t len;
    size_t at;
    bool first; /* no member of the present object was passed yet */
    bool failed;
};

static inline struct json_cursor json_cursor_of(struct slice text) {
    return (struct json_cursor){.text = text.data, .len = text.len};
}

/* Goes into the object that stands here. False, without failing, when something else does. */
bool json_cursor_enter(struct json_cursor *cursor);

/* The next member's name, as it stands between its quotes (escapes and all); its value comes next.
 * False behind the object's last member. */
bool json_cursor_member(struct json_cursor *cursor, struct slice *name);

/* The value that stands here, whatever it is. */
bool json_cursor_value(struct json_cursor *cursor, struct slice *value);

/* True when nothing but white space is left, and nothing has failed. */
bool json_cursor_end(struct json_cursor *cursor);

/* Whether a name or text, as it stands between its quotes, says word, which holds ASCII letters and
 * `_` alone; any of them may be written as \uXXXX. */
bool json_cursor_says(struct slice raw, const char *word);

/* json_walk_find of an object that json_scan accepts, for a chain of finds: empty when there is no
 * such member, and nothing is found in what is no object. */
struct slice json_cursor_find(struct slice object, const char *name);

/* The text between the quotes of a string that json_scan accepts; empty for any other value. Its
 * escapes are left as they are. */
static inline struct slice json_cursor_string(struct slice value) {
    return value.len >= 2 && value.data[0] == '"' ? slice_make(value.data + 1, value.len - 2)
                                                  : slice_make("", 0);
}

#endif
