#include "table/cell_value.h"

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

/* True when text is the lower-case word, in any case. */
static bool is_word(struct slice text, const char *word) {
    size_t i = 0;
    while (i < text.len && word[i] && (text.data[i] | 0x20) == word[i]) {
        i++;
    }
    return i == text.len && !word[i];
}

bool cell_boolean(struct slice text, bool *value) {
    *value = is_word(text, "true");
    return *value || is_word(text, "false");
}

/* Two digits at p as a number below limit; -1 otherwise. */
static inline int two_digits(const char *p, int limit) {
    unsigned tens = (unsigned char)(p[0] - '0');
    unsigned ones = (unsigned char)(p[1] - '0');
    int value = (int)(tens * 10 + ones);
    return tens < 10 && ones < 10 && value < limit ? value : -1;
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

/* What a text says of a moment: a date, a time of that day, and how far it is ahead of UTC. */
struct moment {
    int year;
    int month;
    int day;
    int32_t second; /* of the day */
    int32_t nanos;
    int32_t offset; /* in seconds */
};

/* `2007-12-03`, years 0001 to 9999. */
static inline bool parse_date(const char *p, size_t len, struct moment *m) {
    static const char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (len < DATE_BYTES || p[4] != '-' || p[7] != '-') {
        return false;
    }
    int century = two_digits(p, 100);
    int year_of_century = two_digits(p + 2, 100);
    m->year = century * 100 + year_of_century;
    m->month = two_digits(p + 5, 13);
    m->day = two_digits(p + 8, 32);
    if (century < 0 || year_of_century < 0 || m->year < 1 || m->month < 1 || m->day < 1) {
        return false;
    }
    return m->day <= 28 || m->day <= lengths[m->month - 1] + (m->month == 2 && is_leap(m->year));
}

/* A fraction of a second, 1 to 9 digits behind the point at p. Gives how many bytes it takes, 0
 * when it is none. */
static size_t parse_fraction(const char *p, size_t len, int32_t *nanos) {
    static const int32_t nanos_of_last[] = {0,     100000000, 10000000, 1000000, 100000,
                                            10000, 1000,      100,      10,      1};
    size_t digits = count_digits(p + 1, p + len);
    if (digits < 1 || digits > 9) {
        return 0;
    }
    int32_t value = 0;
    for (size_t i = 1; i <= digits; i++) {
        value = value * 10 + (p[i] - '0');
    }
    *nanos = value * nanos_of_last[digits];
    return digits + 1;
}

/* `10:15`, `10:15:30`, `10:15:30.123`. Gives how many bytes it takes, 0 when it is none. */
static inline size_t parse_time(const char *p, size_t len, struct moment *m) {
    if (len < 5 || p[2] != ':') {
        return 0;
    }
    int hour = two_digits(p, 24);
    int minute = two_digits(p + 3, 60);
    if (hour < 0 || minute < 0) {
        return 0;
    }
    m->second = hour * 3600 + minute * 60;
    if (len < 8 || p[5] != ':') {
        return 5;
    }
    int second = two_digits(p + 6, 60);
    if (second < 0) {
        return 0;
    }
    m->second += second;
    if (len == 8 || p[8] != '.') {
        return 8;
    }
    size_t fraction = parse_fraction(p + 8, len - 8, &m->nanos);
    return fraction ? 8 + fraction : 0;
}

/* `Z`, `+hh:mm`, `+hhmm` up to 18 hours (Java's limit), all of the len bytes. */
static inline bool parse_offset(const char *p, size_t len, struct moment *m) {
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
    m->offset = *p == '-' ? -offset : offset;
    return true;
}

/* COLUMN_NAIVE_DATE, COLUMN_NAIVE_DATETIME or COLUMN_UTC_DATETIME by the text's form, and what it
 * says; COLUMN_UNSPECIFIED when it is none of them. */
static enum column_type parse_moment(struct slice text, struct moment *m) {
    const char *p = text.data;
    *m = (struct moment){0};
    if (!parse_date(p, text.len, m)) {
        return COLUMN_UNSPECIFIED;
    }
    if (text.len == DATE_BYTES) {
        return COLUMN_NAIVE_DATE;
    }
    if (p[DATE_BYTES] != 'T' && p[DATE_BYTES] != ' ') {
        return COLUMN_UNSPECIFIED;
    }
    size_t used = DATE_BYTES + 1;
    size_t time_bytes = parse_time(p + used, text.len - used, m);
    if (time_bytes == 0) {
        return COLUMN_UNSPECIFIED;
    }
    used += time_bytes;
    if (used == text.len) {
        return COLUMN_NAIVE_DATETIME;
    }
    return parse_offset(p + used, text.len - used, m) ? COLUMN_UTC_DATETIME : COLUMN_UNSPECIFIED;
}

bool cell_instant(struct slice text, struct instant *instant) {
    struct moment m;
    if (parse_moment(text, &m) == COLUMN_UNSPECIFIED) {
        return false;
    }
    instant->seconds = days_since_1970(m.year, m.month, m.day) * 86400 + m.second - m.offset;
    instant->nanos = m.nanos;
    return true;
}

static bool is_form(struct slice text, enum column_type form) {
    struct moment m;
    return parse_moment(text, &m) == form;
}

static bool is_time(struct slice text) {
    struct moment m;
    return text.len > 0 && parse_time(text.data, text.len, &m) == text.len;
}

const char *cell_check(enum column_type type, struct slice text) {
    const char *reason;
    bool truth;
    switch (type) {
    case COLUMN_BOOLEAN:
        return cell_boolean(text, &truth) ? NULL : "is neither true nor false";
    case COLUMN_SHORT:
    case COLUMN_INT:
    case COLUMN_LONG:
    case COLUMN_DECIMAL:
        return cell_number_check(type, text);
    case COLUMN_FLOAT:
    case COLUMN_DOUBLE:
        reason = cell_number_check(type, text);
        return reason && cell_is_not_finite(text) ? NULL : reason;
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
