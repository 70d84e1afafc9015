#include "table/cell_number.h"

#include "table/decimal.h"

enum { INT64_DIGITS = 19 };

static inline const char *skip_digits(const char *p, const char *end) {
    while (p < end && (unsigned char)(*p - '0') < 10) {
        p++;
    }
    return p;
}

/* What one pass tells of nearly every number: `-12` and `-12.5`, as JSON writes them. */
enum plain {
    NOT_PLAIN, /* has another form, or is no number */
    PLAIN,
    PLAIN_INT64, /* has no fraction, and too few digits to pass 64 bits */
};

static inline enum plain plain_number(struct slice text) {
    const char *end = text.data + text.len;
    const char *whole = text.data;
    if (whole < end && *whole == '-') {
        whole++;
    }
    const char *p = skip_digits(whole, end);
    if (p == whole || (*whole == '0' && p - whole > 1)) {
        return NOT_PLAIN;
    }
    if (p == end) {
        return p - whole < INT64_DIGITS ? PLAIN_INT64 : PLAIN;
    }
    const char *fraction = p + 1;
    bool plain = *p == '.' && fraction < end && skip_digits(fraction, end) == end;
    return plain ? PLAIN : NOT_PLAIN;
}

static inline bool is_integer_type(enum column_type type) {
    return type == COLUMN_SHORT || type == COLUMN_INT || type == COLUMN_LONG;
}

/* True when one look is enough: a number of the type, and legal JSON. */
static inline bool is_plain(enum column_type type, struct slice text) {
    enum plain plain = plain_number(text);
    return plain == PLAIN_INT64 || (plain == PLAIN && !is_integer_type(type));
}

/* [+-]digits within int64. */
static bool is_integer(struct slice text) {
    struct decimal number;
    if (!decimal_parse(text, &number) || number.point || number.exponent.len > 0) {
        return false;
    }
    struct slice digits = number.whole;
    while (digits.len > INT64_DIGITS && digits.data[0] == '0') {
        digits = slice_make(digits.data + 1, digits.len - 1);
    }
    if (digits.len != INT64_DIGITS) {
        return digits.len < INT64_DIGITS;
    }
    const char *limit = number.negative ? "9223372036854775808" : "9223372036854775807";
    return memcmp(digits.data, limit, INT64_DIGITS) <= 0;
}

const char *cell_number_check(enum column_type type, struct slice text) {
    struct decimal number;
    if (is_plain(type, text)) {
        return NULL;
    }
    if (is_integer_type(type)) {
        return is_integer(text) ? NULL : "is not a whole number of at most 64 bits";
    }
    if (decimal_parse(text, &number)) {
        return NULL;
    }
    return type == COLUMN_DECIMAL ? "is not a decimal number" : "is not a number";
}

/* A number that is no JSON yet: without `+`, leading zeros and a point that has no digits on one of
 * its sides. */
static void append_rewritten(struct buf *out, const struct decimal *number) {
    struct slice whole = number->whole;
    while (whole.len > 1 && whole.data[0] == '0') {
        whole = slice_make(whole.data + 1, whole.len - 1);
    }
    if (number->negative) {
        buf_append_char(out, '-');
    }
    buf_append_slice(out, whole.len > 0 ? whole : SLICE_LITERAL("0"));
    if (number->fraction.len > 0) {
        buf_append_char(out, '.');
        buf_append_slice(out, number->fraction);
    }
    buf_append_slice(out, number->exponent);
}

static __attribute__((noinline)) const char *append_unusual(struct buf *out, enum column_type type,
                                                            struct slice text) {
    struct decimal number;
    const char *reason = cell_number_check(type, text);
    if (!reason && decimal_parse(text, &number)) {
        append_rewritten(out, &number);
    }
    return reason;
}

const char *cell_number_append(struct buf *out, enum column_type type, struct slice text) {
    if (!is_plain(type, text)) {
        return append_unusual(out, type, text);
    }
    buf_append_slice(out, text);
    return NULL;
}

bool cell_is_not_finite(struct slice text) {
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        return slice_equal_text(slice_make(text.data + 1, text.len - 1), "Infinity");
    }
    return slice_equal_text(text, "NaN") || slice_equal_text(text, "Infinity");
}
