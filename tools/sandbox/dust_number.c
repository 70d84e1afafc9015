#include "sandbox/dust_number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_MAX_TEXT = 4096 }; /* bytes of a text that may be a number */

static bool number_is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool dust_number_i64(struct slice text, int64_t *number) {
    size_t i = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
    bool negative = text.len > 0 && text.data[0] == '-';
    if (i == text.len) {
        return false;
    }
    int64_t value = 0; /* kept negative: there is one more of them */
    for (; i < text.len; i++) {
        if (!number_is_digit(text.data[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text.data[i] - '0', &value)) {
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *number = negative ? value : -value;
    return true;
}

static size_t number_digits(struct slice text, size_t *at) {
    size_t start = *at;
    while (*at < text.len && number_is_digit(text.data[*at])) {
        (*at)++;
    }
    return *at - start;
}

/* [+-] digits [. digits] [e [+-] digits], the exponent only behind a point. */
static bool number_is_decimal(struct slice text) {
    size_t at = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
    size_t digits = number_digits(text, &at);
    bool point = at < text.len && text.data[at] == '.';
    if (point) {
        at++;
        digits += number_digits(text, &at);
    }
    if (digits == 0) {
        return false;
    }
    if (point && at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        at += at < text.len && (text.data[at] == '-' || text.data[at] == '+');
        if (number_digits(text, &at) == 0) {
            return false;
        }
    }
    return at == text.len;
}

bool dust_number_f64(struct slice text, double *number) {
    char copy[NUMBER_MAX_TEXT];
    if (text.len >= sizeof(copy) || !number_is_decimal(text)) {
        return false;
    }
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    *number = strtod(copy, NULL);
    return isfinite(*number);
}

/* The fewest digits that read back as the number: "d.ddde[+-]x" taken apart. */
static int number_shortest(double number, char digits[32], int *exponent) {
    char text[40];
    int precision = fabs(number) < DBL_MIN ? 1 : 15;
    do {
        snprintf(text, sizeof(text), "%.*e", precision - 1, fabs(number));
        precision++;
    } while (precision <= 17 && strtod(text, NULL) != fabs(number));
    int count = 0;
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at != '.') {
            digits[count++] = *at;
        }
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    *exponent = (int)strtol(at + 1, NULL, 10);
    return count;
}

/* Digits without exponent; point: how many digits stand before the decimal point. */
static void number_plain(const char *digits, int count, int point, struct buf *out) {
    if (point <= 0) {
        buf_append_text(out, "0.");
    }
    for (int i = point; i < 0; i++) {
        buf_append_char(out, '0');
    }
    for (int i = 0; i < count; i++) {
        if (i == point && i > 0) {
            buf_append_char(out, '.');
        }
        buf_append_char(out, digits[i]);
    }
    for (int i = count; i < point; i++) {
        buf_append_char(out, '0');
    }
}

void dust_number_rust(double number, struct buf *out) {
    char digits[32] = "";
    int exponent;
    if (signbit(number)) {
        buf_append_char(out, '-');
    }
    if (number == 0) {
        buf_append_char(out, '0');
        return;
    }
    int count = number_shortest(number, digits, &exponent);
    number_plain(digits, count, exponent + 1, out);
}

void dust_number_js(double number, struct buf *out) {
    char digits[32] = "";
    int exponent;
    if (number == 0) {
        buf_append_char(out, '0');
        return;
    }
    if (number < 0) {
        buf_append_char(out, '-');
    }
    int count = number_shortest(number, digits, &exponent);
    if (exponent >= -7 && exponent < 21) {
        number_plain(digits, count, exponent + 1, out);
        return;
    }
    buf_append_char(out, digits[0]);
    if (count > 1) {
        buf_append_char(out, '.');
        buf_append(out, digits + 1, (size_t)count - 1);
    }
    buf_printf(out, "e%c%d", exponent < 0 ? '-' : '+', exponent < 0 ? -exponent : exponent);
}
