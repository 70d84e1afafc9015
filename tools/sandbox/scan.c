#include "sandbox/scan.h"

#include <errno.h>

bool scan_fail(struct scan *s, const char *error) {
    if (!s->error)
        s->error = error;
    return false;
}

static void scan_space(struct scan *s) {
    while (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')
        s->at++;
}

void scan_init(struct scan *s, struct slice text) {
    *s = (struct scan){.at = text.data, .start = text.data, .end = text.data + text.len};
    scan_space(s);
}

char scan_peek(const struct scan *s) {
    return *s->at;
}

bool scan_finish(struct scan *s) {
    if (s->error)
        return false;
    scan_space(s);
    return s->at == s->end || scan_fail(s, "more text behind the value");
}

/* Bytes of one well-formed UTF-8 sequence of more than one byte (Unicode, table 3-7); 0: none. */
static size_t scan_utf8(const unsigned char *p) {
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

static bool scan_is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Steps over an escape; s->at is behind the backslash. */
static bool scan_escape(struct scan *s) {
    if (*s->at != 'u') {
        if (*s->at == '\0' || !strchr("\"\\/bfnrt", *s->at))
            return scan_fail(s, "unknown escape");
        s->at++;
        return true;
    }
    s->at++;
    for (int i = 0; i < 4; i++, s->at++)
        if (!scan_is_hex(*s->at))
            return scan_fail(s, "\\u needs four hex digits");
    return true;
}

/* ASCII that may stand in a string as it is. Runs of it are most of any text: eight bytes a step.
 */
static const char *scan_plain(const char *p, const char *end) {
    const uint64_t ones = 0x0101010101010101U;
    const uint64_t highs = 0x8080808080808080U;
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof(word));
        uint64_t quotes = word ^ (ones * '"');
        uint64_t slashes = word ^ (ones * '\\');
        uint64_t bad = (quotes - ones) | (slashes - ones) | (word - ones * 0x20) | word;
        if (bad & highs) {
            break;
        }
        p += 8;
    }
    while ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\') {
        p++;
    }
    return p;
}

/* One step within a string over what is not plain; false at the closing quote or an error. */
static bool scan_special(struct scan *s) {
    unsigned char c = (unsigned char)*s->at;
    if (c == '"') {
        return false;
    }
    if (c == '\\') {
        s->at++;
        return scan_escape(s);
    }
    if (c < 0x20) {
        return scan_fail(s, s->at == s->end ? "the text ends within a string"
                                            : "a control character within a string");
    }
    size_t len = scan_utf8((const unsigned char *)s->at);
    if (len == 0) {
        return scan_fail(s, "not UTF-8");
    }
    s->at += len;
    return true;
}

bool scan_string(struct scan *s, struct slice *raw) {
    if (s->error)
        return false;
    if (*s->at != '"')
        return scan_fail(s, "a string must stand here");
    const char *start = ++s->at;
    do {
        s->at = scan_plain(s->at, s->end);
    } while (scan_special(s));
    if (s->error)
        return false;
    if (raw)
        *raw = slice_make(start, (size_t)(s->at - start));
    s->at++;
    scan_space(s);
    return true;
}

static bool scan_digits(struct scan *s) {
    if (*s->at < '0' || *s->at > '9')
        return scan_fail(s, "a JSON value or digit must stand here");
    while (*s->at >= '0' && *s->at <= '9')
        s->at++;
    return true;
}

static bool scan_number(struct scan *s) {
    if (*s->at == '-')
        s->at++;
    if (*s->at == '0')
        s->at++;
    else if (!scan_digits(s))
        return false;
    if (*s->at == '.') {
        s->at++;
        if (!scan_digits(s))
            return false;
    }
    if (*s->at == 'e' || *s->at == 'E') {
        s->at++;
        if (*s->at == '+' || *s->at == '-')
            s->at++;
        if (!scan_digits(s))
            return false;
    }
    return true;
}

static bool scan_word(struct scan *s, const char *word) {
    size_t len = strlen(word);
    if (strncmp(s->at, word, len) != 0)
        return scan_fail(s, "a JSON value must stand here");
    s->at += len;
    return true;
}

bool scan_open(struct scan *s, char open) {
    if (s->error)
        return false;
    if (*s->at != open)
        return scan_fail(s, open == '{' ? "an object must stand here" : "an array must stand here");
    if (++s->depth > SCAN_MAX_DEPTH)
        return scan_fail(s, "nested too deep");
    s->at++;
    scan_space(s);
    return true;
}

/* Steps to the next part of an object or array; false at its end, which is left. */
static bool scan_part(struct scan *s, size_t *n, char close) {
    if (s->error)
        return false;
    if (*s->at == close) {
        s->at++;
        s->depth--;
        scan_space(s);
        return false;
    }
    if (*n > 0) {
        if (*s->at != ',')
            return scan_fail(s, s->at == s->end ? "the text ends within a value"
                                                : "a comma or a closing bracket must stand here");
        s->at++;
        scan_space(s);
    }
    (*n)++;
    return true;
}

bool scan_member(struct scan *s, size_t *n, struct slice *key) {
    if (!scan_part(s, n, '}') || !scan_string(s, key))
        return false;
    if (*s->at != ':')
        return scan_fail(s, "a colon must stand here");
    s->at++;
    scan_space(s);
    return true;
}

bool scan_element(struct scan *s, size_t *n) {
    return scan_part(s, n, ']');
}

static bool scan_container(struct scan *s, char open) {
    if (!scan_open(s, open))
        return false;
    size_t n = 0;
    while (open == '{' ? scan_member(s, &n, NULL) : scan_element(s, &n))
        if (!scan_value(s, NULL))
            return false;
    return !s->error;
}

bool scan_value(struct scan *s, struct slice *raw) {
    if (s->error)
        return false;
    const char *start = s->at;
    bool good = false;
    switch (*s->at) {
    case '{':
    case '[':
        good = scan_container(s, *s->at);
        break;
    case '"':
        good = scan_string(s, NULL);
        break;
    case 't':
        good = scan_word(s, "true");
        break;
    case 'f':
        good = scan_word(s, "false");
        break;
    case 'n':
        good = scan_word(s, "null");
        break;
    default:
        good = s->at == s->end ? scan_fail(s, "the text ends where a value must stand")
                               : scan_number(s);
    }
    if (!good)
        return false;
    const char *end = s->at;
    while (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t')
        end--;
    scan_space(s);
    if (raw)
        *raw = slice_make(start, (size_t)(end - start));
    return true;
}

bool scan_bool(struct scan *s, bool *flag) {
    if (s->error)
        return false;
    if (*s->at != 't' && *s->at != 'f')
        return scan_fail(s, "true or false must stand here");
    *flag = *s->at == 't';
    return scan_value(s, NULL);
}

bool scan_integer(struct scan *s, int64_t *number) {
    if (s->error)
        return false;
    const char *start = s->at;
    if ((*s->at != '-' && (*s->at < '0' || *s->at > '9')) || !scan_value(s, NULL)) {
        s->at = start;
        return scan_fail(s, "an integer must stand here");
    }
    char *end = NULL;
    errno = 0;
    *number = strtoll(start, &end, 10);
    if (errno != 0 || *end == '.' || *end == 'e' || *end == 'E') {
        s->at = start;
        return scan_fail(s, "an integer must stand here");
    }
    return true;
}
