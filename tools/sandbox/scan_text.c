/* Strings of JSON: reading them, what they stand for, and how text is written as one. */
#include "sandbox/scan.h"

/* Bytes of one well-formed UTF-8 sequence of more than one byte (Unicode, table 3-7); 0: none. */
static size_t scan_utf8(const unsigned char *p) {
    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 0;
    }
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (p[0] == 0xe0) {
        low = 0xa0;
    } else if (p[0] == 0xed) {
        high = 0x9f;
    } else if (p[0] == 0xf0) {
        low = 0x90;
    } else if (p[0] == 0xf4) {
        high = 0x8f;
    }
    size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

static bool scan_is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Steps over an escape; s->at is behind the backslash. */
static bool scan_escape(struct scan *s) {
    if (*s->at != 'u') {
        if (*s->at == '\0' || !strchr("\"\\/bfnrt", *s->at)) {
            return scan_fail(s, "unknown escape");
        }
        s->at++;
        return true;
    }
    s->at++;
    for (int i = 0; i < 4; i++, s->at++) {
        if (!scan_is_hex(*s->at)) {
            return scan_fail(s, "\\u needs four hex digits");
        }
    }
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
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            return p + __builtin_ctzll(bad & highs) / 8; /* a borrow only flags bytes behind it */
#else
            break;
#endif
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
    if (s->error) {
        return false;
    }
    if (*s->at != '"') {
        return scan_fail(s, "a string must stand here");
    }
    const char *start = ++s->at;
    do {
        s->at = scan_plain(s->at, s->end);
    } while (scan_special(s));
    if (s->error) {
        return false;
    }
    if (raw) {
        *raw = slice_make(start, (size_t)(s->at - start));
    }
    s->at++;
    scan_space(s);
    return true;
}

static unsigned scan_hex4(const char *p) {
    char digits[5] = {p[0], p[1], p[2], p[3], '\0'};
    return (unsigned)strtoul(digits, NULL, 16);
}

static void scan_put_utf8(struct buf *out, unsigned c) {
    if (c < 0x80) {
        buf_append_char(out, (char)c);
    } else if (c < 0x800) {
        buf_append_char(out, (char)(0xc0 | c >> 6));
        buf_append_char(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_append_char(out, (char)(0xe0 | c >> 12));
        buf_append_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_append_char(out, (char)(0xf0 | c >> 18));
        buf_append_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_append_char(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* The character of an escape at raw.data[i] (behind the backslash); returns how many bytes it took.
 */
static size_t scan_one_escape(struct slice raw, size_t i, struct buf *out) {
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (raw.data[i] != 'u') {
        const char *found = strchr(from, raw.data[i]);
        buf_append_char(out, found ? to[found - from] : '?');
        return 1;
    }
    unsigned c = scan_hex4(raw.data + i + 1);
    if (c >= 0xd800 && c < 0xdc00 && i + 11 <= raw.len && raw.data[i + 5] == '\\' &&
        raw.data[i + 6] == 'u') {
        unsigned low = scan_hex4(raw.data + i + 7);
        if (low >= 0xdc00 && low < 0xe000) {
            scan_put_utf8(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
            return 11;
        }
    }
    scan_put_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return 5;
}

void scan_unescape(struct slice raw, struct buf *out) {
    for (size_t i = 0; i < raw.len;) {
        if (raw.data[i] == '\\' && i + 1 < raw.len) {
            i += 1 + scan_one_escape(raw, i + 1, out);
        } else {
            buf_append_char(out, raw.data[i++]);
        }
    }
}

void scan_quote(struct buf *out, struct slice text) {
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            buf_append_char(out, '\\');
        }
        if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_append_char(out, (char)c);
        }
    }
    buf_append_char(out, '"');
}
