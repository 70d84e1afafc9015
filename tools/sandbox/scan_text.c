/* Strings of JSON: what they stand for, and how text is written as one. */
#include "sandbox/scan.h"

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
        if (raw.data[i] == '\\' && i + 1 < raw.len)
            i += 1 + scan_one_escape(raw, i + 1, out);
        else
            buf_append_char(out, raw.data[i++]);
    }
}

void scan_quote(struct buf *out, struct slice text) {
    buf_append_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\')
            buf_append_char(out, '\\');
        if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_append_char(out, (char)c);
    }
    buf_append_char(out, '"');
}
