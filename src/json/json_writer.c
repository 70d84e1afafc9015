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

/* Appends text escaped, of which `plain` bytes in front are known to need no escape; returns how
 * many ill-formed pieces became U+FFFD. */
static size_t write_escaped(struct buf *out, struct slice text, size_t plain) {
    size_t replaced = 0;
    size_t run = 0; /* where the run of bytes that are copied as they are begins */
    size_t at = plain;
    for (;;) {
        at += utf8_valid_multibyte_prefix(slice_make(text.data + at, text.len - at));
        if (at < text.len && json_is_plain((unsigned char)text.data[at])) {
            at += json_plain_prefix(text.data + at, text.len - at);
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
    size_t plain = json_plain_prefix(text.data, text.len);
    if (plain == text.len) {
        json_write_plain(out, text);
        return 0;
    }
    buf_append_char(out, '"');
    size_t replaced = write_escaped(out, text, plain);
    if (!buf_append_char(out, '"')) {
        buf_truncate(out, start);
        return 0;
    }
    return replaced;
}

void json_write_plain(struct buf *out, struct slice text) {
    char *at = text.len <= SIZE_MAX - 2 ? buf_claim(out, text.len + 2) : NULL;
    if (!at) {
        out->failed = true;
        return;
    }
    at[0] = '"';
    if (text.len > 0) {
        memcpy(at + 1, text.data, text.len);
    }
    at[text.len + 1] = '"';
}

void json_write_key(struct buf *out, struct slice name) {
    json_write_string(out, name);
    buf_append_char(out, ':');
}

void json_write_int(struct buf *out, int64_t value) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    char digits[20]; /* of INT64_MIN: 19 and a sign */
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (; rest >= 10; rest /= 100) {
        at -= 2;
        memcpy(digits + at, pairs + rest % 100 * 2, 2);
    }
    if (rest > 0 || at == sizeof digits) {
        digits[--at] = (char)('0' + rest);
    }
    if (value < 0) {
        digits[--at] = '-';
    }
    buf_append(out, digits + at, sizeof digits - at);
}
