#include "sandbox/scan.h"

#include <errno.h>

bool scan_fail(struct scan *s, const char *error) {
    if (!s->error) {
        s->error = error;
    }
    return false;
}

void scan_init(struct scan *s, struct slice text) {
    *s = (struct scan){.at = text.data, .start = text.data, .end = text.data + text.len};
    scan_space(s);
}

char scan_peek(const struct scan *s) {
    return *s->at;
}

bool scan_finish(struct scan *s) {
    if (s->error) {
        return false;
    }
    scan_space(s);
    return s->at == s->end || scan_fail(s, "more text behind the value");
}

static bool scan_digits(struct scan *s) {
    if (*s->at < '0' || *s->at > '9') {
        return scan_fail(s, "a JSON value or digit must stand here");
    }
    while (*s->at >= '0' && *s->at <= '9') {
        s->at++;
    }
    return true;
}

static bool scan_number(struct scan *s) {
    if (*s->at == '-') {
        s->at++;
    }
    if (*s->at == '0') {
        s->at++;
    } else if (!scan_digits(s)) {
        return false;
    }
    if (*s->at == '.') {
        s->at++;
        if (!scan_digits(s)) {
            return false;
        }
    }
    if (*s->at == 'e' || *s->at == 'E') {
        s->at++;
        if (*s->at == '+' || *s->at == '-') {
            s->at++;
        }
        if (!scan_digits(s)) {
            return false;
        }
    }
    return true;
}

static bool scan_word(struct scan *s, const char *word) {
    size_t len = strlen(word);
    if (strncmp(s->at, word, len) != 0) {
        return scan_fail(s, "a JSON value must stand here");
    }
    s->at += len;
    return true;
}

bool scan_open(struct scan *s, char open) {
    if (s->error) {
        return false;
    }
    if (*s->at != open) {
        return scan_fail(s, open == '{' ? "an object must stand here" : "an array must stand here");
    }
    if (++s->depth > SCAN_MAX_DEPTH) {
        return scan_fail(s, "nested too deep");
    }
    s->at++;
    scan_space(s);
    return true;
}

/* Steps to the next part of an object or array; false at its end, which is left. */
static bool scan_part(struct scan *s, size_t *n, char close) {
    if (s->error) {
        return false;
    }
    if (*s->at == close) {
        s->at++;
        s->depth--;
        scan_space(s);
        return false;
    }
    if (*n > 0) {
        if (*s->at != ',') {
            return scan_fail(s, s->at == s->end ? "the text ends within a value"
                                                : "a comma or a closing bracket must stand here");
        }
        s->at++;
        scan_space(s);
    }
    (*n)++;
    return true;
}

bool scan_member(struct scan *s, size_t *n, struct slice *key) {
    if (!scan_part(s, n, '}') || !scan_string(s, key)) {
        return false;
    }
    if (*s->at != ':') {
        return scan_fail(s, "a colon must stand here");
    }
    s->at++;
    scan_space(s);
    return true;
}

bool scan_element(struct scan *s, size_t *n) {
    return scan_part(s, n, ']');
}

static bool scan_container(struct scan *s, char open) {
    if (!scan_open(s, open)) {
        return false;
    }
    size_t n = 0;
    while (open == '{' ? scan_member(s, &n, NULL) : scan_element(s, &n)) {
        if (!scan_value(s, NULL)) {
            return false;
        }
    }
    return !s->error;
}

bool scan_value(struct scan *s, struct slice *raw) {
    if (s->error) {
        return false;
    }
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
    if (!good) {
        return false;
    }
    const char *end = s->at;
    while (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t') {
        end--;
    }
    scan_space(s);
    if (raw) {
        *raw = slice_make(start, (size_t)(end - start));
    }
    return true;
}

bool scan_bool(struct scan *s, bool *flag) {
    if (s->error) {
        return false;
    }
    if (*s->at != 't' && *s->at != 'f') {
        return scan_fail(s, "true or false must stand here");
    }
    *flag = *s->at == 't';
    return scan_value(s, NULL);
}

bool scan_integer(struct scan *s, int64_t *number) {
    if (s->error) {
        return false;
    }
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
