#include "table/cell_value.h"

#include "table/decimal.h"

#include <strings.h>

enum { INT64_DIGITS = 19 };

static bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

static size_t count_digits(const char *at, const char *end) {
    const char *p = at;
    while (p < end && is_digit(*p)) {
        p++;
    }
    return (size_t)(p - at);
}

bool cell_boolean(struct slice text, bool *value) {
    if (text.len == 4 && strncasecmp(text.data, "true", 4) == 0) {
        *value = true;
        return true;
    }
    if (text.len == 5 && strncasecmp(text.data, "false", 5) == 0) {
        *value = false;
        return true;
    }
    return false;
}

/* [+-]digits within int64. */
static bool is_integer(struct slice text) {
    const char *p = text.data;
    const char *end = p + text.len;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) {
        p++;
    }
    size_t digits = count_digits(p, end);
    if (digits == 0 || p + digits != end) {
        return false;
    }
    while (digits > INT64_DIGITS && *p == '0') {
        p++;
        digits--;
    }
    if (digits != INT64_DIGITS) {
        return digits < INT64_DIGITS;
    }
    return memcmp(p, negative ? "9223372036854775808" : "9223372036854775807", INT64_DIGITS) <= 0;
}

/* Legal JSON as it stands. */
static bool is_json_number(const struct decimal *number) {
    bool leading_zero = number->whole.len > 1 && number->whole.data[0] == '0';
    return !number->plus && !leading_zero && number->whole.len > 0 &&
           (!number->point || number->fraction.len > 0);
}

static char *put(char *at, struct slice s) {
    if (s.len) {
        memcpy(at, s.data, s.len);
    }
    return at + s.len;
}

bool cell_number(struct slice text, char scratch[CELL_NUMBER_BYTES], struct slice *number) {
    struct decimal parts;
    if (!decimal_parse(text, &parts)) {
        return false;
    }
    if (is_json_number(&parts)) {
        *number = text;
        return true;
    }
    struct slice whole = parts.whole;
    while (whole.len > 1 && whole.data[0] == '0') {
        whole = slice_make(whole.data + 1, whole.len - 1);
    }
    if (whole.len == 0) {
        whole = SLICE_LITERAL("0");
    }
    if (whole.len + parts.fraction.len + parts.exponent.len + 2 > CELL_NUMBER_BYTES) {
        return false;
    }
    char *at = scratch;
    if (parts.negative) {
        *at++ = '-';
    }
    at = put(at, whole);
    if (parts.fraction.len) {
        *at++ = '.';
    }
    at = put(at, parts.fraction);
    at = put(at, parts.exponent);
    *number = slice_make(scratch, (size_t)(at - scratch));
    return true;
}

bool cell_is_not_finite(struct slice text) {
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+')) {
        return slice_equal_text(slice_make(text.data + 1, text.len - 1), "Infinity");
    }
    return slice_equal_text(text, "NaN") || slice_equal_text(text, "Infinity");
}

/* Two digits at p as a number below limit; -1 otherwise. */
static int two_digits(const char *p, int limit) {
    if (!is_digit(p[0]) || !is_digit(p[1])) {
        return -1;
    }
    int value = (p[0] - '0') * 10 + (p[1] - '0');
    return value < limit ? value : -1;
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, which is taken to hold always. */
static int64_t days_since_1970(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year; /* years begin in March: the leap day comes last */
    int64_t month_from_march = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

enum { DATE_BYTES = 10 };

/* `2007-12-03`, years 0001 to 9999. */
static bool parse_date(const char *p, size_t len, int64_t *days) {
    static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (len < DATE_BYTES || p[4] != '-' || p[7] != '-') {
        return false;
    }
    int century = two_digits(p, 100);
    int year_of_century = two_digits(p + 2, 100);
    int month = two_digits(p + 5, 13);
    int day = two_digits(p + 8, 32);
    int year = century * 100 + year_of_century;
    if (century < 0 || year_of_century < 0 || year < 1 || month < 1 || day < 1) {
        return false;
    }
    if (day > lengths[month - 1] + (month == 2 && is_leap(year))) {
        return false;
    }
    *days = days_since_1970(year, month, day);
    return true;
}

/* A fraction of a second, 1 to 9 digits behind the point at p. Gives how many bytes it takes, 0
 * when it is none. */
static size_t parse_fraction(const char *p, size_t len, int32_t *nanos) {
    size_t digits = count_digits(p + 1, p + len);
    if (digits < 1 || digits > 9) {
        return 0;
    }
    int32_t value = 0;
    for (size_t i = 1; i <= 9; i++) {
        value = value * 10 + (i <= digits ? p[i] - '0' : 0);
    }
    *nanos = value;
    return digits + 1;
}

/* `10:15`, `10:15:30`, `10:15:30.123`: seconds of the day and nanoseconds. Gives how many bytes it
 * takes, 0 when it is none. */
static size_t parse_time(const char *p, size_t len, struct instant *time) {
    *time = (struct instant){0};
    if (len < 5 || p[2] != ':') {
        return 0;
    }
    int hour = two_digits(p, 24);
    int minute = two_digits(p + 3, 60);
    if (hour < 0 || minute < 0) {
        return 0;
    }
    time->seconds = hour * 3600 + minute * 60;
    if (len < 8 || p[5] != ':') {
        return 5;
    }
    int second = two_digits(p + 6, 60);
    if (second < 0) {
        return 0;
    }
    time->seconds += second;
    if (len == 8 || p[8] != '.') {
        return 8;
    }
    size_t fraction = parse_fraction(p + 8, len - 8, &time->nanos);
    return fraction ? 8 + fraction : 0;
}

/* `Z`, `+hh:mm`, `+hhmm` up to 18 hours (Java's limit), all of the len bytes. */
static bool parse_offset(const char *p, size_t len, int64_t *seconds) {
    *seconds = 0;
    if (len == 1) {
        return *p == 'Z';
    }
    bool colon = len == 6 && p[3] == ':';
    if ((!colon && len != 5) || (*p != '+' && *p != '-')) {
        return false;
    }
    int hours = two_digits(p + 1, 19);
    int minutes = two_digits(p + (colon ? 4 : 3), 60);
    if (hours < 0 || minutes < 0 || (hours == 18 && minutes > 0)) {
        return false;
    }
    int offset = hours * 3600 + minutes * 60;
    *seconds = *p == '-' ? -offset : offset;
    return true;
}

/* COLUMN_NAIVE_DATE, COLUMN_NAIVE_DATETIME or COLUMN_UTC_DATETIME by the text's form, with its
 * instant; COLUMN_UNSPECIFIED when it is none of them. */
static enum column_type parse_instant(struct slice text, struct instant *instant) {
    const char *p = text.data;
    int64_t days = 0;
    if (!parse_date(p, text.len, &days)) {
        return COLUMN_UNSPECIFIED;
    }
    *instant = (struct instant){.seconds = days * 86400};
    if (text.len == DATE_BYTES) {
        return COLUMN_NAIVE_DATE;
    }
    if (p[DATE_BYTES] != 'T' && p[DATE_BYTES] != ' ') {
        return COLUMN_UNSPECIFIED;
    }
    struct instant time;
    size_t used = DATE_BYTES + 1;
    size_t time_bytes = parse_time(p + used, text.len - used, &time);
    if (time_bytes == 0) {
        return COLUMN_UNSPECIFIED;
    }
    used += time_bytes;
    instant->seconds += time.seconds;
    instant->nanos = time.nanos;
    if (used == text.len) {
        return COLUMN_NAIVE_DATETIME;
    }
    int64_t offset = 0;
    if (!parse_offset(p + used, text.len - used, &offset)) {
        return COLUMN_UNSPECIFIED;
    }
    instant->seconds -= offset;
    return COLUMN_UTC_DATETIME;
}

bool cell_instant(struct slice text, struct instant *instant) {
    struct instant found = {0};
    if (parse_instant(text, &found) == COLUMN_UNSPECIFIED) {
        return false;
    }
    *instant = found;
    return true;
}

static bool is_number(struct slice text) {
    char scratch[CELL_NUMBER_BYTES];
    struct slice number;
    return cell_number(text, scratch, &number);
}

static bool is_form(struct slice text, enum column_type form) {
    struct instant instant;
    return parse_instant(text, &instant) == form;
}

static bool is_time(struct slice text) {
    struct instant time;
    return text.len > 0 && parse_time(text.data, text.len, &time) == text.len;
}

const char *cell_check(enum column_type type, struct slice text) {
    bool truth;
    switch (type) {
    case COLUMN_BOOLEAN:
        return cell_boolean(text, &truth) ? NULL : "is neither true nor false";
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
        return is_integer(text) ? NULL : "is not a whole number of at most 64 bits";
    case COLUMN_DECIMAL:
        return is_number(text) ? NULL : "is not a decimal number";
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        return is_number(text) || cell_is_not_finite(text) ? NULL : "is not a number";
    case COLUMN_NAIVE_DATE:
        return is_form(text, type) ? NULL : "is not a date of the form 2007-12-03";
    case COLUMN_NAIVE_DATETIME:
        return is_form(text, type) ? NULL : "is not a time of the form 2007-12-03T10:15:30";
    case COLUMN_UTC_DATETIME:
        return is_form(text, type) ? NULL : "is not a time of the form 2007-12-03T10:15:30.123Z";
    case COLUMN_NAIVE_TIME:
        return is_time(text) ? NULL : "is not a time of day of the form 10:15:30";
    case COLUMN_UNSPECIFIED:
    case COLUMN_BINARY:
    case COLUMN_XML:
    case COLUMN_STRING:
    case COLUMN_JSON:
        break;
    }
    return NULL;
}
