#include "json/json_scan.h"

#include "base/utf8.h"
#include "json/json_plain.h"

#include <limits.h>

/* Each step moves `at` over what may stand there and stops at the first byte that may not. */
struct scan {
    const char *text;
    size_t len;
    size_t at;
    size_t depth;
    unsigned char objects[JSON_MAX_DEPTH / CHAR_BIT]; /* a bit a level: object, not array */
};

enum expect {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_CLOSE, /* behind `[` */
    EXPECT_NAME,           /* behind a comma in an object */
    EXPECT_NAME_OR_CLOSE,  /* behind `{` */
    EXPECT_COMMA_OR_CLOSE, /* behind a value inside an array or object */
    EXPECT_END,
    EXPECT_NOTHING, /* refused */
};

/* The byte at hand; 0, which can stand nowhere, at the end. */
static char peek(const struct scan *s) {
    return s->at < s->len ? s->text[s->at] : '\0';
}

static bool take(struct scan *s, char c) {
    if (s->at < s->len && s->text[s->at] == c) {
        s->at++;
        return true;
    }
    return false;
}

static inline void skip_space(struct scan *s) {
    if (s->at < s->len && (unsigned char)s->text[s->at] > ' ') {
        return; /* nearly always */
    }
    while (s->at < s->len && (s->text[s->at] == ' ' || s->text[s->at] == '\n' ||
                              s->text[s->at] == '\r' || s->text[s->at] == '\t')) {
        s->at++;
    }
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool take_digits(struct scan *s) {
    size_t before = s->at;
    while (s->at < s->len && is_digit(s->text[s->at])) {
        s->at++;
    }
    return s->at > before;
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
        s->at += json_plain_prefix(s->text + s->at, s->len - s->at);
        if (take(s, '"')) {
            return true;
        }
        if (take(s, '\\')) {
            if (!take_escape(s)) {
                return false;
            }
            continue;
        }
        size_t run = utf8_valid_multibyte_prefix(slice_make(s->text + s->at, s->len - s->at));
        if (run == 0) {
            return false; /* the end, a control character, or no UTF-8 */
        }
        s->at += run;
    }
}

static bool in_object(const struct scan *s) {
    size_t level = s->depth - 1;
    return s->objects[level / CHAR_BIT] >> (level % CHAR_BIT) & 1;
}

static enum expect behind_value(const struct scan *s) {
    return s->depth ? EXPECT_COMMA_OR_CLOSE : EXPECT_END;
}

static enum expect open_level(struct scan *s, bool object) {
    if (s->depth == JSON_MAX_DEPTH) {
        return EXPECT_NOTHING;
    }
    unsigned char bit = (unsigned char)(1U << (s->depth % CHAR_BIT));
    unsigned char *byte = &s->objects[s->depth / CHAR_BIT];
    *byte = (unsigned char)(object ? *byte | bit : *byte & ~bit);
    s->depth++;
    s->at++;
    return object ? EXPECT_NAME_OR_CLOSE : EXPECT_VALUE_OR_CLOSE;
}

static enum expect scan_value(struct scan *s) {
    bool taken = false;
    switch (peek(s)) {
    case '{':
    case '[':
        return open_level(s, peek(s) == '{');
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
    return taken ? behind_value(s) : EXPECT_NOTHING;
}

static enum expect scan_name(struct scan *s) {
    if (!take(s, '"') || !take_string_rest(s)) {
        return EXPECT_NOTHING;
    }
    skip_space(s);
    return take(s, ':') ? EXPECT_VALUE : EXPECT_NOTHING;
}

static bool take_close(struct scan *s) {
    if (!take(s, in_object(s) ? '}' : ']')) {
        return false;
    }
    s->depth--;
    return true;
}

static enum expect scan_step(struct scan *s, enum expect expect) {
    switch (expect) {
    case EXPECT_VALUE_OR_CLOSE:
        return take_close(s) ? behind_value(s) : scan_value(s);
    case EXPECT_VALUE:
        return scan_value(s);
    case EXPECT_NAME_OR_CLOSE:
        return take_close(s) ? behind_value(s) : scan_name(s);
    case EXPECT_NAME:
        return scan_name(s);
    case EXPECT_COMMA_OR_CLOSE:
        if (take(s, ',')) {
            return in_object(s) ? EXPECT_NAME : EXPECT_VALUE;
        }
        return take_close(s) ? behind_value(s) : EXPECT_NOTHING;
    case EXPECT_END:
    case EXPECT_NOTHING:
        break;
    }
    return EXPECT_NOTHING;
}

/* Takes one value; s->at is then behind it. False: s->at is where it went wrong. */
static bool scan_one(struct scan *s) {
    enum expect expect = EXPECT_VALUE;
    for (;;) {
        expect = scan_step(s, expect);
        if (expect == EXPECT_END || expect == EXPECT_NOTHING) {
            return expect == EXPECT_END;
        }
        skip_space(s);
    }
}

bool json_scan(struct slice text, size_t *error_at) {
    struct scan s = {.text = text.data, .len = text.len};
    skip_space(&s);
    bool ok = scan_one(&s);
    if (ok) {
        skip_space(&s);
        ok = s.at == s.len;
    }
    if (!ok && error_at) {
        *error_at = s.at;
    }
    return ok;
}

bool json_scan_is_too_deep(struct slice text) {
    struct scan s = {.text = text.data, .len = text.len};
    skip_space(&s);
    return !scan_one(&s) && s.depth == JSON_MAX_DEPTH && (peek(&s) == '{' || peek(&s) == '[');
}

size_t json_scan_value(struct slice text) {
    struct scan s = {.text = text.data, .len = text.len};
    return scan_one(&s) ? s.at : 0;
}
