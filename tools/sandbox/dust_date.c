#include "sandbox/dust_date.h"

#include "base/clock.h"
#include "sandbox/dust_calendar.h"

#include <stdio.h>
#include <strings.h>

/* What a text may look like, in the order of trying. In a pattern: %Y four digits, %y two or four,
 * %m %d %H %I one or two, %M %S two (%2: those of month or day that must be two), %f a fraction
 * that may be missing, %p am or pm, %b a month's name, %a a weekday's, %z a zone; a space is white
 * space or nothing, an underscore at least one, ? makes the character before it optional. */
static const char *const date_patterns[] = {
    "%Y-%2m-%2dT%2H:%M:%S%f%z", /* RFC 3339 */
    "%Y-%2m-%2dt%2H:%M:%S%f%z",
    "%a, %d %b %Y %H:%M:%S_%z", /* RFC 2822, HTTP */
    "%a, %d %b %Y %H:%M_%z",
    "%d %b %Y %H:%M:%S_%z",
    "%Y-%2m-%2d_%2H:%M:%S%f",
    "%Y-%2m-%2d_%2H:%M",
    "%Y-%2m-%2d_%2I:%M:%S %p",
    "%Y-%2m-%2d_%2I:%M %p",
    "%Y-%2m-%2d_%2H:%M:%S%f %z",
    "%Y-%2m-%2d_%2H:%M %z",
    "%Y-%2m-%2d",
    "%Y-%2m-%2d %z",
    "%H:%M:%S",
    "%H:%M",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%H:%M:%S_%z",
    "%H:%M_%z",
    "%I:%M:%S %p_%z",
    "%I:%M %p_%z",
    "%Y-%b-%2d",
    "%d-%b-%Y",
    "%b %d %Y",
    "%b_%d_at_%I:%M %p",
    "%b_%d_%H:%M:%S",
    "%b.?_%d,_%y,?_%H:%M:%S",
    "%b.?_%d,_%y,?_%H:%M",
    "%b.?_%d,_%y,?_%I:%M:%S %p",
    "%b.?_%d,_%y,?_%I:%M %p",
    "%b_%d,_%Y,?_%H:%M:%S_%z",
    "%b_%d,_%Y,?_%H:%M_%z",
    "%b_%d,_%Y,?_%I:%M:%S %p_%z",
    "%b_%d,_%Y,?_%I:%M %p_%z",
    "%b.?_%d,_%y",
    "%d_%b_%Y,?_%H:%M:%S%f",
    "%d_%b_%Y,?_%H:%M",
    "%d_%b_%Y,?_%I:%M:%S %p",
    "%d_%b_%Y,?_%I:%M %p",
    "%d_%b_%y",
    "%m/%d/%y_%H:%M:%S%f",
    "%m/%d/%y_%H:%M",
    "%m/%d/%y_%I:%M:%S %p",
    "%m/%d/%y_%I:%M %p",
    "%m/%d/%y",
    "%Y/%m/%d_%H:%M:%S%f",
    "%Y/%m/%d_%H:%M",
    "%Y/%m/%d_%I:%M:%S %p",
    "%Y/%m/%d_%I:%M %p",
    "%Y/%m/%d",
    "%m.%d.%y",
    "%Y.%m.%d",
    "%2y%2m%2d_%2H:%M:%S", /* MySQL's log */
    "%Y年%2m月%2d日%2H时%M分%S秒",
    "%Y年%2m月%2d日",
};

struct date {
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int millisecond;
    int zone;     /* minutes east of Greenwich */
    int weekday;  /* 0 Sunday; -1 not said */
    bool has_day; /* month and day are said */
    bool has_year;
    bool twelve; /* the hour is of a clock with am and pm */
    bool pm;
};

struct date_reader {
    const char *at;
    const char *end;
};

static bool date_number(struct date_reader *r, int min, int max, int *number) {
    int digits = 0;
    *number = 0;
    while (digits < max && r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        *number = *number * 10 + (*r->at++ - '0');
        digits++;
    }
    return digits >= min;
}

static bool date_fraction(struct date_reader *r, int *millisecond) {
    int digits = 0;
    *millisecond = 0;
    if (r->at == r->end || *r->at != '.') {
        return true;
    }
    for (r->at++; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++, digits++) {
        if (digits < 3) {
            *millisecond = *millisecond * 10 + (*r->at - '0');
        }
    }
    for (int i = digits; i < 3; i++) {
        *millisecond *= 10;
    }
    return digits > 0;
}

static size_t date_letters(const struct date_reader *r) {
    size_t len = 0;
    while (r->at + len < r->end && ((r->at[len] | 0x20) >= 'a' && (r->at[len] | 0x20) <= 'z')) {
        len++;
    }
    return len;
}

/* A name in full or its first three letters; the place in the list, -1: none. */
static int date_name(struct date_reader *r, const char *const *names, int count) {
    size_t len = date_letters(r);
    for (int i = 0; i < count; i++) {
        if (len >= 3 && (*r->at | 0x20) == (names[i][0] | 0x20) &&
            (len == 3 || len == strlen(names[i])) && strncasecmp(r->at, names[i], len) == 0) {
            r->at += len;
            return i;
        }
    }
    return -1;
}

static bool date_month(struct date_reader *r, struct date *date) {
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    date->month = date_name(r, names, 12) + 1;
    return date->month > 0;
}

static bool date_weekday(struct date_reader *r, struct date *date) {
    static const char *const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
    date->weekday = date_name(r, names, 7);
    return date->weekday >= 0;
}

static bool date_half(struct date_reader *r, struct date *date) {
    if (date_letters(r) != 2 || (r->at[1] | 0x20) != 'm' ||
        ((r->at[0] | 0x20) != 'a' && (r->at[0] | 0x20) != 'p')) {
        return false;
    }
    date->pm = (r->at[0] | 0x20) == 'p';
    r->at += 2;
    return true;
}

static bool date_zone(struct date_reader *r, struct date *date) {
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"Z", 0},      {"UTC", 0},    {"GMT", 0},    {"EST", -300},
                 {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
                 {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
    size_t len = date_letters(r);
    for (size_t i = 0; len > 0 && i < sizeof(zones) / sizeof(zones[0]); i++) {
        if (len == strlen(zones[i].name) && strncasecmp(r->at, zones[i].name, len) == 0) {
            date->zone = zones[i].minutes;
            r->at += len;
            return true;
        }
    }
    if (r->at == r->end || (*r->at != '+' && *r->at != '-')) {
        return false;
    }
    int sign = *r->at++ == '-' ? -1 : 1;
    int hours;
    int minutes = 0;
    if (!date_number(r, 2, 2, &hours)) {
        return false;
    }
    bool colon = r->at < r->end && *r->at == ':';
    r->at += colon;
    if ((colon || r->at < r->end) && !date_number(r, 2, 2, &minutes)) {
        return false;
    }
    date->zone = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool date_year(struct date_reader *r, struct date *date, bool four, bool two) {
    const char *start = r->at;
    date->has_year = true;
    if (!date_number(r, two ? 2 : four ? 4 : 2, two ? 2 : 4, &date->year)) {
        return false;
    }
    if (r->at - start == 2) {
        date->year += date->year < 70 ? 2000 : 1900;
    }
    return r->at - start != 3;
}

/* One % of a pattern. */
static bool date_part(struct date_reader *r, struct date *date, char part, bool two) {
    int min = two ? 2 : 1;
    switch (part) {
    case 'Y':
    case 'y':
        return date_year(r, date, part == 'Y', two);
    case 'm':
        return date_number(r, min, 2, &date->month);
    case 'd':
        date->has_day = true;
        return date_number(r, min, 2, &date->day);
    case 'I':
        date->twelve = true;
        return date_number(r, min, 2, &date->hour);
    case 'H':
        return date_number(r, min, 2, &date->hour);
    case 'M':
        return date_number(r, 2, 2, &date->minute);
    case 'S':
        return date_number(r, 2, 2, &date->second);
    case 'f':
        return date_fraction(r, &date->millisecond);
    case 'p':
        return date_half(r, date);
    case 'b':
        return date_month(r, date);
    case 'a':
        return date_weekday(r, date);
    default:
        return date_zone(r, date);
    }
}

static void date_space(struct date_reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) {
        r->at++;
    }
}

static bool date_match(struct slice text, const char *pattern, struct date *date) {
    struct date_reader r = {text.data, text.data + text.len};
    for (const char *p = pattern; *p; p++) {
        if (*p == '%') {
            bool two = p[1] == '2';
            p += two ? 2 : 1;
            if (!date_part(&r, date, *p, two)) {
                return false;
            }
        } else if (*p == ' ' || *p == '_') {
            const char *start = r.at;
            date_space(&r);
            if (*p == '_' && r.at == start) {
                return false;
            }
        } else if (r.at < r.end && *r.at == *p) {
            r.at++;
            p += p[1] == '?';
        } else if (p[1] == '?') {
            p++;
        } else {
            return false;
        }
    }
    return r.at == r.end;
}

/* What the text leaves open is today's. */
static void date_complete(struct date *date) {
    int64_t now_ms = clock_realtime_us(clock_system()) / 1000 + (int64_t)date->zone * 60000;
    int month;
    int day;
    int year = (int)dust_calendar_date(now_ms / 86400000, &month, &day);
    if (!date->has_year) {
        date->year = year;
    }
    if (!date->has_day) {
        date->month = month;
        date->day = day;
    }
}

static bool date_is_real(const struct date *date) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    if (date->month < 1 || date->month > 12 || date->day < 1 ||
        date->day > days[date->month - 1] + (date->month == 2 && leap)) {
        return false;
    }
    if (date->weekday >= 0) {
        int64_t days_since = dust_calendar_days(date->year, date->month, date->day);
        if (((days_since + 4) % 7 + 7) % 7 != date->weekday) {
            return false;
        }
    }
    if (date->twelve && (date->hour < 1 || date->hour > 12)) {
        return false;
    }
    return date->hour < 24 && date->minute < 60 && date->second < 61;
}

/* Most texts are no dates, and this says so fast: a date is short and holds a digit, and what
 * begins with a letter begins with the name of a month or a day. */
static bool date_is_likely(struct slice text) {
    struct date_reader r = {text.data, text.data + text.len};
    struct date date;
    if (text.len < 4 || text.len > 48) {
        return false;
    }
    if (*r.at >= '0' && *r.at <= '9') {
        return true;
    }
    return date_letters(&r) >= 3 && (date_month(&r, &date) || date_weekday(&r, &date));
}

bool dust_date_parse(struct slice text, int64_t *epoch_ms) {
    if (!date_is_likely(text)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(date_patterns) / sizeof(date_patterns[0]); i++) {
        struct date date = {.weekday = -1, .year = 1970, .month = 1, .day = 1};
        if (!date_match(text, date_patterns[i], &date)) {
            continue;
        }
        date_complete(&date);
        if (!date_is_real(&date)) {
            continue;
        }
        int hour = date.twelve ? date.hour % 12 + (date.pm ? 12 : 0) : date.hour;
        int64_t minutes = (int64_t)hour * 60 + date.minute - date.zone;
        int64_t seconds = dust_calendar_days(date.year, date.month, date.day) * 86400 +
                          minutes * 60 + date.second;
        *epoch_ms = seconds * 1000 + date.millisecond;
        return true;
    }
    return false;
}
