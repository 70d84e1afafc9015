#include "json/json_tidy.h"

#include "json/json_escape.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>

/* Copies the escape at the beginning of text, or what stands for it; returns its length there. */
static size_t tidy_escape(struct slice text, struct buf *out) {
    unsigned unit = json_escaped_unit(text);
    size_t len = unit || text.data[1] == 'u' ? JSON_ESCAPE_BYTES : 2;
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        unsigned next = json_escaped_unit(slice_make(text.data + len, text.len - len));
        if (unit > 0xDBFF || next < 0xDC00 || next > 0xDFFF) {
            buf_append_slice(out, SLICE_LITERAL("\\ufffd"));
            return len;
        }
        len += JSON_ESCAPE_BYTES;
    }
    buf_append(out, text.data, len);
    return len;
}

/* From the opening quote to the closing one; returns the length of both. */
static size_t tidy_string(struct slice text, struct buf *out) {
    size_t at = 1;
    buf_append_char(out, '"');
    while (text.data[at] != '"') {
        if (text.data[at] == '\\') {
            at += tidy_escape(slice_make(text.data + at, text.len - at), out);
        } else {
            buf_append_char(out, text.data[at++]);
        }
    }
    buf_append_char(out, '"');
    return at + 1;
}

/* A number as a C string. What is out of range is as strtoll and strtod say. */
static void tidy_number(const char *number, struct buf *out) {
    double value = strtod(number, NULL);
    errno = 0;
    if (number[strspn(number, "-0123456789")] == '\0') {
        (void)strtoll(number, NULL, 10);
    }
    if (!isinf(value) && errno == 0) {
        buf_append_text(out, number);
        return;
    }
    if (isinf(value)) {
        value = value < 0 ? -DBL_MAX : DBL_MAX;
    }
    buf_printf(out, "%.16e", value); /* 17 digits: the same double again */
}

static size_t number_length(struct slice text) {
    size_t len = 0;
    while (len < text.len && text.data[len] && strchr("-+.eE0123456789", text.data[len])) {
        len++;
    }
    return len;
}

void json_tidy(struct slice text, struct buf *out) {
    struct buf number;
    buf_init(&number, text.len + 1);
    for (size_t at = 0; at < text.len && !out->failed;) {
        struct slice rest = slice_make(text.data + at, text.len - at);
        char c = rest.data[0];
        if (c == '"') {
            at += tidy_string(rest, out);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            size_t len = number_length(rest);
            buf_reset(&number);
            buf_append(&number, rest.data, len);
            buf_append_char(&number, '\0');
            if (number.failed) {
                out->failed = true;
            } else {
                tidy_number(number.data, out);
            }
            at += len;
        } else {
            buf_append_char(out, c);
            at++;
        }
    }
    buf_clean_up(&number);
}
