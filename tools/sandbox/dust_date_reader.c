#include "sandbox/dust_date_reader.h"

#include <string.h>
#include <strings.h>

static bool read_number(struct dust_date_reader *r, int min, int max, int *number) {
    int digits = 0;
    *number = 0;
    while (digits < max && r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        *number = *number * 10 + (*r->at++ - '0');
        digits++;
    }
    return digits >= min;
}

static bool read_fraction(struct dust_date_reader *r, int *millisecond) {
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

static size_t count_letters(const struct dust_date_reader *r) {
    size_t len = 0;
    while (r->at + len < r->end && ((r->at[len] | 0x20) >= 'a' && (r->at[len] | 0x20) <= 'z')) {
        len++;
    }
    return len;
}

/* A name in full or its first three letters; the place in the list, -1: none. */
static int read_name(struct dust_date_reader *r, const char *const *names, int count) {
    size_t len = count_letters(r);
    for (int i = 0; i < count; i++) {
        if (len >= 3 && (*r->at | 0x20) == (names[i][0] | 0x20) &&
            (len == 3 || len == strlen(names[i])) && strncasecmp(r->at, names[i], len) == 0) {
            r->at += len;
            return i;
        }
    }
    return -1;
}

static bool read_month(struct dust_date_reader *r, struct dust_date *date) {
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    date->month = read_name(r, names, 12) + 1;
    return date->month > 0;
}

static bool read_weekday(struct dust_date_reader *r, struct dust_date *date) {
    static const char *const names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday"};
    date->weekday = read_name(r, names, 7);
    return date->weekday >= 0;
}

static bool read_half(struct dust_date_reader *r, struct dust_date *date) {
    if (count_letters(r) != 2 || (r->at[1] | 0x20) != 'm' ||
        ((r->at[0] | 0x20) != 'a' && (r->at[0] | 0x20) != 'p')) {
        return false;
    }
    date->pm = (r->at[0] | 0x20) == 'p';
    r->at += 2;
    return true;
}

static bool read_zone(struct dust_date_reader *r, struct dust_date *date) {
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"Z", 0},      {"UTC", 0},    {"GMT", 0},    {"EST", -300},
                 {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
                 {"MDT", -360}, {"PST", -480}, {"PDT", -420}};
    size_t len = count_letters(r);
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
    if (!read_number(r, 2, 2, &hours)) {
        return false;
    }
    bool colon = r->at < r->end && *r->at == ':';
    r->at += colon;
    if ((colon || r->at < r->end) && !read_number(r, 2, 2, &minutes)) {
        return false;
    }
    date->zone = sign * (hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool read_year(struct dust_date_reader *r, struct dust_date *date, bool four, bool two) {
    const char *start = r->at;
    date->has_year = true;
    if (!read_number(r, two ? 2 : four ? 4 : 2, two ? 2 : 4, &date->year)) {
        return false;
    }
    if (r->at - start == 2) {
        date->year += date->year < 70 ? 2000 : 1900;
    }
    return r->at - start != 3;
}

bool dust_date_reader_part(struct dust_date_reader *r, struct dust_date *date, char part,
                           bool two) {
    int min = two ? 2 : 1;
    switch (part) {
    case 'Y':
    case 'y':
        return read_year(r, date, part == 'Y', two);
    case 'm':
        return read_number(r, min, 2, &date->month);
    case 'd':
        date->has_day = true;
        return read_number(r, min, 2, &date->day);
    case 'I':
        date->twelve = true;
        return read_number(r, min, 2, &date->hour);
    case 'H':
        return read_number(r, min, 2, &date->hour);
    case 'M':
        return read_number(r, 2, 2, &date->minute);
    case 'S':
        return read_number(r, 2, 2, &date->second);
    case 'f':
        return read_fraction(r, &date->millisecond);
    case 'p':
        return read_half(r, date);
    case 'b':
        return read_month(r, date);
    case 'a':
        return read_weekday(r, date);
    default:
        return read_zone(r, date);
    }
}

void dust_date_reader_space(struct dust_date_reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t')) {
        r->at++;
    }
}

bool dust_date_reader_is_at_name(const struct dust_date_reader *r) {
    struct dust_date_reader ahead = *r;
    struct dust_date ignored;
    return count_letters(r) >= 3 &&
           (read_month(&ahead, &ignored) || read_weekday(&ahead, &ignored));
}
