#include "json/json_scan.h"

#include "base/utf8.h"
#include "json/json_plain.h"

#include <limits.h>

/* Each step moves `at` over what may stand there and stops at the first byte that may not. */
struct scan {
    const char *at;
    const char *end;
    size_t depth;
    bool in_object;                                   /* at this depth: an object, not an array */
    unsigned char objects[JSON_MAX_DEPTH / CHAR_BIT]; /* the same of each level below it, a bit */
};

enum go {
    GO_VALUE, /* another value has to follow */
    GO_END,   /* the outermost value is complete */
    GO_WRONG, /* what stands there may not */
};

/* The byte at hand; 0, which can stand nowhere, at the end. */
static inline char peek(const struct scan *s) {
    return s->at < s->end ? *s->at : '\0';
}

static inline bool take(struct scan *s, char c) {
    bool there = s->at < s->end && *s->at == c;
    s->at += there;
    return there;
}

static inline bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline void skip_space(struct scan *s) {
    while (s->at < s->end && is_space(*s->at)) {
        s->at++;
    }
}

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool take_digits(struct scan *s) {
    const char *p = s->at;
    while (p < s->end && is_digit(*p)) {
        p++;
    }
    bool some = p > s->at;
    s->at = p;
    return some;
}

static bool take_number(struct scan *s) {
    take(s, '-');
    if (!take(s, '0') && !take_digits(s)) {
        return false;
    }
    if (take(s, '.') && !take_digits(s)) {
        return false;
    }
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+')) {
            take(s, '-');
        }
        return take_digits(s);
    }
    return true;
}

static bool take_word(struct scan *s, const char *word) {
    for (; *word; word++) {
        if (!take(s, *word)) {
            return false;
        }
    }
    return true;
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash. Any four hex digits are legal by the grammar, lone surrogates included. */
static bool take_escape(struct scan *s) {
    if (!take(s, 'u')) {
        char c = peek(s);
        bool known = c && strchr("\"\\/bfnrt", c);
        s->at += known;
        return known;
    }
    for (int i = 0; i < 4; i++) {
        if (!is_hex(peek(s))) {
            return false;
        }
        s->at++;
    }
    return true;
}

/* Behind the opening quote. */
static bool take_string_rest(struct scan *s) {
    for (;;) {
        s->at += json_plain_prefix(s->at, (size_t)(s->end - s->at));
        if (take(s, '"')) {
            return true;
        }
        if (take(s, '\\')) {
            if (!take_escape(s)) {
                return false;
            }
            continue;
        }
        size_t run = utf8_valid_multibyte_prefix(slice_make(s->at, (size_t)(s->end - s->at)));
        if (run == 0) {
            return false; /* the end, a control character, or no UTF-8 */
        }
        s->at += run;
    }
}

/* `"name":` */
static bool take_name(struct scan *s) {
    if (!take(s, '"') || !take_string_rest(s)) {
        return false;
    }
    skip_space(s);
    return take(s, ':');
}

static bool take_close(struct scan *s) {
    if (!take(s, s->in_object ? '}' : ']')) {
        return false;
    }
    s->depth--;
    s->in_object = s->objects[s->depth / CHAR_BIT] >> (s->depth % CHAR_BIT) & 1;
    return true;
}

/* Up to the next value of the present level: over its name, in an object. */
static enum go go_to_value(struct scan *s) {
    skip_space(s);
    if (s->in_object) {
        if (!take_name(s)) {
            return GO_WRONG;
        }
        skip_space(s);
    }
    return GO_VALUE;
}

/* Behind a value: the levels that end with it, and the comma. */
static enum go go_behind_value(struct scan *s) {
    while (s->depth > 0) {
        skip_space(s);
        if (take(s, ',')) {
            return go_to_value(s);
        }
        if (!take_close(s)) {
            return GO_WRONG;
        }
    }
    return GO_END;
}

/* At an opening bracket or brace. */
static enum go go_into_level(struct scan *s, bool object) {
    if (s->depth == JSON_MAX_DEPTH) {
        return GO_WRONG;
    }
    unsigned char bit = (unsigned char)(1U << (s->depth % CHAR_BIT));
    unsigned char *byte = &s->objects[s->depth / CHAR_BIT];
    *byte = (unsigned char)(s->in_object ? *byte | bit : *byte & ~bit);
    s->depth++;
    s->in_object = object;
    s->at++;
    skip_space(s);
    return take_close(s) ? go_behind_value(s) : go_to_value(s);
}

static enum go go_over_value(struct scan *s) {
    bool taken = false;
    switch (peek(s)) {
    case '{':
        return go_into_level(s, true);
    case '[':
        return go_into_level(s, false);
    case '"':
        s->at++;
        taken = take_string_rest(s);
        break;
    case 't':
        taken = take_word(s, "true");
        break;
    case 'f':
        taken = take_word(s, "false");
        break;
    case 'n':
        taken = take_word(s, "null");
        break;
    default:
        taken = take_number(s);
    }
    return taken ? go_behind_value(s) : GO_WRONG;
}

/* Takes one value; s->at is then behind it. False: s->at is where it went wrong. */
static bool scan_one(struct scan *s) {
    enum go go = GO_VALUE;
    while (go == GO_VALUE) {
        go = go_over_value(s);
    }
    return go == GO_END;
}

bool json_scan(struct slice text, size_t *error_at) {
    struct scan s = {.at = text.data, .end = text.data + text.len};
    skip_space(&s);
    bool ok = scan_one(&s);
    if (ok) {
        skip_space(&s);
        ok = s.at == s.end;
    }
    if (!ok && error_at) {
        *error_at = (size_t)(s.at - text.data);
    }
    return ok;
}

bool json_scan_is_too_deep(struct slice text) {
    struct scan s = {.at = text.data, .end = text.data + text.len};
    skip_space(&s);
    return !scan_one(&s) && s.depth == JSON_MAX_DEPTH && (peek(&s) == '{' || peek(&s) == '[');
}

size_t json_scan_value(struct slice text) {
    struct scan s = {.at = text.data, .end = text.data + text.len};
    return scan_one(&s) ? (size_t)(s.at - text.data) : 0;
}
