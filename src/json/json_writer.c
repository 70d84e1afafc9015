#include "json/json_writer.h"

#include "base/utf8.h"
#include "json/json_plain.h"

static void write_escape(struct buf *out, unsigned char c) {
    static const char letters[256] = {['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                      ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};
    static const char hex[] = "0123456789abcdef";
    if (letters[c]) {
        buf_append(out, (char[]){'\\', letters[c]}, 2);
    } else {
        buf_append(out, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
    }
}

/* Appends text escaped; returns how many ill-formed pieces became U+FFFD. */
static size_t write_escaped(struct buf *out, struct slice text) {
    size_t replaced = 0;
    size_t run = 0; /* where the run of bytes that are copied as they are begins */
    size_t at = 0;
    for (;;) {
        at += json_plain_prefix(text.data + at, text.len - at);
        at += utf8_valid_multibyte_prefix(slice_make(text.data + at, text.len - at));
        if (at < text.len && json_is_plain((unsigned char)text.data[at])) {
            continue;
        }
        buf_append(out, text.data + run, at - run);
        if (at == text.len || out->failed) {
            return replaced;
        }
        if ((unsigned char)text.data[at] < 0x80) {
            write_escape(out, (unsigned char)text.data[at++]);
        } else {
            buf_append_slice(out, SLICE_LITERAL("\xEF\xBF\xBD"));
            at += utf8_step(slice_make(text.data + at, text.len - at)).len;
            replaced++;
        }
        run = at;
    }
}

size_t json_write_string(struct buf *out, struct slice text) {
    size_t start = out->len;
    /* Never less than this: escapes and U+FFFD only make it longer. */
    if (text.len > SIZE_MAX - 2 || !buf_reserve(out, text.len + 2)) {
        out->failed = true;
        return 0;
    }
    buf_append_char(out, '"');
    size_t replaced = write_escaped(out, text);
    if (!buf_append_char(out, '"')) {
        buf_truncate(out, start);
        return 0;
    }
    return replaced;
}

void json_write_key(struct buf *out, struct slice name) {
    json_write_string(out, name);
    buf_append_char(out, ':');
}

void json_write_int(struct buf *out, int64_t value) {
    char digits[20]; /* of INT64_MIN: 19 and a sign */
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0) {
        digits[--at] = '-';
    }
    buf_append(out, digits + at, sizeof digits - at);
}
