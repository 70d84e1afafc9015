#include "table/decimal.h"

#include <math.h>

enum { MAX_PLAIN_DIGITS = 80, DOUBLE_DIGITS = 40 };

static size_t count_digits(const char *at, const char *end) {
    const char *p = at;
    while (p < end && (unsigned char)(*p - '0') < 10) {
        p++;
    }
    return (size_t)(p - at);
}

/* False when there is an `e` without digits behind it. */
static bool take_exponent(const char *p, const char *end, struct slice *exponent) {
    *exponent = slice_make(p, 0);
    if (p == end || (*p != 'e' && *p != 'E')) {
        return true;
    }
    const char *digits = p + 1;
    if (digits < end && (*digits == '+' || *digits == '-')) {
        digits++;
    }
    size_t n = count_digits(digits, end);
    *exponent = slice_make(p, (size_t)(digits + n - p));
    return n > 0;
}

bool decimal_parse(struct slice text, struct decimal *number) {
    const char *p = text.data;
    const char *end = p + text.len;
    number->plus = p < end && *p == '+';
    number->negative = p < end && *p == '-';
    if (number->plus || number->negative) {
        p++;
    }
    number->whole = slice_make(p, count_digits(p, end));
    p += number->whole.len;
    number->point = p < end && *p == '.';
    if (number->point) {
        p++;
    }
    number->fraction = slice_make(p, number->point ? count_digits(p, end) : 0);
    p += number->fraction.len;
    return number->whole.len + number->fraction.len > 0 &&
           take_exponent(p, end, &number->exponent) && p + number->exponent.len == end;
}

/* The digit at that place of whole and fraction together. */
static char digit_at(const struct decimal *number, size_t at) {
    return at < number->whole.len ? number->whole.data[at]
                                  : number->fraction.data[at - number->whole.len];
}

static bool exponent_value(struct slice exponent, int64_t *value) {
    *value = 0;
    for (size_t i = 1; i < exponent.len; i++) {
        char c = exponent.data[i];
        if (c != '+' && c != '-') {
            *value = *value * 10 + (c - '0');
        }
        if (*value > DECIMAL_MAX_POWER) {
            return false;
        }
    }
    if (exponent.len > 1 && exponent.data[1] == '-') {
        *value = -*value;
    }
    return true;
}

bool decimal_significant(const struct decimal *number, struct significant *s) {
    size_t begin = 0;
    size_t end = number->whole.len + number->fraction.len;
    size_t all = end;
    int64_t exponent;
    while (begin < end && digit_at(number, begin) == '0') {
        begin++;
    }
    while (end > begin && digit_at(number, end - 1) == '0') {
        end--;
    }
    *s = (struct significant){.digits = end - begin, .skip = begin};
    if (s->digits == 0) {
        return true;
    }
    bool ok = exponent_value(number->exponent, &exponent);
    s->power = exponent - (int64_t)number->fraction.len + (int64_t)(all - end);
    return ok;
}

static void append_digits(struct buf *out, const struct decimal *number, size_t from, size_t n) {
    for (size_t i = from; i < from + n; i++) {
        buf_append_char(out, digit_at(number, i));
    }
}

static void append_zeros(struct buf *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        buf_append_char(out, '0');
    }
}

/* At most MAX_PLAIN_DIGITS digits in all. */
static void append_plain(struct buf *out, const struct decimal *number, struct significant s) {
    int64_t before_point = (int64_t)s.digits + s.power; /* digits there; below 1: none */
    if (s.power >= 0) {
        append_digits(out, number, s.skip, s.digits);
        append_zeros(out, s.power);
    } else if (before_point > 0) {
        append_digits(out, number, s.skip, (size_t)before_point);
        buf_append_char(out, '.');
        append_digits(out, number, s.skip + (size_t)before_point, s.digits - (size_t)before_point);
    } else {
        buf_append_text(out, "0.");
        append_zeros(out, -before_point);
        append_digits(out, number, s.skip, s.digits);
    }
}

static bool is_plain(struct significant s) {
    int64_t digits = (int64_t)s.digits;
    int64_t all = s.power >= 0 ? digits + s.power : digits > -s.power ? digits : 1 - s.power;
    return all <= MAX_PLAIN_DIGITS;
}

bool decimal_append(struct buf *out, const struct decimal *number) {
    struct significant s;
    if (!decimal_significant(number, &s)) {
        return false;
    }
    if (s.digits == 0) {
        return buf_append_char(out, '0') || true;
    }
    if (number->negative) {
        buf_append_char(out, '-');
    }
    if (is_plain(s)) {
        append_plain(out, number, s);
    } else {
        append_digits(out, number, s.skip, s.digits);
        buf_printf(out, "e%lld", (long long)s.power);
    }
    return true;
}

double decimal_double(const struct decimal *number) {
    struct significant s;
    char text[DOUBLE_DIGITS + 32];
    if (!decimal_significant(number, &s)) {
        bool small = number->exponent.data[1] == '-';
        return small ? 0 : number->negative ? -INFINITY : INFINITY;
    }
    size_t n = s.digits < DOUBLE_DIGITS ? s.digits : DOUBLE_DIGITS;
    for (size_t i = 0; i < n; i++) {
        text[i] = digit_at(number, s.skip + i);
    }
    long long power = s.power + (long long)(s.digits - n);
    snprintf(text + n, sizeof text - n, "%se%lld", n ? "" : "0", power);
    double value = strtod(text, NULL);
    return number->negative ? -value : value;
}
