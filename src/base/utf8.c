#include "base/utf8.h"

#include <stdint.h>

/* What may follow a lead byte: how many bytes, and the range of the first of them. The others are
 * always 80..BF. */
struct follow {
    unsigned char count, low, high;
};

static struct follow follow_of(unsigned char lead) {
    if (lead >= 0xC2 && lead <= 0xDF) {
        return (struct follow){1, 0x80, 0xBF};
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return (struct follow){2, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF};
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        return (struct follow){3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF};
    }
    return (struct follow){0};
}

struct utf8_step utf8_step(struct slice text) {
    if (text.len == 0) {
        return (struct utf8_step){0, true};
    }
    const unsigned char *bytes = (const unsigned char *)text.data;
    if (bytes[0] < 0x80) {
        return (struct utf8_step){1, true};
    }
    struct follow follow = follow_of(bytes[0]);
    size_t len = 1;
    while (len <= follow.count && len < text.len && bytes[len] >= follow.low &&
           bytes[len] <= follow.high) {
        follow.low = 0x80;
        follow.high = 0xBF;
        len++;
    }
    return (struct utf8_step){len, follow.count > 0 && len == (size_t)follow.count + 1};
}

size_t utf8_valid_multibyte_prefix(struct slice text) {
    size_t at = 0;
    while (at < text.len && (unsigned char)text.data[at] >= 0x80) {
        struct utf8_step step = utf8_step(slice_make(text.data + at, text.len - at));
        if (!step.valid) {
            break;
        }
        at += step.len;
    }
    return at;
}

static size_t ascii_prefix(struct slice text) {
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t at = 0;
    for (uint64_t word = 0; text.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        if (word & high_bits) {
            break;
        }
    }
    while (at < text.len && (unsigned char)text.data[at] < 0x80) {
        at++;
    }
    return at;
}

size_t utf8_valid_prefix(struct slice text) {
    size_t at = 0;
    while (at < text.len) {
        size_t before = at;
        at += ascii_prefix(slice_make(text.data + at, text.len - at));
        at += utf8_valid_multibyte_prefix(slice_make(text.data + at, text.len - at));
        if (at == before) {
            break;
        }
    }
    return at;
}

void utf8_repair(char *text) {
    struct slice left = slice_of(text);
    char *at = text;
    while (left.len > 0) {
        size_t valid = utf8_valid_prefix(left);
        at += valid;
        if (valid < left.len) {
            *at++ = '?';
            valid++;
        }
        left = slice_make(at, left.len - valid);
    }
}
